"""Entries that were signed and are lost: in their place the ledger has another one, or none.

Known from the notary's folder, noted in the database where every process of the service reads it.
What was recorded in the last second or two before a loss may not have been signed: of that, nobody
but the holder of its receipt knows.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path

import asyncpg
from msgspec import Struct

from adapters.migrate import check_name
from adapters.notary.entries import BATCH, StoredEntries
from adapters.notary.leaves import SignedLeaves
from adapters.notary.state import read_state
from adapters.postgres.times import held_or_first

# What was brought back is no longer lost. By the bytes that stand there, as `note_lost` finds it:
# the column beside them may have been left as it was.
_LOST = """
    from {schema}.lost_entry l where not exists (
        select from {schema}.event e
        where e.position = l.position and sha256('\\x00'::bytea || e.leaf) = l.leaf_hash
    )
"""
_SOME = f"""
    select l.position, l.leaf_hash, {held_or_first("l.noted_at")} {_LOST}
    and (l.position, l.leaf_hash) > ($1, $2) order by l.position, l.leaf_hash limit $3
"""
_ALL = f"""
    select count(*), min(l.position), max(l.position),
        count(*) filter (where l.position > (
            select coalesce(max(position), 0) from {{schema}}.event
        )),
        count(*) filter (where exists (
            select from {{schema}}.event there where there.position = l.position
        ))
    {_LOST}
"""
# Whoever read a history that was lost has lost with it what each later loss took away before.
_FIRST = f"""
    select min(l.position) {_LOST} and l.loss >= (
        select loss from {{schema}}.lost_entry where position = $1 and leaf_hash = $2
    )
"""
_NEXT = "select coalesce(max(loss), 0) + 1 from {schema}.lost_entry"
_NOTE = """
    insert into {schema}.lost_entry (loss, position, leaf_hash)
    select $1, * from unnest($2::bigint[], $3::bytea[]) on conflict do nothing
"""


class LostEntry(Struct, frozen=True):
    """The leaf hash that was signed at a position, and is not there any more."""

    position: int
    leaf_hash: bytes
    noted_at: datetime


class Loss(Struct, frozen=True):
    """How many entries are lost, the first and the last of them by position."""

    entries: int
    first: int
    last: int


class LossNow(Loss, frozen=True):
    """What stands in their places now: the ledger `ends_before` so many of them, another entry
    `replaced` so many, and nothing stands where the others stood.
    """

    ends_before: int
    replaced: int


class LostEntries:
    """What is noted as lost in the ledger of `schema`."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", *, schema: str = "twinledger") -> None:
        check_name("schema", schema)
        self._pool, self._schema = pool, schema

    async def all(self) -> LossNow | None:
        """All of them together; None where nothing was ever lost."""
        row = await self._pool.fetchrow(_ALL.format(schema=self._schema))
        return LossNow(*row) if row is not None and row[0] else None

    async def some(self, limit: int, *, after: tuple[int, bytes] = (0, b"")) -> list[LostEntry]:
        """The next ones in order of position and leaf hash; two histories may have been lost."""
        rows = await self._pool.fetch(_SOME.format(schema=self._schema), *after, limit)
        return [LostEntry(*row) for row in rows]

    async def first(self, position: int, leaf_hash: bytes) -> int | None:
        """Of the history that had this entry, the first entry that is lost; None where this one is
        not known to be.
        """
        found: int | None = await self._pool.fetchval(
            _FIRST.format(schema=self._schema), position, leaf_hash
        )
        return found

    async def note(self, lost: AsyncIterator[Mapping[int, bytes]]) -> None:
        """That these leaf hashes, by position, are lost, all of them at once, in one loss.

        What is noted already stays as it is.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            loss = await connection.fetchval(_NEXT.format(schema=self._schema))
            async for some in lost:
                await connection.execute(
                    _NOTE.format(schema=self._schema), loss, list(some), list(some.values())
                )


async def note_lost(pool: "asyncpg.Pool[asyncpg.Record]", folder: Path, schema: str) -> Loss | None:
    """Compare the ledger with what the notary of `folder` signed, and note what is lost of it.

    None where nothing is, and where nobody can say: the folder's leaf hashes are those that were
    signed, or they count for nothing; and where not one of the signed entries is there, this is
    another register than the one of the folder. Raises `StateRefused`.
    """
    state, leaves = read_state(folder), SignedLeaves(folder)
    if state is None or await asyncio.to_thread(leaves.root, state.size) != state.root:
        return None
    entries = StoredEntries(pool, schema=schema)
    count, first, last = 0, state.size, 0
    async for lost in _lost(entries, leaves, state.size):
        count, first, last = count + len(lost), min(first, *lost), max(last, *lost)
    if count in (0, state.size):
        return None
    # Looked for a second time instead of being kept: it may be millions.
    await LostEntries(pool, schema=schema).note(_lost(entries, leaves, state.size))
    return Loss(count, first, last)


async def _lost(
    entries: StoredEntries, leaves: SignedLeaves, size: int
) -> AsyncIterator[dict[int, bytes]]:
    """Batch by batch, what was signed and is not there, by position; batches without it are left
    out.
    """
    for after in range(0, size, BATCH):
        up_to = min(after + BATCH, size)
        found = await entries.found(after, up_to)
        signed = enumerate(leaves.read(after, up_to), after + 1)
        if lost := {position: one for position, one in signed if found.get(position) != one}:
            yield lost
