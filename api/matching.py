"""Which pair a row of a list is about: one of the register, one of an earlier row, or a new one."""

import unicodedata
from functools import lru_cache
from hashlib import sha256

from msgspec import Struct

from adapters.imports import Listed, Place, Scratch
from api import distances
from domain.names import Communities, fold, slug
from domain.values import CommunityId, pair_of
from projections.views import Register

_FAR_KM = 50
"""Coordinates of one town that differ by more may be of two towns."""


class Alike(Struct, frozen=True):
    """A pair or a name in other signs, and where it stands: `of_line` of the file, or a record."""

    said: str
    of_line: int = 0
    reference: str = ""


class Pairing(Struct, frozen=True):
    """The two communities of a row, and where the same pair is known already.

    `ends` stands for the folded names and countries, whatever communities they turn out to be.
    `reference` and `live` are of the register, `of_line` of the file; `differs` says where the row
    does not fit its twin. `looks_like` is a pair that differs only by signs, `spelled` has the
    names of this row that are new and look like another one of their country. `doubt` is for the
    statement.
    """

    home: CommunityId
    counterpart: CommunityId
    ends: str
    reference: str = ""
    live: bool = False
    of_line: int = 0
    differs: str = ""
    looks_like: Alike | None = None
    spelled: tuple[tuple[str, Alike], ...] = ()
    doubt: str = ""

    @property
    def pair(self) -> str:
        """The pair in its one order."""
        return pair_of(self.home, self.counterpart)


class _InRegister(Struct, frozen=True):
    reference: str
    live: bool


class KnownPairs:
    """The register's pairs by the folded names and countries of their ends, and the file's."""

    def __init__(self, scratch: Scratch) -> None:
        self._communities = Communities(
            scratch.mapping("community", tuple[CommunityId, ...]), scratch.mapping("taken", bool)
        )
        self._in_register = scratch.mapping("register", _InRegister)
        self._lines = scratch.mapping("line", Listed)
        self._pairs_alike = scratch.mapping("pair alike", Alike)
        self._names_alike = scratch.mapping("name alike", Alike)

    @classmethod
    async def of(cls, register: Register, scratch: Scratch) -> "KnownPairs":
        """Those of the register, read once."""
        known = cls(scratch)
        async for reference, home, counterpart, live in register.pairs():
            a, b = Place(home.name, home.country), Place(counterpart.name, counterpart.country)
            for place, party in ((a, home), (b, counterpart)):
                known._communities.know(party.community, party.name, party.country)
                spelled = Alike(place.name, reference=reference)
                known._names_alike.setdefault(_signs(place), spelled)
            ends = _ends(a, b)
            if live or ends not in known._in_register:
                known._in_register[ends] = _InRegister(reference, live)
            said = Alike(_said(a, b), reference=reference)
            known._pairs_alike.setdefault(_pair_signs(a, b), said)
        return known

    def of_row(self, row: Listed) -> Pairing:
        """The pair of `row`, remembered as that of its line."""
        a, b = row.a, row.b
        ends = _ends(a, b)
        known = self._in_register.get(ends, _InRegister("", live=False))
        named = [(place, self._communities.named(place.name, place.country)) for place in (a, b)]
        spelled = tuple(
            (place.name, other)
            for place, ids in named
            if not ids and (other := self._spelled(place, row.line))
        )
        home, counterpart = (self._community(place, ids) for place, ids in named)
        twin = self._lines.setdefault(pair_of(home, counterpart), row)
        said = Alike(_said(a, b), of_line=row.line)
        like = self._pairs_alike.setdefault(_pair_signs(a, b), said)
        return Pairing(
            home,
            counterpart,
            sha256(ends.encode()).hexdigest()[:32],
            known.reference,
            known.live,
            of_line=twin.line if twin.line != row.line else 0,
            differs=_differs(row, twin),
            looks_like=like if like.of_line != row.line else None,
            spelled=spelled,
            doubt=" ".join(filter(None, (_doubt(place, ids) for place, ids in named))),
        )

    def _community(self, place: Place, named: tuple[CommunityId, ...]) -> CommunityId:
        match len(named):
            case 0:
                return self._communities.new(place.name, place.country)
            case 1:
                return named[0]
            case _:
                # Never a guess: it stays apart until somebody says which of them is meant.
                apart = CommunityId(f"{slug(place.name, place.country)}-unplaced")
                return self._communities.know(apart, place.name, place.country)

    def _spelled(self, place: Place, line: int) -> Alike | None:
        """A name that differs from this new one only by accents, hyphens and the like."""
        spelled = Alike(place.name, of_line=line)
        other = self._names_alike.setdefault(_signs(place), spelled)
        return other if fold(other.said) != fold(place.name) else None


def _doubt(place: Place, named: tuple[CommunityId, ...]) -> str:
    if place.listed_under:
        return f"The list gives {place.listed_under} as the country of {place.name}."
    if len(named) < 2:
        return ""
    return f"Several communities are named {place.name}; the list does not say which it means."


def _ends(a: Place, b: Place) -> str:
    return "\n".join(sorted((f"{fold(a.name)}|{a.country}", f"{fold(b.name)}|{b.country}")))


def _said(a: Place, b: Place) -> str:
    return f"{a.name} and {b.name}"


def _pair_signs(a: Place, b: Place) -> str:
    return "\n".join(sorted((_signs(a), _signs(b))))


def _signs(place: Place) -> str:
    return f"{_letters(place.name)}|{place.country}"


@lru_cache(maxsize=4_096)
def _letters(name: str) -> str:
    """The letters and digits alone: "La Ferté-Macé" and "La Ferte Mace" have the same."""
    parts = unicodedata.normalize("NFKD", fold(name))
    return "".join(sign for sign in parts if unicodedata.category(sign)[0] in "LN")


def _differs(row: Listed, twin: Listed) -> str:
    """What speaks against it that `row` says the same as `twin`; empty for nothing."""
    if row.line == twin.line:
        return ""
    problems = []
    if row.status != twin.status:
        problems.append(f"it is {row.status} here and {twin.status} there")
    for field in ("since", "formally_since"):
        here, there = getattr(row, field), getattr(twin, field)
        if here != there and here:
            problems.append(f"{field} is {here} here and {there or 'empty'} there")
    same_order = fold(row.a.name) == fold(twin.a.name) and row.a.country == twin.a.country
    others = (twin.a, twin.b) if same_order else (twin.b, twin.a)
    for place, other in zip((row.a, row.b), others, strict=True):
        apart = _distance_km(place, other)
        if apart > _FAR_KM:
            problems.append(f"the two {place.name} lie {apart:,.0f} km apart")
    return "; ".join(problems)


def _distance_km(one: Place, other: Place) -> float:
    """0 where a place has no coordinates."""
    if not (one.latitude and other.latitude):
        return 0.0
    here, there = (
        distances.place(float(place.latitude), float(place.longitude)) for place in (one, other)
    )
    return distances.kilometres(here, there)
