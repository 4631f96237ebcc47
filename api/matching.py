"""Which pair a row of a list is about: one of the register, one of an earlier row, or a new one."""

from hashlib import sha256

from msgspec import Struct

from adapters.imports import Listed
from adapters.imports.relations import Place
from domain.names import Communities, fold, slug
from domain.values import CommunityId, pair_of
from projections.views import Register


class Pairing(Struct, frozen=True):
    """The two communities of a row, and where the same pair is known already.

    `ends` stands for the folded names and countries, whatever communities they turn out to be.
    `reference` and `live` are of the register, `of_line` of the file, `looks_like` is the
    line or the reference of a pair that differs only by signs. `doubt` is for the statement.
    """

    home: CommunityId
    counterpart: CommunityId
    ends: str
    reference: str = ""
    live: bool = False
    of_line: int = 0
    looks_like: int | str = 0
    doubt: str = ""

    @property
    def pair(self) -> str:
        """The pair in its one order."""
        return pair_of(self.home, self.counterpart)


class KnownPairs:
    """The register's pairs by the folded names and countries of their ends, and the file's."""

    def __init__(self) -> None:
        self._communities = Communities()
        self._in_register: dict[str, tuple[str, bool]] = {}
        self._lines: dict[str, int] = {}
        self._by_slugs: dict[str, int | str] = {}

    @classmethod
    async def of(cls, register: Register) -> "KnownPairs":
        """Those of the register, read once."""
        known = cls()
        async for reference, home, counterpart, live in register.pairs():
            for party in (home, counterpart):
                known._communities.know(party.community, party.name, party.country)
            a, b = Place(home.name, home.country), Place(counterpart.name, counterpart.country)
            ends = _ends(a, b)
            if live or ends not in known._in_register:
                known._in_register[ends] = reference, live
            known._by_slugs.setdefault(_slugs(a, b), reference)
        return known

    def of_row(self, row: Listed) -> Pairing:
        """The pair of `row`, remembered as that of its line."""
        ends = _ends(row.a, row.b)
        reference, live = self._in_register.get(ends, ("", False))
        home, counterpart = self._community(row.a), self._community(row.b)
        pair = pair_of(home, counterpart)
        first = self._lines.setdefault(pair, row.line)
        like = self._by_slugs.setdefault(_slugs(row.a, row.b), row.line)
        return Pairing(
            home,
            counterpart,
            sha256(ends.encode()).hexdigest()[:32],
            reference,
            live,
            of_line=first if first != row.line else 0,
            looks_like=like if like != row.line else 0,
            doubt=" ".join(filter(None, (self._doubt(row.a), self._doubt(row.b)))),
        )

    def _community(self, place: Place) -> CommunityId:
        named = self._communities.named(place.name, place.country)
        match len(named):
            case 0:
                return self._communities.new(place.name, place.country)
            case 1:
                return named[0]
            case _:
                # Never a guess: it stays apart until somebody says which of them is meant.
                apart = CommunityId(f"{slug(place.name, place.country)}-unplaced")
                return self._communities.know(apart, place.name, place.country)

    def _doubt(self, place: Place) -> str:
        if len(self._communities.named(place.name, place.country)) < 2:
            return ""
        return f"Several communities are named {place.name}; the list does not say which it means."


def _ends(a: Place, b: Place) -> str:
    return "\n".join(sorted((f"{fold(a.name)}|{a.country}", f"{fold(b.name)}|{b.country}")))


def _slugs(a: Place, b: Place) -> str:
    return "\n".join(sorted((slug(a.name, a.country), slug(b.name, b.country))))
