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
    desk = Desk(database.only_dsn, str(tmp_path))
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
    told = desk.refused(command, "TL-0000-0000", "--position", position, code=2)

    assert "Use a position from 0 to 0" in told


@pytest.mark.parametrize("when", [("--position", "999999"), ("--known-at", "soon")])
def test_a_report_on_a_moment_that_is_none_is_a_slip(desk: Desk, when: tuple[str, str]) -> None:
    words = ("report", "sister-city-transparency", "--as-of", "2026-11-01", *when)

    assert when[0].lstrip("-") in desk.refused(*words, code=2)


def test_a_day_that_a_script_left_empty_is_not_taken_for_today(desk: Desk) -> None:
    assert "--as-of" in desk.refused("show", "TL-0000-0000", "--as-of", "", code=2)


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("home.country=Japan", "home.country: this is not of the form that is needed. It takes a"),
        ("tier=best", "tier: 'best' is not possible. One of: contact, friendship"),
        ("home.name= ", "home.name: this is empty. It takes text"),
        ("motives=", "motives: this is empty. It takes with commas: common_industry"),
        (
            "home.mayor=x",
            "home.mayor: there is no such field. Leave it out, or use one of: community",
        ),
        (
            "sponsor=" + 301 * "x",
            "sponsor: this has 301 characters, at most 300 are possible. Shorten it.",
        ),
        ("evidence=a | b | c | d | e", "evidence: 'a | b | c | d | e' has too many parts."),
        ("evidence=", "\n  evidence[0].title: text"),
        ("=x", "'=x' is not of the form field=value."),
    ],
)
def test_a_field_that_does_not_fit_is_told_with_what_it_takes(
    desk: Desk, word: str, told: str
) -> None:
    assert told in desk.refused(*NEW, word, who="clerk-1", code=2)


def test_all_that_is_missing_is_told_at_once_with_the_body_that_decided(desk: Desk) -> None:
    words = (
        "do",
        "new",
        "submit-proposal",
        "--on",
        "2026-01-10",
        "tier=sister",
        "home.name=Norfolk",
    )

    told = desk.refused(*words, who="clerk-1", code=2)

    named = [line.partition(":")[0].strip() for line in told.splitlines()[1:]]
    parties = ["home.community", "counterpart.community", "counterpart.name"]
    assert named == [*parties, "kind", "motives", "--body"]


def test_all_that_is_wrong_is_told_at_once_beside_what_is_missing(desk: Desk) -> None:
    words = ("tier=best", "statment=x", "home.population=many", "motives=education")

    told = desk.refused(*NEW, *words, who="clerk-1", code=2)

    wrong, missing = told.split("Still missing:")
    assert "Did you mean 'statement'?" in wrong
    assert "tier: 'best' is not possible" in wrong
    assert "home.population: this is text. It takes a whole number." in wrong
    assert "home.community: text" in missing


@pytest.mark.parametrize(
    "options",
    [
        ("--on", "2026-01-10", "--body", "staff"),
        ("--dry-run",),
        ("--json",),
        ("--expected", f"0-{'0' * 64}"),
    ],
)
def test_an_act_without_its_fields_is_no_success(desk: Desk, options: tuple[str, ...]) -> None:
    told = desk.refused("do", "new", "submit-proposal", *options, who="clerk-1", code=2)

    assert told.startswith("Nothing is recorded. Still missing:\n  home.community: text\n")


def test_a_position_alone_does_not_say_what_was_seen(desk: Desk) -> None:
    told = desk.refused("do", "new", "submit-proposal", "--expected", "1", who="clerk-1", code=2)

    assert "'1' is no position with its leaf hash" in told
    assert "Write the last entry as `twinledger show REF` says it" in told


@pytest.mark.parametrize("verb", ["submit-proposal", "suspend", "resume", "withdraw"])
def test_a_verb_alone_says_what_it_takes_and_which_body_must_be_named(
    desk: Desk, verb: str
) -> None:
    told = desk.done("do", "new", verb)

    assert "--body (needed): who decided it, one of " in told
    assert "--on: when it was decided or happened" in told


def test_of_whom_a_body_is_needed_is_said_where_only_some_choose(desk: Desk) -> None:
    assert "--body (needed from: clerk): who decided it, one of council" in desk.done(
        "do", "new", "end"
    )
    assert "--body (" not in desk.done("do", "new", "approve-by-council")


def test_a_place_without_a_country_is_recorded_as_in_the_form(desk: Desk) -> None:
    parties = [word for word in _parties() if not word.startswith("home.country")]
    words = ("tier=sister", "kind=sister_city", "motives=education", "--json", *parties)

    told = json.loads(desk.done(*NEW, *words, who="clerk-1"))

    home = told["events"][0]["public"]["home"]
    assert home == {"community": "us-norfolk", "name": "Norfolk", "country": ""}


@pytest.mark.parametrize("words", [("home=x", "home.name=y"), ("tier=sister", "tier=contact")])
def test_what_is_typed_twice_is_not_lost_without_a_word(desk: Desk, words: tuple[str, str]) -> None:
    assert "it is given twice. Give it once." in desk.refused(*NEW, *words, who="clerk-1", code=2)


@pytest.mark.parametrize("money", ["{", "[1,", 50_000 * "["])
def test_broken_json_in_a_field_names_the_field(desk: Desk, money: str) -> None:
    told = desk.refused("do", "new", "file-annual-report", "year=2026", f"money={money}", code=2)

    assert told.startswith("money: this is ")


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", 100_000 * b"[", b'{"tier": "\\ud800"}'])
def test_a_file_that_is_no_json_object_is_told(desk: Desk, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "act.json"
    file.write_bytes(content)

    told = desk.refused(*NEW, "--from-json", str(file), who="clerk-1", code=2)
    assert told.startswith("json: this is ")


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
