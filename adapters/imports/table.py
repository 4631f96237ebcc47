"""A CSV file as a table of text: checked from end to end first, then streamed row by row."""

import csv
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from adapters.imports.errors import BrokenCsv, FileMissing, NotACsvFile, WrongEncoding

_AS_UTF8 = "Save it as CSV in UTF-8 and import that file."
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class Table(Struct, frozen=True):
    """A file that can be read to its end. `rows` are those with something in them."""

    path: Path
    header: tuple[str, ...]
    rows: int
    sha256: str


class Row(Struct, frozen=True):
    """`line` is where the row begins in the file, from 1; the header is line 1."""

    line: int
    fields: tuple[str, ...]


def check(path: Path) -> Table:
    """Read the whole file once; raise `FileRefused` for what makes all of it unreadable.

    Holds one line at a time, however large the file is.
    """
    digest, ends_in_quotation_mark = _check_bytes(path)
    rows = _records(path)
    try:
        header = last = next(rows)
    except StopIteration:
        raise NotACsvFile(f"{path} is empty.", "Choose the file that holds the list.") from None
    count = 0
    for row in rows:
        count, last = count + 1, row
    if ends_in_quotation_mark:
        _check_last(path, last)
    return Table(path, header.fields, count, digest)


def rows(table: Table) -> Iterator[Row]:
    """The rows after the header, in order; empty lines are left out."""
    records = _records(table.path)
    next(records)
    return records


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


def _check_bytes(path: Path) -> tuple[str, bool]:
    """The SHA-256 of the file, once every line of it is known to be UTF-8 text.

    And whether its very last character is a quotation mark.
    """
    digest = sha256()
    line = b""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                digest.update(line)
                _check_line(path, number, line)
    except FileNotFoundError:
        raise FileMissing(f"There is no file {path}.", "Check the name and the folder.") from None
    except IsADirectoryError:
        raise FileMissing(f"{path} is a folder.", "Name the file in it.") from None
    except OSError as error:
        raise FileMissing(
            f"{path} cannot be read ({error.strerror}).", "Check who may read it."
        ) from None
    return digest.hexdigest(), line.endswith(b'"')


def _check_line(path: Path, number: int, line: bytes) -> None:
    if number == 1:
        if line.startswith(b"PK\x03\x04"):
            raise NotACsvFile(f"{path} is a workbook or an archive, not a CSV file.", _AS_UTF8)
        if line.startswith(_UTF16_MARKS):
            raise WrongEncoding(f"{path} is in UTF-16, not in UTF-8.", _AS_UTF8, line=1, byte=1)
    if b"\x00" in line:
        raise NotACsvFile(f"{path} is no text: line {number} has a zero byte.", _AS_UTF8)
    try:
        line.decode()
    except UnicodeDecodeError as error:
        byte = error.start + 1
        if error.reason == "unexpected end of data":
            problem = f"{path} ends in the middle of a character, in line {number} at byte {byte}."
            remedy = "It was cut off: fetch the file again."
        else:
            problem = f"{path} is not in UTF-8: line {number} is unreadable from byte {byte} on."
            remedy = _AS_UTF8
        raise WrongEncoding(problem, remedy, line=number, byte=byte) from None


def _records(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as text:
        reader = csv.reader(text, strict=True)
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
