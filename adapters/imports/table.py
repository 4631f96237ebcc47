"""A file as a table of text, whatever its format: checked from end to end, then read by row."""

import codecs
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Literal, TypeAlias

from msgspec import Struct

from adapters.imports.errors import BrokenCsv, FileMissing, NotATable, WrongEncoding

_AS_UTF8 = "Save it as CSV in UTF-8 and import that file."
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_PIECE = 65_536
_TITLES = 10
"""Rows among which the header is looked for: lists often have a title above it."""

Format: TypeAlias = Literal["csv", "workbook", "json"]
IsHeader: TypeAlias = Callable[[tuple[str, ...]], bool]


class Table(Struct, frozen=True):
    """A file that can be read to its end. `rows` are those with something in them.

    `header` names the columns as people see them, and stands in line `header_line` (0 in JSON).
    `separator` is that of a CSV file, `sheet` the name of a workbook's sheet.
    """

    path: Path
    format: Format
    header: tuple[str, ...]
    header_line: int
    rows: int
    sha256: str
    separator: str = ""
    sheet: str = ""


class Row(Struct, frozen=True):
    """`line` is where the row begins in the file, from 1: a workbook's row, in JSON the object."""

    line: int
    fields: tuple[str, ...]


class Bytes(Struct, frozen=True):
    """The SHA-256 of a file's bytes, and its last one (empty for an empty file)."""

    sha256: str
    last: bytes


def shown(name: str) -> str:
    """A column's name on one line, without signs that do not show."""
    return "".join(sign for sign in " ".join(name.split()) if sign.isprintable())


def header_among(rows: Iterator[Row], is_header: IsHeader) -> tuple[Row, list[Row]] | None:
    """The first row that names columns, and the rows that were taken for it; None without a row.

    Where none is known to name any, the first with more than one cell filled: a title has one.
    """
    first = list(islice(rows, _TITLES))
    if not first:
        return None
    filled = (row for row in first if sum(map(bool, row.fields)) > 1)
    named = (row for row in first if is_header(tuple(map(shown, row.fields))))
    return next(named, next(filled, first[0])), first


def beginning(path: Path) -> bytes:
    """The first bytes; raises `FileMissing` where it cannot be opened."""
    try:
        with path.open("rb") as file:
            return file.read(_PIECE)
    except FileNotFoundError:
        raise FileMissing(f"There is no file {path}.", "Check the name and the folder.") from None
    except IsADirectoryError:
        raise FileMissing(f"{path} is a folder.", "Name the file in it.") from None
    except OSError as error:
        raise FileMissing(
            f"{path} cannot be read ({error.strerror}).", "Check who may read it."
        ) from None


def digest(path: Path) -> str:
    """The SHA-256 of the file's bytes."""
    found = sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest()


def check_text_file(path: Path, *, longest_line: int | None = None) -> Bytes:
    """Read it whole, a piece at a time; raise what makes it unreadable as text in UTF-8."""
    found, decoder = sha256(), codecs.getincrementaldecoder("utf-8")()
    line, before, last = 1, 0, b""
    with path.open("rb") as file:
        while piece := file.readline(_PIECE):
            found.update(piece)
            last = piece[-1:]
            if line == 1 and not before and piece.startswith(_UTF16_MARKS):
                raise WrongEncoding(f"{path} is in UTF-16, not in UTF-8.", _AS_UTF8, line=1, byte=1)
            if b"\x00" in piece:
                raise NotATable(f"{path} is no text: line {line} has a zero byte.", _AS_UTF8)
            held = len(decoder.getstate()[0])
            try:
                decoder.decode(piece)
            except UnicodeDecodeError as error:
                byte = before - held + error.start + 1
                raise WrongEncoding(
                    f"{path} is not in UTF-8: line {line} is unreadable from byte {byte} on.",
                    _AS_UTF8,
                    line=line,
                    byte=byte,
                ) from None
            before += len(piece)
            if longest_line is not None and before > longest_line:
                raise BrokenCsv(
                    f"Line {line} of {path} has more than {longest_line:,} bytes.",
                    "A list has one pair a line: save it as CSV and import that file.",
                    line=line,
                )
            if last == b"\n":
                line, before = line + 1, 0
    if held := len(decoder.getstate()[0]):
        byte = before - held + 1
        raise WrongEncoding(
            f"{path} ends in the middle of a character, in line {line} at byte {byte}.",
            "It was cut off: fetch the file again.",
            line=line,
            byte=byte,
        )
    return Bytes(found.hexdigest(), last)
