"""The files merged: one life per pair of communities, whichever files know of it.

Wikidata's pairs are told apart by QID. A row of another file belongs to one of them when the folded
names and countries of both its ends match exactly one; otherwise it is a pair of its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from adapters.sample.files import City, LifeEvent, Seed, Side
from domain.names import Communities, fold
from domain.values import CommunityId, Party, pair_of

Ends = frozenset[tuple[str, str]]
"""The folded names of a pair with their countries."""


class Life(Struct):
    """What the files know of one pair. `unplaced` are ends that could be several communities."""

    home: Party
    counterpart: Party
    in_wikidata: bool = False
    seed: Seed | None = None
    events: list[LifeEvent] = []
    unplaced: tuple[str, ...] = ()

    @property
    def pair(self) -> str:
        """The pair in its one order."""
        return pair_of(self.home.community, self.counterpart.community)

    @property
    def files(self) -> int:
        """In how many files the pair is."""
        return self.in_wikidata + (self.seed is not None) + bool(self.events)


class Lives:
    """All lives, gathered file by file; Wikidata first, so that the others find its pairs."""

    def __init__(self) -> None:
        self._communities = Communities()
        self._parties: dict[CommunityId, Party] = {}
        self._by_ends: dict[Ends, list[Life]] = defaultdict(list)

    def __iter__(self) -> Iterator[Life]:
        return (life for lives in self._by_ends.values() for life in lives)

    @property
    def look_alikes(self) -> int:
        """Pairs that share all names and countries with another one and are kept apart."""
        return sum(len(lives) - 1 for lives in self._by_ends.values())

    def add_wikidata(self, cities: dict[str, City], edges: Iterable[tuple[str, str]]) -> None:
        """Each edge is a pair; of homonyms the lowest QID has the plain id."""
        ids: dict[str, CommunityId] = {}
        for city in sorted(cities.values(), key=lambda city: city.number):
            community = self._communities.new(city.name, city.country, apart=city.qid.lower())
            ids[city.qid] = community
            self._parties[community] = Party(
                community,
                city.name,
                city.country,
                qid=city.qid,
                latitude=city.latitude,
                longitude=city.longitude,
                population=city.population,
            )
        for a, b in edges:
            life = Life(self._parties[ids[a]], self._parties[ids[b]], in_wikidata=True)
            self._by_ends[_ends(cities[a], cities[b])].append(life)

    def add_seed(self, seed: Seed) -> None:
        life = self._of(seed.a, seed.b, seed.id)
        life.seed = seed
        life.home = _leveled(life.home, seed.a)
        life.counterpart = _leveled(life.counterpart, seed.b)

    def add_event(self, event: LifeEvent) -> None:
        self._of(event.a, event.b, event.id).events.append(event)

    def _of(self, a: Side, b: Side, row: str) -> Life:
        known = self._by_ends[_ends(a, b)]
        if len(known) == 1:
            life = known[0]
            if fold(life.home.name) != fold(a.name):
                # The row says whose partnership it tells; Wikidata's pairs have no direction.
                life.home, life.counterpart = life.counterpart, life.home
            return life
        unplaced = tuple(
            side.name
            for side in (a, b)
            if len(self._communities.named(side.name, side.country)) > 1
        )
        life = Life(self._party(a, row), self._party(b, row), unplaced=unplaced)
        known.append(life)
        return life

    def _party(self, side: Side, row: str) -> Party:
        named = self._communities.named(side.name, side.country)
        if len(named) == 1:
            return self._parties[named[0]]
        community = self._communities.new(side.name, side.country, apart=row.lower())
        party = Party(community, side.name, side.country, level=side.level)
        self._parties[community] = party
        return party


def _ends(a: City | Side, b: City | Side) -> Ends:
    return frozenset({(fold(a.name), a.country), (fold(b.name), b.country)})


def _leveled(party: Party, side: Side) -> Party:
    return replace(party, level=side.level)
