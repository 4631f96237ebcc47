"""The stored leaves as the notary reads them: each hashed again, none missing, with flat memory."""

import asyncio
from collections.abc import AsyncIterator, Callable

import asyncpg

from adapters.migrate import check_name
from adapters.notary.errors import EntryMissing, HeadAltered, LeafChanged, NotDurable
from adapters.postgres.standbys import NotReplicated, wait_for_standbys
from domain.errors import HeadUnsound
from domain.transparency.tree import leaf_hash

BATCH = 2_048  # entries, of at most 64 kB each
PATIENCE = 10.0  # seconds for a standby

_LEAVES = """
    select position, leaf, leaf_hash from {schema}.event
    where position > $1 and position <= $2 order by position
"""
_END = "select size, (select leaf_hash from {schema}.event where position = $1) from {schema}.head"


class StoredEntries:
    """The entries of the ledger in `schema`, as the database has them."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", *, schema: str = "twinledger") -> None:
        check_name("schema", schema)
        self._pool = pool
        self._leaves, self._end = _LEAVES.format(schema=schema), _END.format(schema=schema)

    async def end(self, position: int) -> tuple[int, bytes | None]:
        """Where the ledger ends, and the leaf hash at `position`, None where nothing stands.

        Raises `HeadAltered` where the ledger has no end, or several.
        """
        rows = await self._pool.fetch(self._end, position)
        if len(rows) != 1:
            raise HeadAltered(HeadUnsound(rows=len(rows)).problem)
        return rows[0][0], rows[0][1]

    async def hashes(
        self, after: int, up_to: int, progress: Callable[[int, int], None] | None = None
    ) -> AsyncIterator[list[bytes]]:
        """The leaf hashes of the positions later than `after` and up to `up_to`, in batches.

        Raises `EntryMissing` and `LeafChanged`. While one batch is hashed, the next is on its way.
        """
        if after >= up_to:
            return
        coming = asyncio.create_task(self._rows(after, up_to))
        try:
            for begin in range(after, up_to, BATCH):
                rows = await coming
                if begin + BATCH < up_to:
                    coming = asyncio.create_task(self._rows(begin + BATCH, up_to))
                yield _checked(rows, begin, min(begin + BATCH, up_to))
                if progress is not None:
                    progress(min(begin + BATCH, up_to), up_to)
        finally:
            coming.cancel()

    async def found(self, after: int, up_to: int) -> dict[int, bytes]:
        """What the bytes at these positions hash to, by position: whatever is there, and whatever
        is said of it.
        """
        return {at: leaf_hash(leaf) for at, leaf, _ in await self._rows(after, up_to)}

    async def durable(self) -> None:
        """Return when what was read is as durable as the server is told to make it.

        Raises `NotDurable`.
        """
        async with self._pool.acquire() as connection:
            try:
                await wait_for_standbys(connection, seconds=PATIENCE)
            except NotReplicated as error:
                raise NotDurable from error

    async def _rows(self, after: int, up_to: int) -> list[asyncpg.Record]:
        return await self._pool.fetch(self._leaves, after, min(after + BATCH, up_to))


def _checked(rows: list[asyncpg.Record], after: int, up_to: int) -> list[bytes]:
    """The hashes of these leaves, which must be all from `after` to `up_to`."""
    hashes = []
    expected = after
    for position, leaf, stored in rows:
        expected += 1
        if position != expected:
            raise EntryMissing(position=expected)
        # Of the bytes, not of the column: what is signed is what can be read.
        if (hashed := leaf_hash(leaf)) != stored:
            raise LeafChanged(position=position)
        hashes.append(hashed)
    if expected != up_to:
        raise EntryMissing(position=expected + 1)
    return hashes
