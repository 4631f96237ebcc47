"""What an operator and an analyst do: the demo, an import, the report, a rebuild, serving."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

import adapters.regimes
from adapters.accounts import RegisterName
from api.cli import main
from api.demo import PEOPLE
from api.wiring import Running
from projections.all import PROJECTIONS
from tests.conftest import Database
from tests.journeys.test_command_line import Desk

ORIGIN = ("--source", "Twin towns, State of Virginia", "--listed-on", "2025-06")
RELATIONS = """relation_id,a_id,a_name,a_iso2,b_id,b_name,b_iso2,distance_km,same_country
R1,C1,Norfolk,US,C2,Kaliningrad,RU,,0
R2,C1,Norfolk,US,C3,Toluca,MX,,0
R3,C4,Kyoto,JP,C5,Boston,US,,0
R4,C4,Kyoto,JP,C5,BOSTON,US,,0
R5,C6,Mobile,US,C6,Mobile,US,,1
R6,C7,Gilbert,US,C8,Leshan,CN
"""


@pytest.fixture
def relations(tmp_path: Path) -> Path:
    file = tmp_path / "relations.csv"
    file.write_text(RELATIONS, encoding="utf-8")
    return file


def _imported(desk: Desk, *words: str) -> dict[str, object]:
    told: dict[str, object] = json.loads(desk.done("import", *words, "--json", who="admin-2"))
    return told


def test_an_import_counts_new_duplicate_and_refused_rows_and_a_second_run_changes_nothing(
    desk: Desk, relations: Path
) -> None:
    would = _imported(desk, str(relations), "--dry-run")
    did = _imported(desk, str(relations))
    again = _imported(desk, str(relations))

    assert would["new"] == did["new"] == 3
    assert [row["line"] for row in did["duplicate"]] == [5]  # type: ignore[attr-defined] # JSON
    assert [row["line"] for row in did["refused"]] == [6, 7]  # type: ignore[attr-defined] # JSON
    assert again["new"] == 0
    assert "Register of the state: 3 entries" in desk.done("check")


def test_only_an_administrator_imports(desk: Desk, relations: Path) -> None:
    desk.employs("clerk-1", "clerk", "us-norfolk")

    assert "administrator" in desk.refused("import", str(relations), who="clerk-1")


def test_a_file_that_is_no_list_is_refused_whole(desk: Desk, tmp_path: Path) -> None:
    other = tmp_path / "cities.csv"
    other.write_text("city,country\nNorfolk,US\n", encoding="utf-8")

    told = desk.refused("import", str(other), who="admin-2", code=3)

    assert "city" in told
    assert "Register of the state: 0 entries" in desk.done("check")


def test_a_list_of_which_every_row_is_refused_has_failed(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("a_name,a_iso2,b_name,b_iso2\nNorfolk,USA,Toluca,MX\n", encoding="utf-8")

    told = desk.refused("import", str(file), *ORIGIN, who="admin-2")

    assert "line 2: a_iso2: 'USA' is not a country code" in told
    assert "Every row of list.csv was refused" in told
    assert desk.data("check")["head"] == 0


def test_a_list_without_a_row_is_no_failure(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("a_name,a_iso2,b_name,b_iso2\n", encoding="utf-8")

    assert "0 rows" in desk.done("import", str(file), *ORIGIN, who="admin-2")


def test_a_list_of_unknown_origin_is_not_taken(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("a_name,a_iso2,b_name,b_iso2\nNorfolk,US,Toluca,MX\n", encoding="utf-8")

    refused = desk.refused("import", str(file), who="admin-2", code=2)
    assert "what list this is" in refused
    assert "of which day this list is" in refused
    told = desk.done("import", str(file), *ORIGIN, "--dry-run", who="admin-2")
    assert "source: Twin towns, State of Virginia" in told


def test_a_column_is_described_once_and_remembered(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("Stadt,Land\nUfa,Russia\n", encoding="utf-8")
    assert "'b_name' is missing" in desk.refused(
        "import", str(file), *ORIGIN, who="admin-2", code=3
    )
    columns = ("--column", "b_name=Stadt", "--column", "b_country=Land")
    words = (*columns, "--always", "a_name=Halle", "--always", "a_country=DE")
    desk.done("import", str(file), *ORIGIN, *words, "--dry-run", who="admin-2")

    assert "Stadt: b_name, as remembered (Ufa)" in desk.done(
        "import", str(file), "--columns", who="admin-2"
    )
    assert _imported(desk, str(file), *ORIGIN)["new"] == 1


def test_a_report_into_a_folder_that_is_not_there_names_the_folder_and_what_to_do(
    desk: Desk, tmp_path: Path
) -> None:
    folder = tmp_path / "not" / "there"
    asked = ("report", "sister-city-transparency", "--as-of", "2026-11-01", "--output")

    told = desk.refused(*asked, str(folder / "report.txt"), code=3)
    assert f"There is no folder {folder}. Make it (mkdir -p {folder})" in told
    assert "is not a folder" in desk.refused(*asked, "/dev/null/report.txt", code=3)
    folder.mkdir(parents=True)
    desk.done(*asked, str(folder / "report.txt"))
    assert (folder / "report.txt").read_text(encoding="utf-8") == desk.done(*asked, "-")


def test_another_threshold_in_a_copy_of_the_regime_file_gives_another_count(
    desk: Desk, relations: Path, tmp_path: Path
) -> None:
    _imported(desk, str(relations))
    [shipped] = Path(adapters.regimes.__file__).parent.glob("*.toml")
    text = shipped.read_text(encoding="utf-8")
    copy = tmp_path / "stricter.toml"
    copy.write_text(text.replace("threshold = 45", "threshold = 28"), encoding="utf-8")

    as_it_is, stricter = _report(desk), _report(desk, "--regime", str(copy))

    assert (as_it_is["2.pairs_with_one_us_party"], as_it_is["2.at_or_below_threshold"]) == (3, 2)
    assert (stricter["2.pairs_with_one_us_party"], stricter["2.at_or_below_threshold"]) == (3, 1)


def test_a_report_of_a_position_is_the_same_after_more_was_recorded(
    desk: Desk, relations: Path
) -> None:
    _imported(desk, str(relations))
    asked = ("report", "sister-city-transparency", "--as-of", "2026-11-01", "--position", "2")
    before = desk.done(*asked)
    relations.write_text(RELATIONS + "R9,C9,Tampa,US,C10,Oviedo,ES,,0\n", encoding="utf-8")
    _imported(desk, str(relations))

    assert desk.done(*asked) == before
    assert _report(desk)["2.pairs_with_one_us_party"] == 4


def test_a_figure_of_the_report_opens_to_its_partnerships_and_entries(
    desk: Desk, relations: Path
) -> None:
    _imported(desk, str(relations))
    asked = ("report", "sister-city-transparency", "--as-of", "2026-11-01", "--format", "csv")

    told = desk.done(*asked, "--figure", "2.at_or_below_threshold")

    assert len(told.splitlines()) == 1 + 2
    assert "no figure of this report" in desk.refused(*asked, "--figure", "2.score", code=1)


def _report(desk: Desk, *words: str) -> dict[str, int]:
    """The figures of the report by their ids."""
    told = json.loads(
        desk.done(
            *("report", "sister-city-transparency", "--as-of", "2026-11-01"),
            *("--format", "json", *words),
        )
    )
    return {f["id"]: f["value"] for line in told["lines"] for f in line["figures"]}


def test_a_rebuild_finds_the_same(desk: Desk, relations: Path) -> None:
    _imported(desk, str(relations))

    told = desk.done("rebuild")

    assert told.count("The same in every row and column") == len(PROJECTIONS)


def test_a_restored_register_says_that_its_pages_are_not_built_yet_and_what_builds_them(
    desk: Desk, relations: Path, data_folder: Path, tmp_path: Path
) -> None:
    _imported(desk, str(relations))
    desk.done("db", "backup", str(tmp_path / "monday"))

    def restored(*words: str) -> str:
        at = {"TWINLEDGER_DSN": None, "TWINLEDGER_DATA": str(data_folder)}
        result = CliRunner().invoke(main, list(words), env=at)
        assert result.exit_code == 0, result.output
        return result.output

    restored("db", "restore", str(tmp_path / "monday"))
    told = restored("check")
    assert "register: not built yet from the 3 entries" in told
    assert "next `twinledger serve` or `twinledger rebuild` builds" in told
    assert "agrees with the ledger up to entry 0" not in told
    assert "`twinledger verify` reads every one" in told
    assert "No entry is missing" in restored("verify")
    restored("rebuild")
    assert "register: agrees with the ledger up to entry 3." in restored("check")


def test_the_demo_says_what_to_look_at_and_a_second_start_adds_nothing(
    database: Database,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Desk(database.only_dsn, str(tmp_path_factory.mktemp("data")))
    first = desk.done("demo", "--once")
    entries = desk.done("check").splitlines()[0]
    second = desk.call("demo", "--once").output

    assert desk.done("check").splitlines()[0] == entries
    assert "loaded before" in second
    assert "Loading the sample register" not in second
    looked_at = re.findall(r"show (TL-\w{4}-\w{4})", first)
    told = [desk.done("show", reference) for reference in looked_at]
    assert "Until peace and sovereignty are restored in Ukraine" in told[0]
    assert "836" in told[1]
    assert "1967" in told[1]

    desk.done(
        *("do", looked_at[2], "decline", "--as", "clerk", "--body", "council"),
        *("--on", "2026-11-20", "reason=No interest"),
    )
    third = desk.done("demo", "--once")
    assert "Chapala: now declined; when the sample was loaded: proposed in 2007" in third
    assert _counted(third, "declined") == _counted(first, "declined") + 1
    assert "suspended on a condition, under transparency review" in third
    assert "now suspended" not in third
    assert "twlt_" not in third

    monkeypatch.setattr("api.cli.serving.serve_pages", _opened)
    monkeypatch.setattr("api.cli.serving.require_free_port", lambda host, port: None)
    served = desk.done("demo")
    assert "demo-counterpart-1 (counterpart of Kaliningrad)" in served
    assert len(set(re.findall(r"twlt_\S{48}$", served, re.MULTILINE))) == len(PEOPLE)
    assert len(desk.data("token", "list")) == len(PEOPLE)


async def _opened(system: Running, named: RegisterName, *, ready: Callable[[str], None]) -> None:
    ready("http://register.test")


def _counted(told: str, status: str) -> int:
    found = re.search(rf"(\d+) {status}", told)
    return int(found[1]) if found else 0


def test_a_register_is_served_until_it_is_asked_to_stop(database: Database, tmp_path: Path) -> None:
    desk = Desk(database.only_dsn, str(tmp_path))
    desk.done("init", "--name", "Register of Norfolk")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        "TWINLEDGER_DSN": database.only_dsn,
        "TWINLEDGER_DATA": str(tmp_path),
        "TWINLEDGER_PORT": str(port),
    }
    program = [sys.executable, "-c", "from api.cli import main; main()", "serve"]
    with subprocess.Popen(
        program, env=os.environ | environment, stdout=subprocess.PIPE, text=True
    ) as serving:
        try:
            assert serving.stdout is not None
            assert f"http://127.0.0.1:{port}" in serving.stdout.readline()
            # It can be opened as soon as it has said so.
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as page:
                body = page.read().decode()
            serving.send_signal(signal.SIGTERM)
            assert serving.wait() == 0
        finally:
            serving.kill()
    assert "Register of Norfolk" in body
