"""A CSV file: separated by commas, semicolons, tabs or bars, streamed row by row."""

import csv
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from adapters.imports.errors import BrokenCsv, NotATable
from adapters.imports.table import IsHeader, Row, Table, check_text_file, header_among, shown

_SEPARATORS = ",;\t|"
_LONGEST_LINE = 1_000_000  # bytes


def check(path: Path, is_header: IsHeader) -> Table:
    """Read the whole file once; raise `FileRefused` for what makes all of it unreadable.

    Holds one line at a time, however large the file is.
    """
    bytes_ = check_text_file(path, longest_line=_LONGEST_LINE)
    separator = _separator(path, is_header)
    rows = records(path, separator)
    first = header_among(rows, is_header)
    if first is None:
        raise NotATable(f"{path} is empty.", "Choose the file that holds the list.")
    header, beginning = first
    count, last = sum(row.line > header.line for row in beginning), beginning[-1]
    for row in rows:
        count, last = count + 1, row
    if bytes_.last == b'"':
        _check_last(path, last)
    names = tuple(map(shown, header.fields))
    return Table(path, "csv", names, header.line, count, bytes_.sha256, separator=separator)


def records(path: Path, separator: str) -> Iterator[Row]:
    """All rows with something in them, the header among them."""
    with path.open(encoding="utf-8-sig", newline="") as text:
        reader = csv.reader(text, strict=True, delimiter=separator)
        while True:
            line = reader.line_num + 1
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                problem = f"The row that begins in line {line} of {path} cannot be read ({error})."
                if "end of data" in str(error):
                    problem = (
                        f"{path} ends within a quotation, in the row that begins in line {line}."
                    )
                raise BrokenCsv(
                    problem,
                    "A quotation mark may be missing there, or the file was cut off: "
                    "correct the row, or fetch the file again.",
                    line=line,
                ) from None
            if any(fields):
                yield Row(line, tuple(fields))


def _separator(path: Path, is_header: IsHeader) -> str:
    """The one with which the first rows hold a header, or else give the most columns."""
    most, best = 0, ","
    for separator in _SEPARATORS:
        first = _first_rows(path, separator)
        if any(is_header(tuple(map(shown, row.fields))) for row in first):
            return separator
        if first and len(first[0].fields) > most:
            most, best = len(first[0].fields), separator
    return best


def _first_rows(path: Path, separator: str) -> list[Row]:
    """Some rows from the beginning, those before one that cannot be read so."""
    first: list[Row] = []
    with suppress(BrokenCsv):
        first.extend(islice(records(path, separator), 10))
    return first


def _check_last(path: Path, row: Row) -> None:
    """Refuse a row that was cut between the two quotation marks that stand for one in a field.

    The first of the two reads as the end of the field. What tells: no line end follows, and the
    text breaks off at a space or with a quotation in it that is not closed.
    """
    text = row.fields[-1]
    if text.count('"') % 2 or text != text.rstrip():
        raise BrokenCsv(
            f"{path} ends within a quotation, in the row that begins in line {row.line}.",
            "Fetch the file again. If the row is whole, end it with a line break.",
            line=row.line,
        )
