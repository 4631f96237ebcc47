"""Lists of pairs as in relations.csv: one pair of named places a row, without dates."""

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from msgspec import Struct

from adapters.imports.countries import check_country
from adapters.imports.errors import WrongColumns
from adapters.imports.table import Row, Table, check, rows
from adapters.ledger.text import check_text
from domain.dates import parse
from domain.errors import NotCanonical
from domain.names import fold, slug, tidy
from domain.refusals import Invalid

_NEEDED = ("a_name", "a_iso2", "b_name", "b_iso2")
_COLUMNS = (
    "relation_id",
    "a_id",
    *_NEEDED[:2],
    "b_id",
    *_NEEDED[2:],
    "distance_km",
    "same_country",
)
_LONGEST_NAME = 200
_LONGEST_SOURCE = 150  # so that the number of a row can stand after it


class Origin(Struct, frozen=True):
    """What list it is, as a citation names it, and the day of the list (EDTF)."""

    source: str
    listed_on: str


_WIKIPEDIA = Origin("English Wikipedia, lists of February 2026 (CC BY-SA 4.0)", "2026-02")
"""Only its files have every one of the columns."""


class Place(Struct, frozen=True):
    """A place as the list names it, in Unicode normal form C; `country` may be empty."""

    name: str
    country: str


class Listed(Struct, frozen=True):
    """A row that can be recorded. `relation` is the list's own number for it, empty without one."""

    line: int
    relation: str
    a: Place
    b: Place


class RefusedRow(Struct, frozen=True):
    """A row that cannot be recorded as it is; the others can."""

    line: int
    field: str
    problem: str
    remedy: str

    @property
    def reason(self) -> str:
        """The sentence for people."""
        return f"{self.field}: {self.problem}. {self.remedy}"


class Relations(Struct, frozen=True):
    """A whole file of this layout. `rows` counts them, `sha256` is that of the file."""

    table: Table

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self.table.rows

    @property
    def sha256(self) -> str:
        """Of the file's bytes."""
        return self.table.sha256

    def origin(self, *, source: str | None, listed_on: str | None) -> Origin:
        """What is said of the list, or else known by its columns; raises `Invalid` if neither."""
        known = _WIKIPEDIA if set(_COLUMNS) <= set(self.table.header) else None
        if source is not None:
            source = _text("source", tidy(source), longest=_LONGEST_SOURCE)
        elif known is not None:
            source = known.source
        if not source:
            raise Invalid(
                "source",
                "it is not said what list this is, and every record will cite it",
                'Say its title and who keeps it: --source "Twin towns, City of Halle, 2025".',
            )
        if listed_on is None and known is not None:
            listed_on = known.listed_on
        if not listed_on:
            raise Invalid(
                "listed_on",
                "it is not said of which day this list is",
                "Say it as far as it is known: --listed-on 2025-06, or 2025~ for about 2025.",
            )
        return Origin(source, parse(listed_on, field="listed_on").text)

    def __iter__(self) -> Iterator[Listed | RefusedRow]:
        """The rows in order, one at a time."""
        at = {name: number for number, name in enumerate(self.table.header)}
        return (_read(row, at) for row in rows(self.table))


def open_relations(path: Path) -> Relations:
    """Check the file from end to end; raise `FileRefused` if as a whole it cannot be imported."""
    table = check(path)
    _check_columns(table)
    return Relations(table)


def _check_columns(table: Table) -> None:
    header = table.header
    expected = f"The columns are: {', '.join(_COLUMNS)}; needed are {', '.join(_NEEDED)}."
    if len(header) == 1 and (found := [mark for mark in ";\t|" if mark in header[0]]):
        mark = "a tab" if found[0] == "\t" else found[0]
        raise WrongColumns(
            f"The columns of {table.path} are separated by {mark}.", "Separate them by commas."
        )
    problems = [f"{name!r} is unknown{_near(name)}" for name in header if name not in _COLUMNS]
    problems += [f"{name!r} is missing" for name in _NEEDED if name not in header]
    problems += [f"{name!r} is there twice" for name in _COLUMNS if header.count(name) > 1]
    if problems:
        raise WrongColumns(f"The columns of {table.path}: {'; '.join(problems)}.", expected)


def _near(name: str) -> str:
    near = get_close_matches(name.strip().lower(), _COLUMNS, n=1, cutoff=0.75)
    return f" (is {near[0]!r} meant?)" if near else ""


def _read(row: Row, at: dict[str, int]) -> Listed | RefusedRow:
    try:
        if len(row.fields) != len(at):
            raise Invalid(
                "row",
                f"it has {len(row.fields)} fields, the header has {len(at)}",
                "If it is the last one, the file may have been cut off: fetch it again. "
                "Otherwise put names with a comma between quotation marks.",
            )
        a, b = _place(row, at, "a"), _place(row, at, "b")
        if fold(a.name) == fold(b.name) and a.country == b.country:
            raise Invalid(
                "b_name",
                f"both sides are {b.name} ({b.country or 'no country'})",
                "If they are two places, name each so that it can be told from the other.",
            )
        relation = row.fields[at["relation_id"]].strip() if "relation_id" in at else ""
        return Listed(row.line, _text("relation_id", relation, longest=40), a, b)
    except Invalid as refusal:
        return RefusedRow(row.line, refusal.field, refusal.problem, refusal.remedy)


def _place(row: Row, at: dict[str, int], side: str) -> Place:
    field = f"{side}_name"
    name = _text(field, tidy(row.fields[at[field]]), longest=_LONGEST_NAME)
    if not name:
        raise Invalid(field, "the name is empty", "Write the name of the place.")
    country = check_country(f"{side}_iso2", row.fields[at[f"{side}_iso2"]])
    if not slug(name, country):
        raise Invalid(field, f"{name!r} has no letter", "Write the name of the place.")
    return Place(name, country)


def _text(field: str, text: str, *, longest: int) -> str:
    if len(text) > longest:
        raise Invalid(field, f"it has {len(text)} characters", f"At most {longest} are possible.")
    try:
        check_text(text, field)
    except NotCanonical as error:
        raise Invalid(field, f"it {error.problem}", error.remedy) from None
    return text
