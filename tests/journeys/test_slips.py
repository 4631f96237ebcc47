"""What people mistype at the command line: each slip is one sentence with its remedy."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli import main
from tests.conftest import Database
from tests.journeys.test_command_line import Desk

PROPOSAL = {
    "home": {"community": "us-norfolk", "name": "Norfolk", "country": "US"},
    "counterpart": {"community": "jp-kitakyushu", "name": "Kitakyūshū", "country": "JP"},
    "tier": "sister",
    "kind": "sister_city",
    "motives": ["education"],
}
NEW = ("do", "new", "submit-proposal", "--body", "staff")
NOT_TEXT = b"Norfol\xff".decode(errors="surrogateescape")


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    desk = Desk(database.owner_dsn, str(tmp_path))
    desk.done("init", "--name", "Register of Norfolk")
    desk.employs("clerk-1", "clerk", "us-norfolk")
    return desk


@pytest.fixture
def proposal(tmp_path: Path) -> str:
    file = tmp_path / "proposal.json"
    file.write_text(json.dumps(PROPOSAL), encoding="utf-8")
    return str(file)


@pytest.mark.parametrize("words", [("show", NOT_TEXT), ("search", NOT_TEXT), ("import", NOT_TEXT)])
def test_an_argument_that_is_no_text_is_refused(desk: Desk, words: tuple[str, ...]) -> None:
    assert "not text in UTF-8" in desk.refused(*words, code=2)


@pytest.mark.parametrize("command", ["check", "verify", "serve"])
def test_a_slip_in_the_name_of_the_folder_makes_no_database(tmp_path: Path, command: str) -> None:
    settings = {"TWINLEDGER_DATA": str(tmp_path / "regsiter"), "TWINLEDGER_DSN": None}

    done = CliRunner().invoke(main, [command], env=settings)

    assert (done.exit_code, "twinledger init" in done.output) == (3, True)
    assert not (tmp_path / "regsiter").exists()


@pytest.mark.parametrize("position", ["-1", "9", "9223372036854775808"])
@pytest.mark.parametrize("command", ["show", "history"])
def test_a_position_that_is_not_there_is_told_with_those_that_are(
    desk: Desk, command: str, position: str
) -> None:
    told = desk.refused(command, "TL-0000-0000", "--position", position)

    assert "Use a position from 0 to 0" in told


def test_a_day_that_a_script_left_empty_is_not_taken_for_today(desk: Desk) -> None:
    assert "--as-of" in desk.refused("show", "TL-0000-0000", "--as-of", "")


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("home.country=Japan", "home.country: it is not of the form that is needed. It takes a"),
        ("tier=best", "tier: 'best' is not possible. It takes contact, friendship"),
        ("home.name= ", "home.name: it is empty. It takes text"),
        ("motives=", "motives: it is empty. It takes with commas: common_industry"),
        ("home.mayor=x", "mayor: there is no such field. Needed: community, name, country."),
        ("sponsor=" + 301 * "x", "sponsor: it has more than 300. It takes text, at most 300"),
        ("evidence=a | b | c | d | e", "evidence: 'a | b | c | d | e' has too many parts."),
        ("evidence=", "evidence[0].title: it is missing. Needed: title."),
        ("=x", "field: there is no such field."),
    ],
)
def test_a_field_that_does_not_fit_is_told_with_what_it_takes(
    desk: Desk, word: str, told: str
) -> None:
    assert told in desk.refused(*NEW, word, who="clerk-1")


@pytest.mark.parametrize("words", [("home=x", "home.name=y"), ("tier=sister", "tier=contact")])
def test_what_is_typed_twice_is_not_lost_without_a_word(desk: Desk, words: tuple[str, str]) -> None:
    assert "it is given twice. Give it once." in desk.refused(*NEW, *words, who="clerk-1")


@pytest.mark.parametrize("money", ["{", "[1,", 50_000 * "["])
def test_broken_json_in_a_field_names_the_field(desk: Desk, money: str) -> None:
    told = desk.refused("do", "new", "file-annual-report", "year=2026", f"money={money}")

    assert told.startswith("money: this is ")


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", 100_000 * b"[", b'{"tier": "\\ud800"}'])
def test_a_file_that_is_no_json_object_is_told(desk: Desk, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "act.json"
    file.write_bytes(content)

    assert desk.refused(*NEW, "--from-json", str(file), who="clerk-1").startswith("json: this is ")


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("statement=good\u202edab", "statement: it has the character U+202E"),
        ("statement=a\x00b", "statement: it has the character U+0000"),
        ("home.population=9007199254740993", "home.population: "),
    ],
)
def test_a_dry_run_refuses_what_could_not_be_recorded(desk: Desk, word: str, told: str) -> None:
    words = ("--dry-run", "tier=sister", "kind=sister_city", "motives=education", *_parties())

    assert told in desk.refused(*NEW, *words, word, who="clerk-1")


def _parties() -> list[str]:
    return [
        f"{side}.{part}={text}"
        for side in ("home", "counterpart")
        for part, text in PROPOSAL[side].items()  # type: ignore[attr-defined] # both are parties
    ]


def test_an_accent_typed_apart_is_recorded_as_one_letter(desk: Desk, proposal: str) -> None:
    words = ("--from-json", proposal, "--json", "statement=Kitakyu\u0304shu\u0304")

    told = json.loads(desk.done(*NEW, *words, who="clerk-1"))

    assert told["events"][0]["public"]["statement"] == "Kitakyūshū"


@pytest.mark.parametrize("option", ["--key", "--body-name"])
def test_a_key_or_a_body_name_is_one_short_line(desk: Desk, option: str) -> None:
    words = (*NEW, "tier=sister", option)

    assert "201 characters, at most 200" in desk.refused(*words, 201 * "x", who="clerk-1", code=2)
    assert "U+000A" in desk.refused(*words, "two\nlines", who="clerk-1", code=2)
