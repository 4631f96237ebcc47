"""Which column of a list holds what: known by its name, remembered, or said by a person."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct

from adapters.imports.errors import WrongColumns
from domain.refusals import Invalid

How: TypeAlias = Literal["by its name", "as remembered", "as you say"]


class Meaning(Struct, frozen=True):
    """What a column may hold: in words, and under which names lists have it."""

    words: str
    names: tuple[str, ...]


def _side(side: str, number: str, others: tuple[str, ...], words: str) -> dict[str, Meaning]:
    def names(*parts: str) -> tuple[str, ...]:
        found = [f"{start}_{part}" for start in (side, *others) for part in parts]
        return (*found, *(f"{part}{number}" for part in parts), *(f"{p}_{side}" for p in parts))

    places = ("name", "city", "town", "municipality", "community", "place")
    return {
        f"{side}_name": Meaning(f"the name of the {words} place", names(*places)),
        f"{side}_country": Meaning(
            f"the {words} place's country, by name or code", names("country", "land")
        ),
        f"{side}_iso2": Meaning(
            f"the {words} place's country code (ISO 3166-1 alpha-2), empty if not known",
            names("iso2", "country_code", "iso"),
        ),
        f"{side}_latitude": Meaning(
            f"the {words} place's latitude in degrees", names("latitude", "lat")
        ),
        f"{side}_longitude": Meaning(
            f"the {words} place's longitude in degrees", names("longitude", "lng", "lon", "long")
        ),
    }


FIELDS: dict[str, Meaning] = {
    "relation_id": Meaning("the list's own number of the pair", ("relation_id", "id", "number")),
    **_side("a", "1", ("home", "own", "our"), "first"),
    **_side("b", "2", ("counterpart", "partner", "twin", "foreign"), "second"),
    "since": Meaning(
        "when the bond began, as far as known (EDTF)",
        ("since", "since_edtf", "start", "start_edtf", "established", "date_established"),
    ),
    "formally_since": Meaning(
        "when it was formally agreed (EDTF)",
        ("formally_since", "formal_edtf", "agreement_date", "date_signed", "signed"),
    ),
    "status": Meaning("active, suspended or ended", ("status",)),
}
_NEEDED = ("a_name", "a_country", "b_name", "b_country")
_INSTEAD = {"a_country": "a_iso2", "b_country": "b_iso2"}
_BY_NAME = {name: field for field, meaning in FIELDS.items() for name in meaning.names}


class Said(Struct, frozen=True):
    """What a person said of a header: `columns` by field, and `always` the same value by field."""

    columns: dict[str, str] = {}
    always: dict[str, str] = {}

    def __bool__(self) -> bool:
        return bool(self.columns or self.always)

    def over(self, before: "Said") -> "Said":
        """This, and of each other field what was said `before`."""
        kept = {f: c for f, c in before.columns.items() if f not in self.always}
        always = {f: v for f, v in before.always.items() if f not in self.columns}
        return Said(kept | self.columns, always | self.always)


class Columns(Struct, frozen=True):
    """What the columns of `header` hold: the number of each by field, and how that is known.

    `always` are values that hold for every row. `said` is all that a person said of this header.
    """

    header: tuple[str, ...]
    at: dict[str, int]
    how: dict[str, How]
    said: Said

    @property
    def always(self) -> dict[str, str]:
        """Values that are the same in every row, by field."""
        return self.said.always

    @property
    def missing(self) -> tuple[str, ...]:
        """What is needed and not known."""
        known = self.at.keys() | self.always.keys()
        return tuple(f for f in _NEEDED if not known & {f, _INSTEAD.get(f, f)})

    @property
    def unused(self) -> tuple[str, ...]:
        """The columns that hold nothing for the register."""
        used = set(self.at.values())
        return tuple(name for n, name in enumerate(self.header) if n not in used and name)

    @property
    def to_say(self) -> str:
        """What to say of the first one that is missing; empty where none is."""
        if not self.missing:
            return ""
        field = self.missing[0]
        return (
            f'Say which column holds what: --column "{field}=NAME OF THE COLUMN"; or what is the '
            f'same in every row: --always "{field}=...".'
        )

    def require(self, path: Path) -> None:
        """Raise `WrongColumns` naming all that is missing, and what each column may be."""
        if not self.missing:
            return
        problems = [f"{name!r} is unknown{_near(name)}" for name in self.unused]
        problems += [f"{field!r} is missing" for field in self.missing]
        raise WrongColumns(
            f"The columns of {path}: {'; '.join(problems)}.",
            f"Needed are {', '.join(_NEEDED)}, or a_iso2 and b_iso2 for codes. {self.to_say}",
        )


def header_digest(header: tuple[str, ...]) -> bytes:
    """By which a header is known again."""
    return sha256(msgspec.json.encode(header)).digest()


class IsHeader:
    """Whether the cells of a row are the header of a list that is known or was described."""

    def __init__(self, said: Said, remembered: Mapping[bytes, Said]) -> None:
        self._named = set(said.columns.values())
        self._remembered = remembered

    def __call__(self, cells: tuple[str, ...]) -> bool:
        if header_digest(cells) in self._remembered:
            return True
        if self._named:
            return self._named <= set(cells)
        return {"a_name", "b_name"} <= {_BY_NAME.get(_plain(cell)) for cell in cells}


def recognise(path: Path, header: tuple[str, ...], said: Said, remembered: Said) -> Columns:
    """What each column holds: as said now, else as said before, else by its name.

    Raises `WrongColumns` for what was said and cannot be, and for a column that is there twice.
    """
    for field in said.columns.keys() & said.always.keys():
        raise WrongColumns(
            f"{field} is said to be a column and the same in every row.", "Say one of the two."
        )
    both = said.over(remembered)
    at: dict[str, int] = {}
    how: dict[str, How] = {}
    for field, column in both.columns.items():
        at[field] = _only(path, header, column)
        how[field] = "as you say" if field in said.columns else "as remembered"
    taken = set(at.values())
    for number, name in enumerate(header):
        meant = _BY_NAME.get(_plain(name))
        if meant is None or number in taken or meant in both.columns or meant in both.always:
            continue
        if meant in at:
            other = header[at[meant]]
            problem = f"both {other!r} and {name!r} may be {meant}"
            if name == other:
                problem = f"{name!r} is there twice"
            raise WrongColumns(
                f"The columns of {path}: {problem}.",
                f'Name each differently, and say which it is: --column "{meant}=COLUMN".',
            )
        at[meant], how[meant] = number, "by its name"
    return Columns(header, at, how, both)


def read_said(columns: Iterable[str], always: Iterable[str]) -> Said:
    """From `a_name=city1` and the like; raises `Invalid` for what is not of this form."""
    return Said(_pairs("column", columns), _pairs("always", always))


def _pairs(option: str, texts: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        field, _, value = text.partition("=")
        field, value = field.strip(), value.strip()
        if not value:
            example = "a_name=Town" if option == "column" else 'a_name="Halle (Saale)"'
            raise Invalid(option, f"{text!r} says nothing", f"Write it so: --{option} {example}.")
        if field not in FIELDS:
            raise Invalid(option, f"{field!r} is nothing that a list holds", _possible())
        if field in found:
            raise Invalid(option, f"{field} is said twice", "Say it once.")
        found[field] = value
    return found


def _possible() -> str:
    return "Possible are: " + "; ".join(f"{f} ({m.words})" for f, m in FIELDS.items()) + "."


def _only(path: Path, header: tuple[str, ...], column: str) -> int:
    if (count := header.count(column)) != 1:
        problem = "there is no column" if count == 0 else f"{count} columns are named"
        shown = ", ".join(name for name in header if name)
        raise WrongColumns(
            f"The columns of {path}: {problem} {column!r}.", f"The columns are: {shown}."
        )
    return header.index(column)


def _near(name: str) -> str:
    near = get_close_matches(_plain(name), FIELDS, n=1, cutoff=0.75)
    return f" (is {near[0]!r} meant?)" if near else ""


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_")
