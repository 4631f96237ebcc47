"""Connections that one kind of work keeps for its next call.

Taking one from the pool and giving it back costs as much as a short query, so work that goes on
and on keeps its own.
"""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import asyncpg

from adapters.postgres.errors import LOST

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Connection = PoolConnectionProxy[asyncpg.Record]


class HeldConnections:
    """Connections of `pool`. Whoever takes one gives it back; `let_go` returns all to the pool.

    Without `keeps` none is kept after `fetch`: in a small pool others would get none. No query of
    `fetch` takes longer than `patience` seconds.
    """

    def __init__(
        self, pool: "asyncpg.Pool[asyncpg.Record]", *, patience: float, keeps: bool = True
    ) -> None:
        self._pool, self._patience, self._keeps = pool, patience, keeps
        self._resting: list[Connection] = []
        self._times_hung_up = 0

    async def take(self, deadline: float | None = None) -> "Connection":
        """One that rests, or one of the pool, for which nobody waits beyond `deadline`.

        Raises `TimeoutError`, and what the pool raises, which is all it does once it closes.
        """
        if self._resting and not self._pool.is_closing():
            return self._resting.pop()
        async with asyncio.timeout_at(deadline):
            return await self._pool.acquire()

    def give_back(self, connection: "Connection") -> None:
        self._resting.append(connection)

    async def fetch(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """The rows of one query. Its connection is kept, but not where it raised, or where others
        were hung up meanwhile.

        Raises what the driver raises, of a lost connection where the server said nothing in time.
        """
        connection, times_hung_up = await self.take(), self._times_hung_up
        # The server is not asked to cancel: one that says nothing would not answer that either.
        cut = asyncio.get_running_loop().call_later(self._patience, connection.terminate)
        try:
            rows = await connection.fetch(query, *arguments)
        except asyncio.CancelledError:
            connection.terminate()
            raise
        except BaseException:
            await self._pool.release(connection)
            raise
        finally:
            cut.cancel()
        if self._keeps and self._times_hung_up == times_hung_up:
            self.give_back(connection)
        else:
            await self._pool.release(connection)
        return rows

    async def let_go(self) -> None:
        """Return what rests to the pool."""
        try:
            while self._resting:
                with suppress(*LOST):  # a broken line is closed, and its place in the pool is free
                    await self._pool.release(self._resting.pop())
        finally:
            self.hang_up()  # something is left only where the loop ends

    def hang_up(self) -> None:
        """Close what rests: where one line is lost, nobody waits for what another has to say."""
        self._times_hung_up += 1
        while self._resting:
            with suppress(asyncpg.InterfaceError):  # the pool has it back already
                self._resting.pop().terminate()
