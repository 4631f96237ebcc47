"""The tables beside those that are read: begun empty, put in their place, kept, removed."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Literal

import asyncpg
from msgspec import Struct

from domain.ports import Ledger
from projections.cursor import create, cursors, drop, lease
from projections.errors import AlreadyRebuilding, ProjectionBusy
from projections.projection import Connection, Place, Pool, Projection, place_of
from projections.runner import BATCH, Runner

REBUILT, BEFORE, _AWAY = "_rebuild", "_before", "_away"

# Held for the whole rebuild by a transaction that does nothing else, so that a killed rebuild holds
# nothing. It has no snapshot and no rows, so it keeps nothing from being cleaned up either.
_ONE_AT_A_TIME = "select pg_try_advisory_xact_lock(hashtextextended($1, 0))"
# SET takes no snapshot, as a query would.
_STAY = "set local idle_in_transaction_session_timeout = 0"

_SWAP_WAITS = "select set_config('lock_timeout', '300ms', true)"
_TRIES = 200

_MOVE = """
    with parked as (
        update {schema}.projection_parked set suffix = $3 where projection = $1 and suffix = $2
    )
    update {schema}.projection_cursor set suffix = $3, tables = $4
    where projection = $1 and suffix = $2
"""


class Beside(Struct, frozen=True):
    """One projection of this release: what is read, and what is or was built beside it."""

    pool: Pool
    ledger: Ledger
    schema: str
    projection: Projection

    @property
    def live(self) -> Place:
        """The tables that are read."""
        return place_of(self.projection, self.schema)

    def place(self, beside: str) -> Place:
        """Tables beside them."""
        return place_of(self.projection, self.schema, beside)

    def runner(self, beside: str = "", *, stops_at_unknown: bool = False) -> Runner:
        """Brings one of them to the end of the ledger."""
        return Runner(
            self.pool,
            self.ledger,
            schema=self.schema,
            beside=beside,
            projections=[self.projection],
            stops_at_unknown=stops_at_unknown,
        )

    async def begin(self) -> None:
        """Empty tables for a rebuild, in place of what a killed one left."""
        async with self.pool.acquire() as connection, connection.transaction():
            await create(connection, self.place(REBUILT), self.projection)

    async def remove(self, beside: str) -> None:
        """Nothing is left of these tables."""
        async with self.pool.acquire() as connection, connection.transaction():
            await self._drop(connection, beside)

    @asynccontextmanager
    async def standing(self, runner: Runner) -> AsyncIterator[None]:
        """The live tables stand still meanwhile, and those of `runner` stand where they do.

        Raises `ProjectionBusy` where others write them without a pause.
        """
        for _ in range(_TRIES):
            await self._near(runner)
            async with self.pool.acquire() as connection, connection.transaction():
                if await self._held_still(connection, runner):
                    yield
                    return
            await asyncio.sleep(0.1)
        raise ProjectionBusy(self.projection.name)

    async def _near(self, runner: Runner) -> None:
        """Read on to within a batch of where the live tables stand, and never beyond, so that the
        lease is held for a moment only.
        """
        behind = True
        while behind:
            goal = await self._stands()
            await runner.catch_up(to=goal)
            behind = await self._stands() - goal >= BATCH

    async def _stands(self) -> int:
        """Where the live tables stand, or the ledger ends where they are on a fork beyond it."""
        name = self.projection.name
        live = (await cursors(self.pool, {name: self.live}))[name]
        return min(live.position, (await self.ledger.head()).position)

    async def _held_still(self, connection: Connection, runner: Runner) -> bool:
        """Take the live cursor's lease, and read on to there; false where another has it."""
        if await lease(connection, self.live, self.projection.name) is None:
            return False
        await runner.catch_up(to=await self._stands())
        return True

    async def swap(self, beside: str, runner: Runner) -> None:
        """Under the live cursor's lease: `runner` reads on to where the live tables stand, then the
        tables change their names. Those that were live are kept as `BEFORE`.

        A long report holds the live tables; instead of making all readers queue behind this waiting
        swap, it gives up soon and tries again. Raises `ProjectionBusy` when that never ends.
        """
        if beside != BEFORE:
            # Nobody reads these but the cleaning of the database, which makes way when waited for.
            await self.remove(BEFORE)
        for _ in range(_TRIES):
            await self._near(runner)
            try:
                async with self.pool.acquire() as connection, connection.transaction():
                    await connection.execute(_SWAP_WAITS)
                    if await self._held_still(connection, runner):
                        await self._rename(connection, "", _AWAY)
                        await self._rename(connection, beside, "")
                        await self._rename(connection, _AWAY, BEFORE)
                        return
            except asyncpg.LockNotAvailableError:
                pass
            await asyncio.sleep(0.1)
        raise ProjectionBusy(self.projection.name)

    async def _rename(self, connection: Connection, one: str, other: str) -> None:
        was, now = self.place(one), self.place(other)
        names = [table.name for table in self.projection.tables]
        for name in names:
            await connection.execute(
                f"alter table {was.views}.{was.table(name)} rename to {now.table(name)}"
            )
        tables = [now.table(name) for name in names]
        await connection.execute(
            was.sql(_MOVE), self.projection.name, was.suffix, now.suffix, tables
        )

    async def _drop(self, connection: Connection, beside: str) -> None:
        place = self.place(beside)
        tables = [place.table(table.name) for table in self.projection.tables]
        await drop(connection, place, self.projection.name, tables)


@asynccontextmanager
async def staying(
    pool: Pool, *, isolation: Literal["read_committed", "repeatable_read"] = "read_committed"
) -> AsyncIterator[Connection]:
    """A transaction that the server does not end, however long nothing is asked in it."""
    async with pool.acquire() as connection, connection.transaction(isolation=isolation):
        await connection.execute(_STAY)
        yield connection


@asynccontextmanager
async def alone(pool: Pool, besides: Iterable[Beside]) -> AsyncIterator[None]:
    """To be the only process that builds or swaps these. Raises `AlreadyRebuilding`."""
    async with staying(pool) as guard:
        for one in besides:
            name = f"{one.live.views}.{one.projection.name}{REBUILT}"
            if not await guard.fetchval(_ONE_AT_A_TIME, name):
                raise AlreadyRebuilding(one.projection.name)
        yield
