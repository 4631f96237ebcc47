"""What an administrator is told of a list before, while and after it is imported."""

import json
from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped] # it ships no types

from tests.journeys.test_command_line import Desk

ORIGIN = ("--source", "Twin towns of Ludlow", "--listed-on", "2025-06")
ROWS = (
    ("a_name", "a_country", "b_name", "b_country"),
    ("Ludlow", "GB", "La Ferté Macé", "FR"),
    ("Ludlow", "GB", "La Ferté-Macé", "FR"),
    ("Ludlow", "GB", "Narberth", "Walse"),
)


@pytest.fixture
def twins(tmp_path: Path) -> str:
    file = tmp_path / "twins.csv"
    file.write_text("".join(",".join(row) + "\n" for row in ROWS), encoding="utf-8")
    return str(file)


def test_a_dry_run_names_the_option_that_leaves_look_alikes_out(desk: Desk, twins: str) -> None:
    told = desk.done("import", twins, *ORIGIN, "--dry-run", who="admin-2")

    assert "new: 2 would be recorded" in told
    assert "--skip-look-alikes leaves out the one pair that looks alike." in told


def test_look_alikes_left_out_are_told_and_counted(desk: Desk, twins: str) -> None:
    words = ("import", twins, *ORIGIN, "--skip-look-alikes")
    dry = json.loads(desk.done(*words, "--dry-run", "--json", who="admin-2"))
    told = desk.done(*words, who="admin-2")

    assert [row["line"] for row in dry["skipped"]] == [3]
    assert dry["rows"] == dry["new"] + len(dry["refused"]) + len(dry["skipped"])
    assert "new: 1 recorded" in told
    assert "skipped, look alike another: 1\n    line 3: Ludlow and La Ferté-Macé may be " in told


def test_a_dry_run_builds_no_pages(desk: Desk, twins: str) -> None:
    dry = desk.call("import", twins, *ORIGIN, "--dry-run", who="admin-2").output
    wet = desk.call("import", twins, *ORIGIN, who="admin-2").output

    assert "Building the pages" not in dry
    assert "Building the pages" in wet


def test_what_columns_hold_is_shown_without_a_key(desk: Desk, twins: str) -> None:
    assert "a_name: a_name, by its name (Ludlow)" in desk.done("import", twins, "--columns")


def test_all_that_is_amiss_with_a_list_is_told_at_once(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("Stadt,Land\nUfa,Russia\n", encoding="utf-8")

    told = desk.refused("import", str(file), "--listed-on", "lately", who="admin-2", code=3)

    assert told.startswith("Nothing is recorded.\n")
    assert "'b_name' is missing" in told
    assert '--source "Twin towns' in told
    assert "listed_on: 'lately'" in told


def test_a_workbooks_rows_are_called_rows(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "twins.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("Twins")
        for number, row in enumerate(ROWS, 6):
            sheet.write_row(number, 0, row)

    told = desk.done("import", str(file), *ORIGIN, "--dry-run", who="admin-2")

    assert "header in row 7" in desk.done("import", str(file), "--columns")
    assert "    row 10: b_country: " in told
    assert "of row 8." in told
    assert "line " not in told


def test_who_has_no_key_reads_which_commands_give_one(desk: Desk, twins: str) -> None:
    told = desk.refused("import", twins, *ORIGIN, code=3)

    assert "TWINLEDGER_KEY is not set" in told
    assert "`twinledger account add`" in told
    assert "`twinledger account new-key`" in told
