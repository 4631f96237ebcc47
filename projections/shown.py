"""Up to where the read models show the ledger: the least of what each of them has read."""

import asyncio
from collections.abc import Callable, Sequence

import asyncpg

from domain.ports import Head
from projections.all import PROJECTIONS
from projections.cursor import live_places
from projections.projection import Place, Pool, Projection

_SHOWN = """
    select position, leaf_hash from {schema}.projection_cursor
    where (projection, suffix) in (select * from unnest($1::text[], $2::text[])) order by position
"""
_NOTHING = Head(0, None, bytes(32))


class Shown:
    """A reader of the cursors that `Runner` moves, in this process or in another.

    `ring` asks a runner that may be resting to look at the ledger now; losing it costs a moment.
    """

    def __init__(
        self,
        pool: Pool,
        *,
        schema: str = "twinledger",
        projections: Sequence[Projection] = PROJECTIONS,
        ring: Callable[[], None] = lambda: None,
    ) -> None:
        self._pool, self._ring = pool, ring
        self._shown = Place(schema).sql(_SHOWN)
        places = live_places(projections, schema)
        self._names = list(places)
        self._suffixes = [place.suffix for place in places.values()]

    async def reaches(self, position: int, within: float) -> bool:
        """Whether every read model shows `position` before `within` seconds have passed."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within
        pause = 0.005
        while (await self.head()).position < position:
            if loop.time() >= deadline:
                return False
            self._ring()
            await asyncio.sleep(min(pause, max(0.0, deadline - loop.time())))
            pause = min(2 * pause, 0.1)
        return True

    async def head(self) -> Head:
        """The last position that every read model shows, without its time; 0 before the first.

        Events up to there may be parked: see `projections.parked.Parking`.
        """
        try:
            rows = await self._pool.fetch(self._shown, self._names, self._suffixes)
        except asyncpg.UndefinedTableError:
            return _NOTHING
        if len(rows) < len(self._names):
            return _NOTHING
        return Head(rows[0]["position"], None, rows[0]["leaf_hash"])
