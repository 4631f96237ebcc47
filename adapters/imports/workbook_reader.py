"""Reads a workbook for `workbook.py`, as a process of its own: what breaks here breaks alone.

Run as `python -I workbook_reader.py PATH MEBIBYTES [SHEET]`. It imports the standard library and
python-calamine only, and uses at most so much memory: the library lays a sheet out as one block,
so a single cell in the last corner of it asks for half a terabyte and ends the process.

Writes JSON lines: a text names the sheet whose rows follow, a list is a row (its number, then its
cells), an object says what is wrong.
"""

import json
import resource
import sys
from datetime import date, datetime

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)


def main() -> None:
    """Write the visible sheets, or only the one that is named."""
    path, mebibytes, *only = sys.argv[1:]
    most = int(mebibytes) * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    try:
        book = CalamineWorkbook.from_path(path)
        for sheet in book.sheets_metadata:
            seen = (
                sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
            )
            if seen and only in ([], [sheet.name]):
                _write(sheet.name)
                for line, cells in enumerate(book.get_sheet_by_name(sheet.name).iter_rows(), 1):
                    fields = [_text(cell) for cell in cells]
                    if any(fields):
                        _write([line, *fields])
    except PasswordError:
        _write({"problem": "is protected by a password"})
    except (CalamineError, OSError) as error:
        _write({"problem": f"is no workbook that can be read ({error})"})


def _write(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")


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


if __name__ == "__main__":
    main()
