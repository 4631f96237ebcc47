"""A workbook (XLSX, XLS, ODS): one of its sheets as a table of text.

The library holds the sheet whole, so a workbook is bounded; a CSV file is not.
"""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from adapters.imports.errors import BrokenWorkbook
from adapters.imports.table import IsHeader, Row, Table, digest, header_among, shown

_BEGINNINGS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_LARGEST = 64 * 2**20
_LARGEST_UNPACKED = 512 * 2**20
_AS_CSV = "Save the sheet as CSV in UTF-8 and import that file."


def begins(start: bytes) -> bool:
    """Whether a file that begins so may be a workbook."""
    return start.startswith(_BEGINNINGS)


def check(path: Path, is_header: IsHeader) -> Table:
    """Find the sheet with the list: the first with a header that is known, or else the first."""
    _check_size(path)
    book = _open(path)
    names = [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]
    filled = [(name, header) for name in names if (header := _header(path, book, name, is_header))]
    if not filled:
        raise BrokenWorkbook(f"{path} has no sheet with a row in it.", "Choose the other file.")
    known = (pair for pair in filled if is_header(tuple(map(shown, pair[1].fields))))
    name, header = next(known, filled[0])
    count = sum(row.line > header.line for row in _rows(_sheet(path, book, name)))
    columns = tuple(map(shown, header.fields))
    return Table(path, "workbook", columns, header.line, count, digest(path), sheet=name)


def records(path: Path, sheet: str) -> Iterator[Row]:
    """All rows of the sheet with something in them, the header among them."""
    return _rows(_sheet(path, _open(path), sheet))


def _check_size(path: Path) -> None:
    size = path.stat().st_size
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        unpacked = size  # XLS is no archive; a broken one is told when it is opened
    if size > _LARGEST or unpacked > _LARGEST_UNPACKED:
        raise BrokenWorkbook(f"{path} is too large for a workbook of this import.", _AS_CSV)


def _open(path: Path) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(path)
    except PasswordError:
        raise BrokenWorkbook(
            f"{path} is protected by a password.", "Save it without one and import that file."
        ) from None
    except (CalamineError, OSError) as error:
        raise BrokenWorkbook(
            f"{path} is no workbook that can be read ({error}).", _AS_CSV
        ) from None


def _sheet(path: Path, book: CalamineWorkbook, name: str) -> CalamineSheet:
    try:
        return book.get_sheet_by_name(name)
    except CalamineError as error:
        raise BrokenWorkbook(
            f"Sheet {name!r} of {path} cannot be read ({error}).", _AS_CSV
        ) from None


def _header(path: Path, book: CalamineWorkbook, name: str, is_header: IsHeader) -> Row | None:
    return header_among(_rows(_sheet(path, book, name)), is_header)


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    for line, cells in enumerate(sheet.iter_rows(), 1):
        fields = tuple(map(_text, cells))
        if any(fields):
            yield Row(line, fields)


def _text(cell: object) -> str:
    """A cell as a person would type it: whole numbers and days as such."""
    match cell:
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() if (cell.hour, cell.minute, cell.second) == (0, 0, 0):
            return cell.date().isoformat()
        case date():
            return cell.isoformat()
        case _:
            return "" if cell is None else str(cell)
