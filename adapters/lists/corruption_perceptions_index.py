"""The Corruption Perceptions Index: Transparency International's CSV, parsed and never changed.

Title lines, then a header with `ISO3` and one `CPI score <year>` per edition, `;` between cells,
UTF-8 with a byte order mark. A country that an edition does not score has an empty cell.
"""

import csv
import hashlib
import re
from functools import cache
from pathlib import Path

from adapters.problems import CannotRun
from domain.regime.lists import ScoreList

_EDITION = re.compile(r"cpi score ([0-9]{4})", re.IGNORECASE)
_COUNTRY_CODES = Path(__file__).parent / "country-codes.csv"


class ListRefused(CannotRun):
    """The file is not the list that it should be. `file` is its name, `field` the place in it."""

    def __init__(self, file: str, field: str, problem: str, remedy: str) -> None:
        super().__init__(f"{file}, {field}: {problem}.", remedy)
        self.file, self.field = file, field


def read_corruption_perceptions_index(path: Path) -> ScoreList:
    """Read one published file with all its editions. Raises `ListRefused`."""
    try:
        published = path.read_bytes()
        text = published.decode("utf-8-sig")
    except OSError as error:
        raise ListRefused(
            path.name, "file", f"it cannot be read ({error.strerror})", "Check path and rights."
        ) from None
    except UnicodeDecodeError as error:
        raise ListRefused(
            path.name, f"byte {error.start}", "it is not UTF-8", "Use the file as published."
        ) from None
    return ScoreList(
        id="cpi",
        title="Corruption Perceptions Index",
        attribution="Transparency International, transparency.org/cpi, CC BY-ND 4.0",
        sha256=hashlib.sha256(published).hexdigest(),
        editions=_editions(list(csv.reader(text.splitlines(), delimiter=";")), path.name),
    )


def _editions(rows: list[list[str]], file: str) -> dict[str, dict[str, int]]:
    top = next((number for number, row in enumerate(rows) if "ISO3" in row), None)
    columns = {
        match[1]: column
        for column, name in enumerate(rows[top] if top is not None else ())
        if (match := _EDITION.fullmatch(name.strip()))
    }
    if top is None or not columns:
        raise ListRefused(
            file,
            "header",
            "no line has the columns ISO3 and CPI score <year>",
            "Use the file as Transparency International published it.",
        )
    country_column = rows[top].index("ISO3")
    editions: dict[str, dict[str, int]] = {edition: {} for edition in sorted(columns)}
    for line, row in enumerate(rows[top + 1 :], top + 2):
        if not any(row):
            continue
        if len(row) != len(rows[top]):
            raise ListRefused(
                file,
                f"line {line}",
                f"it has {len(row)} cells and the header {len(rows[top])}",
                "The file may be cut off: fetch it again.",
            )
        country = _alpha2(row[country_column], file, line)
        for edition, column in columns.items():
            if cell := row[column].strip():
                editions[edition][country] = _score(cell, file, line, rows[top][column])
    return editions


def _alpha2(alpha3: str, file: str, line: int) -> str:
    try:
        return _country_codes()[alpha3]
    except KeyError:
        raise ListRefused(
            file,
            f"line {line}, ISO3",
            f"{alpha3!r} is not a country code that is known here",
            f"Correct it, or add it to {_COUNTRY_CODES.name}.",
        ) from None


def _score(cell: str, file: str, line: int, column: str) -> int:
    if re.fullmatch(r"[0-9]{1,3}", cell, re.ASCII) and int(cell) <= 100:
        return int(cell)
    raise ListRefused(
        file,
        f"line {line}, {column}",
        f"{cell!r} is not a score from 0 to 100",
        "Use the file as Transparency International published it.",
    )


@cache
def _country_codes() -> dict[str, str]:
    with _COUNTRY_CODES.open(encoding="utf-8", newline="") as file:
        return {row["alpha3"]: row["alpha2"] for row in csv.DictReader(file)}
