"""What a line of a file is called: a row of a workbook, an item of JSON."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped] # it ships no types

from adapters.ledger import MemoryLedger
from api.import_report import Line
from tests.api.imported import imported, legacy

HEADER = ("a_name", "a_country", "b_name", "b_country")
ROWS = (
    ("Asti", "IT", "Biberach", "DE"),
    ("Biberach", "DE", "ASTI", "IT"),
    ("Ludlow", "GB", "La Ferté Macé", "FR"),
    ("Ludlow", "GB", "La Ferté-Macé", "FR"),
)


def in_lines(path: Path) -> None:
    path.write_text("".join(",".join(row) + "\n" for row in (HEADER, *ROWS)), encoding="utf-8")


def in_a_workbook(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Twins")
        sheet.write_row(0, 0, ("Our twins",))
        for number, row in enumerate((HEADER, *ROWS), 2):
            sheet.write_row(number, 0, row)


def in_json(path: Path) -> None:
    path.write_text(json.dumps([dict(zip(HEADER, row, strict=True)) for row in ROWS]))


@pytest.mark.parametrize(
    ("write", "word", "first"),
    [(in_lines, "line", 2), (in_a_workbook, "row", 4), (in_json, "item", 1)],
)
async def test_a_row_is_spoken_of_as_who_opens_the_file_counts_it(
    ledger: MemoryLedger, tmp_path: Path, write: Callable[[Path], None], word: Line, first: int
) -> None:
    write(tmp_path / "list")
    report = await imported(tmp_path / "list", ledger)
    (pair,), (like,) = report.duplicates, report.look_alikes

    assert (report.line, pair.line, like.line) == (word, first + 1, first + 3)
    assert pair.reason == f"The same pair as in {word} {first}."
    assert like.reason.endswith(f"may be Ludlow and La Ferté Macé of {word} {first + 2}.")
    assert (await legacy(ledger))[0].sources[0].title.endswith(f", {word} {first}")
