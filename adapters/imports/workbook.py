"""A workbook (XLSX, XLS, ODS): one of its sheets as a table of text."""

import subprocess
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import msgspec

from adapters.imports import workbook_reader
from adapters.imports.errors import BrokenWorkbook
from adapters.imports.table import IsHeader, Row, Table, digest, header_among, shown

_BEGINNINGS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_MEMORY = 1024  # MiB: a list of a million pairs has less
_AS_CSV = "Save the sheet as CSV in UTF-8 and import that file."

_decode = msgspec.json.Decoder(str | list[int | str] | dict[str, str]).decode


def begins(start: bytes) -> bool:
    """Whether a file that begins so may be a workbook."""
    return start.startswith(_BEGINNINGS)


def check(path: Path, is_header: IsHeader) -> Table:
    """Find the sheet with the list: the first with a header that is known, or else the first."""
    found: Table | None = None
    sha256 = digest(path)
    for sheet, pairs in groupby(_records(path), key=lambda pair: pair[0]):
        rows = (row for _, row in pairs)
        first = header_among(rows, is_header)
        if first is None:
            continue
        header, beginning = first
        count = sum(row.line > header.line for row in beginning) + sum(1 for _ in rows)
        names = tuple(map(shown, header.fields))
        table = Table(path, "workbook", names, header.line, count, sha256, sheet=sheet)
        if is_header(names):
            return table
        found = found or table
    if found is None:
        raise BrokenWorkbook(f"{path} has no sheet with a row in it.", "Choose the other file.")
    return found


def records(path: Path, sheet: str) -> Iterator[Row]:
    """All rows of the sheet with something in them, the header among them."""
    return (row for _, row in _records(path, sheet))


def _records(path: Path, *only: str) -> Iterator[tuple[str, Row]]:
    """The rows with the name of their sheet."""
    reader = [sys.executable, "-I", workbook_reader.__file__, str(path), str(_MEMORY), *only]
    with subprocess.Popen(  # noqa: S603 - our own program, run by this interpreter
        reader, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            sheet = ""
            for line in process.stdout or ():
                match _decode(line):
                    case str() as sheet:
                        continue
                    case [int() as number, *cells]:
                        yield sheet, Row(number, tuple(map(str, cells)))
                    case told:
                        raise BrokenWorkbook(f"{path} {dict(told)['problem']}.", _AS_CSV)
            ended = process.wait()
        except msgspec.DecodeError:
            ended = -1  # it ended within a line
        finally:
            process.kill()  # where the rest is not asked for; one that has ended does not mind
    if ended != 0:
        raise BrokenWorkbook(f"{path} takes more memory than a list needs.", _AS_CSV)
