"""Lists of pairs: two named places a row, with what else the list knows of them."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import Literal, TypeAlias

from msgspec import Struct

from adapters.imports import files
from adapters.imports.columns import Columns, IsHeader, Said, header_digest, recognise
from adapters.imports.countries import CountryNames, check_country
from adapters.imports.errors import WrongColumns
from adapters.imports.table import Row, Table
from adapters.imports.written_dates import read_date
from adapters.ledger.text import check_text
from domain.dates import parse
from domain.errors import NotCanonical
from domain.names import fold, slug, tidy
from domain.refusals import Invalid

_WIKIPEDIA_LAYOUT = {
    *("relation_id", "distance_km", "same_country"),
    *("a_id", "a_name", "a_iso2", "b_id", "b_name", "b_iso2"),
}
_LONGEST_NAME = 200
_LONGEST_SOURCE = 150  # so that the number of a row can stand after it
_LONGEST_DATE = 40

Status: TypeAlias = Literal["active", "suspended", "ended"]
_STATUSES: dict[str, Status] = {
    **dict.fromkeys(("", "active", "current", "in force", "live"), "active"),
    **dict.fromkeys(("suspended", "paused", "frozen", "on hold"), "suspended"),
    **dict.fromkeys(
        ("ended", "terminated", "cancelled", "dissolved", "former", "over", "revoked"), "ended"
    ),
}
_SAME_TWICE = re.compile(r"(?P<name>.+?)\s*(?:\((?P<in>[^()]+)\)|\s[-–—]\s+(?P<of>.+))")


class Origin(Struct, frozen=True):
    """What list it is, as a citation names it, and the day of the list (EDTF)."""

    source: str
    listed_on: str


_WIKIPEDIA = Origin("English Wikipedia, lists of February 2026 (CC BY-SA 4.0)", "2026-02")
"""Only its files have every one of the columns."""


class Place(Struct, frozen=True):
    """A place as the list names it, in Unicode normal form C; `country` may be empty.

    `latitude` and `longitude` are decimal degrees as text, empty where the list has none.
    `listed_under` is the list's name of a country that has no code.
    """

    name: str
    country: str
    latitude: str = ""
    longitude: str = ""
    listed_under: str = ""


class Listed(Struct, frozen=True):
    """A row that can be recorded. `relation` is the list's own number for it, empty without one.

    `since` (the bond) and `formally_since` are EDTF, empty where the list does not say.
    """

    line: int
    relation: str
    a: Place
    b: Place
    status: Status = "active"
    since: str = ""
    formally_since: str = ""


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
    """A whole file, whose columns are known. `rows` counts them, `sha256` is that of the file."""

    table: Table
    columns: Columns
    countries: CountryNames

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
        return Origin(self._source(source), self._listed_on(listed_on))

    def amiss(
        self, *, source: str | None, listed_on: str | None
    ) -> tuple[WrongColumns | Invalid, ...]:
        """All that keeps the list from being imported: of its columns, its source and its day."""
        found: list[WrongColumns | Invalid] = []
        for check in (
            partial(self.columns.require, self.table.path),
            partial(self._source, source),
            partial(self._listed_on, listed_on),
        ):
            try:
                check()
            except (WrongColumns, Invalid) as refusal:
                found.append(refusal)
        return tuple(found)

    @property
    def _known(self) -> Origin:
        is_wikipedia = set(self.table.header) >= _WIKIPEDIA_LAYOUT
        return _WIKIPEDIA if is_wikipedia else Origin("", "")

    def _source(self, said: str | None) -> str:
        source = self._known.source
        if said is not None:
            source = _text("source", tidy(said), longest=_LONGEST_SOURCE)
        if not source:
            raise Invalid(
                "source",
                "it is not said what list this is, and every record will cite it",
                'Say its title and who keeps it: --source "Twin towns, City of Halle, 2025".',
            )
        return source

    def _listed_on(self, said: str | None) -> str:
        day = self._known.listed_on if said is None else said
        if not day:
            raise Invalid(
                "listed_on",
                "it is not said of which day this list is",
                "Say it as far as it is known: --listed-on 2025-06, or 2025~ for about 2025.",
            )
        return parse(day, field="listed_on").text

    def __iter__(self) -> Iterator[Listed | RefusedRow]:
        """The rows in order, one at a time; raises `WrongColumns` where needed ones are missing."""
        self.columns.require(self.table.path)
        return (_read(row, self.columns, self.countries) for row in files.rows(self.table))

    def first(self) -> Row | None:
        """The first row, as an example of what the columns hold."""
        return next(files.rows(self.table), None)


def open_relations(
    path: Path,
    *,
    said: Said | None = None,
    remembered: Mapping[bytes, Said] | None = None,
    country_names: Mapping[str, str] | None = None,
) -> Relations:
    """Check the file from end to end; raise `FileRefused` if as a whole it cannot be imported.

    `said` is what is said of its columns now, `remembered` what was said of others before, by the
    digest of the header; `country_names` are short names by code.
    """
    said, remembered = said or Said(), remembered or {}
    table = files.check(path, IsHeader(said, remembered))
    before = remembered.get(header_digest(table.header), Said())
    columns = recognise(path, table.header, said, before)
    return Relations(table, columns, CountryNames(country_names or {}))


def _read(row: Row, columns: Columns, countries: CountryNames) -> Listed | RefusedRow:
    try:
        if len(row.fields) != len(columns.header):
            raise Invalid(
                "row",
                f"it has {len(row.fields)} fields, the header has {len(columns.header)}",
                "If it is the last one, the file may have been cut off: fetch it again. "
                "Otherwise put names with a comma between quotation marks.",
            )
        told = {field: row.fields[number] for field, number in columns.at.items()}
        return _listed(row.line, told | columns.always, countries)
    except Invalid as refusal:
        return RefusedRow(row.line, refusal.field, refusal.problem, refusal.remedy)


def _listed(line: int, told: dict[str, str], countries: CountryNames) -> Listed:
    a, b = _place("a", told, countries), _place("b", told, countries)
    if fold(a.name) == fold(b.name) and a.country == b.country:
        raise Invalid(
            "b_name",
            f"both sides are {b.name} ({b.country or 'no country'})",
            "If they are two places, name each so that it can be told from the other.",
        )
    relation = _text("relation_id", tidy(told.get("relation_id", "")), longest=40)
    since, formally = _date("since", told), _date("formally_since", told)
    return Listed(line, relation, a, b, _status(told), since, formally)


def _place(side: str, told: dict[str, str], countries: CountryNames) -> Place:
    field = f"{side}_name"
    name = _text(field, plain_name(tidy(told[field])), longest=_LONGEST_NAME)
    if not name:
        raise Invalid(field, "the name is empty", "Write the name of the place.")
    by_code, by_name = f"{side}_iso2", f"{side}_country"
    under = ""
    if by_code in told and (told[by_code] or by_name not in told):
        country = check_country(by_code, told[by_code])
    else:
        country = countries.code(by_name, told[by_name], place=name)
        under = "" if country else tidy(told[by_name])
    if not slug(name, country):
        raise Invalid(field, f"{name!r} has no letter", "Write the name of the place.")
    latitude = _degrees(f"{side}_latitude", told, most=90)
    longitude = _degrees(f"{side}_longitude", told, most=180)
    if bool(latitude) != bool(longitude):
        lacking = f"{side}_longitude" if latitude else f"{side}_latitude"
        raise Invalid(lacking, "it is empty, the other is not", "Write both, or leave both empty.")
    return Place(name, country, latitude, longitude, under)


def plain_name(name: str) -> str:
    """ "Bonn" for "Bonn (Bonn)" and "Bonn – Bonn", as lists write a town that is its own district.

    Any other name as it is: "Esch (Haaren)" is a place in Haaren.
    """
    match = _SAME_TWICE.fullmatch(name)
    if match and fold(match["name"]) == fold(match["in"] or match["of"]):
        return match["name"]
    return name


def _status(told: dict[str, str]) -> Status:
    written = fold(told.get("status", ""))
    if written not in _STATUSES:
        raise Invalid(
            "status",
            f"{written[:60]!r} is no status that is known here",
            "Write active, suspended or ended; leave it empty for active.",
        )
    return _STATUSES[written]


def _date(field: str, told: dict[str, str]) -> str:
    written = _text(field, tidy(told.get(field, "")), longest=_LONGEST_DATE)
    return read_date(written, field=field) if written else ""


def _degrees(field: str, told: dict[str, str], *, most: int) -> str:
    written = told.get(field, "").strip().replace(",", ".")
    if not written:
        return ""
    try:
        degrees = Decimal(written)
    except InvalidOperation:
        degrees = Decimal("NaN")
    if not (written.isascii() and degrees.is_finite() and abs(degrees) <= most):
        raise Invalid(
            field,
            f"{told[field].strip()[:40]!r} is not in decimal degrees",
            f"Write them from -{most} to {most}, for example 52.37, or leave it empty.",
        )
    # A millionth of a degree is a tenth of a metre; spreadsheets write more digits than they know.
    return f"{round(degrees, 6).normalize():f}"


def _text(field: str, text: str, *, longest: int) -> str:
    if len(text) > longest:
        raise Invalid(field, f"it has {len(text)} characters", f"At most {longest} are possible.")
    try:
        check_text(text, field)
    except NotCanonical as error:
        raise Invalid(field, f"it {error.problem}", error.remedy) from None
    return text
