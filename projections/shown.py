"""Up to where the read models show the ledger: the least of what each of them has read."""

import asyncpg

from domain.ports import Head
from projections.all import PROJECTIONS
from projections.projection import Place, Pool

_SHOWN = """
    select position, leaf_hash from {schema}.projection_cursor
    where suffix = '' and projection = any($1) order by position
"""
_NOTHING = Head(0, None, bytes(32))


class Shown:
    """A reader of the cursors that `Runner` moves."""

    def __init__(self, pool: Pool, *, schema: str = "twinledger") -> None:
        self._pool = pool
        self._shown = Place(schema).sql(_SHOWN)
        self._names = [projection.name for projection in PROJECTIONS]

    async def head(self) -> Head:
        """The last position that every read model shows, without its time; 0 before the first."""
        try:
            rows = await self._pool.fetch(self._shown, self._names)
        except asyncpg.UndefinedTableError:
            return _NOTHING
        if len(rows) < len(self._names):
            return _NOTHING
        return Head(rows[0]["position"], None, rows[0]["leaf_hash"])
