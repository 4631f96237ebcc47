"""Conservation, cheap enough to be asked each minute: what is recorded, counted, and parked."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import asyncpg
from msgspec import Struct

from domain.ports import Ledger
from projections.all import PROJECTIONS
from projections.cursor import cursors, live_places
from projections.parked import parked_in
from projections.projection import Pool, Projection

_AT_A_TIME, _PIECES = 5000, 4


class Counted(Struct, frozen=True):
    """One projection: `counted` events by type and `parked` ones are together its `position`."""

    projection: str
    position: int
    counted: dict[str, int]
    parked: int
    parked_keys: int

    @property
    def unaccounted(self) -> int:
        """0 where nothing was skipped and nothing was counted twice."""
        return self.position - sum(self.counted.values()) - self.parked


class Census(Struct, frozen=True):
    """`recorded` are events of the ledger by type, up to `recorded_to`: at most `size`."""

    size: int
    recorded_to: int
    recorded: dict[str, int]
    projections: tuple[Counted, ...]


class Censuses:
    """Takes them. The ledger is counted on from one to the next, 20,000 entries at most each time,
    so that asking stays cheap; a process that has just started catches up over some of them.
    """

    def __init__(
        self,
        pool: Pool,
        ledger: Ledger,
        *,
        schema: str = "twinledger",
        projections: Sequence[Projection] = PROJECTIONS,
    ) -> None:
        self._pool, self._ledger = pool, ledger
        self._places = live_places(projections, schema)
        self._recorded: Counter[str] = Counter()
        self._position, self._leaf_hash = 0, bytes(32)
        self._one_at_a_time = asyncio.Lock()

    async def take(self) -> Census:
        """As of now. A projection that has never run is left out."""
        async with self._one_at_a_time:
            found = await self._projections()
            await self._count_on()
            size = (await self._ledger.head()).position
            return Census(size, self._position, dict(sorted(self._recorded.items())), found)

    async def _projections(self) -> tuple[Counted, ...]:
        try:
            async with (
                self._pool.acquire() as one,
                one.transaction(isolation="repeatable_read", readonly=True),
            ):
                known = await cursors(one, self._places)
                parked = {name: await parked_in(one, self._places[name], name) for name in known}
        except asyncpg.UndefinedTableError:
            return ()
        return tuple(
            Counted(
                name,
                known[name].position,
                dict(sorted(known[name].counted.items())),
                len(parked[name]),
                len({key for one in parked[name] for key in one.keys}),
            )
            for name in self._places
            if name in known
        )

    async def _count_on(self) -> None:
        for _ in range(_PIECES):
            skip = min(self._position, 1)  # the last one counted, to see that it is still there
            batch = await self._ledger.read_after(self._position - skip, _AT_A_TIME + skip)
            if skip and (not batch or batch[0].leaf_hash != self._leaf_hash):
                self._recorded, self._position = Counter(), 0  # a restored register
                continue
            self._recorded.update(event.type for event in batch[skip:])
            if len(batch) == skip:
                return
            self._position, self._leaf_hash = batch[-1].position, batch[-1].leaf_hash
