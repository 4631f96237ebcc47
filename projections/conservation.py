"""Is all of the ledger in the projections? Positions and counts, weighed against the ledger."""

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from domain.ports import Ledger
from projections.all import PROJECTIONS
from projections.cursor import cursors, live_places
from projections.parked import Parked, parked_in
from projections.projection import Pool, Projection

_AT_A_TIME = 5000


class Standing(Struct, frozen=True):
    """How one projection stands. `counted` and `recorded` are events by type up to `position`.

    Those that are `parked` wait and are not counted; they have the type that the ledger says now,
    since what was unreadable may have been put right meanwhile. `on_this_ledger` says that the
    event at the cursor is the one that the projection read.
    """

    projection: str
    version: int
    position: int
    behind: int
    on_this_ledger: bool
    counted: dict[str, int]
    recorded: dict[str, int]
    parked: tuple[Parked, ...] = ()

    @property
    def built(self) -> bool:
        """Whether it has ever run: it has not in a register that was just restored."""
        return self.version > 0

    @property
    def missing(self) -> int:
        """How many entries the ledger lacks up to there: its positions are dense."""
        return max(0, self.position - sum(self.recorded.values())) if self.on_this_ledger else 0

    @property
    def sound(self) -> bool:
        """Whether counted and parked are exactly what is recorded; to be behind is not unsound."""
        accounted = Counter(self.counted) + Counter(one.type for one in self.parked)
        return self.on_this_ledger and accounted == Counter(self.recorded)


async def status(
    pool: Pool,
    ledger: Ledger,
    schema: str = "twinledger",
    *,
    projections: Sequence[Projection] = PROJECTIONS,
) -> tuple[Standing, ...]:
    """Read the whole ledger once and weigh every projection against it.

    A projection that has never run stands at 0 with version 0.
    """
    places = live_places(projections, schema)
    # Of one moment, so that what is parked or retried meanwhile is not counted twice.
    async with pool.acquire() as one, one.transaction(isolation="repeatable_read", readonly=True):
        known = await cursors(one, places)
        parked = {name: await parked_in(one, places[name], name) for name in known}
    head = (await ledger.head()).position
    stops = {cursor.position for cursor in known.values()}
    waiting = {one.position for some in parked.values() for one in some}
    recorded, hashes, types = await _recorded_up_to(ledger, stops, waiting)
    found = []
    for projection in projections:
        cursor = known.get(projection.name)
        position = cursor.position if cursor else 0
        found.append(
            Standing(
                projection.name,
                cursor.version if cursor else 0,
                position,
                max(0, head - position),
                cursor is None or hashes.get(position) == cursor.leaf_hash,
                dict(sorted(cursor.counted.items())) if cursor else {},
                recorded.get(position, {}),
                tuple(
                    replace(one, type=types.get(one.position, one.type))
                    for one in parked.get(projection.name, ())
                ),
            )
        )
    return tuple(found)


async def _recorded_up_to(
    ledger: Ledger, stops: set[int], waiting: set[int]
) -> tuple[dict[int, dict[str, int]], dict[int, bytes], dict[int, str]]:
    """Events by type, and the leaf hash, at each of `stops` that the ledger reaches; and the type
    of each that is `waiting`.
    """
    counted: Counter[str] = Counter()
    at: dict[int, dict[str, int]] = {0: {}}
    hashes = {0: bytes(32)}
    types: dict[int, str] = {}
    position, last = 0, max(stops, default=0)
    while position < last:
        batch = await ledger.read_after(position, min(_AT_A_TIME, last - position))
        if not batch:
            break
        for event in batch:
            counted[event.type] += 1
            if event.position in waiting:
                types[event.position] = event.type
            if event.position in stops:
                at[event.position] = dict(sorted(counted.items()))
                hashes[event.position] = event.leaf_hash
        position = batch[-1].position
    return at, hashes, types
