"""Connections: the pool that the service shares, and who answers where it connects to."""

import asyncio
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import asyncpg

from adapters.postgres.errors import NoFreeConnection, translated

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Connection = asyncpg.Connection[asyncpg.Record]
    _Pool = asyncpg.Pool[asyncpg.Record]
else:
    _Pool = asyncpg.Pool

SMALL = 10
PATIENCE = 15.0
"""Seconds that a program waits for a free connection; who serves people waits less."""

CONNECTING = 15.0
"""Seconds in which a server lets somebody in, or does not answer."""

STATEMENTS = 100
"""Prepared statements that a connection keeps; behind a pooler none, for the next transaction may
run in a server process that does not know them."""


_waiting: ContextVar[asyncio.Timeout | None] = ContextVar("waiting", default=None)


class PatientPool(_Pool):
    """Connections, for a free one of which nobody waits longer than `patience` seconds: then
    `NoFreeConnection` is raised. Who gets a place and has to connect first has `CONNECTING` for it.
    """

    def __init__(self, dsn: str, *, patience: float, **settings: Any) -> None:
        super().__init__(
            dsn,
            connect=_connect,
            max_queries=50_000,
            loop=None,
            connection_class=asyncpg.Connection,
            record_class=asyncpg.Record,
            **settings,
        )
        self.patience = patience

    # Every way to a connection leads through this method of the driver.
    async def _acquire(
        self,
        timeout: float | None,  # noqa: ASYNC109 - the driver hands it on
    ) -> "PoolConnectionProxy[asyncpg.Record]":
        acquired: PoolConnectionProxy[asyncpg.Record]
        if not self._queue.empty():  # type: ignore[attr-defined]  # not in the stubs, as _acquire
            acquired = await super()._acquire(timeout)  # type: ignore[misc]  # not in the stubs
            return acquired
        try:
            async with asyncio.timeout(self.patience) as waiting:
                before = _waiting.set(waiting)
                try:
                    acquired = await super()._acquire(timeout)  # type: ignore[misc]  # not in the stubs
                    return acquired
                finally:
                    _waiting.reset(before)
        except TimeoutError:
            if not waiting.expired():
                raise
            raise NoFreeConnection(
                f"All {self.get_max_size()} connections to the database are in use here, and none "
                f"became free in {self.patience:g} seconds.",
                "Try again in a moment; nothing is ever recorded twice.",
            ) from None


async def _connect(*where: Any, **settings: Any) -> "Connection":
    if (waiting := _waiting.get()) is not None:
        waiting.reschedule(None)  # the place is had: from here on it is the server that lets wait
    connection: Connection = await asyncpg.connect(*where, **settings)
    return connection


async def _keep_session(_connection: object) -> None:
    """Nothing is reset when a connection goes back: nothing session-bound is ever set.

    That saves a round trip per use, and it is what makes a transaction pooler possible.
    """


async def open_pool(
    dsn: str,
    *,
    size: int = SMALL,
    statement_cache_size: int | None = None,
    command_timeout: float = 60.0,
    tried: bool = True,
    patience: float = PATIENCE,
) -> PatientPool:
    """Open a pool on `dsn`, with one connection tried for real, or at its first use if not `tried`.

    `statement_cache_size` is what suits the DSN if left out, which one more connection finds out.
    Nobody waits for a free connection longer than `patience` seconds. Raises a `DatabaseProblem`
    that names what is wrong with the DSN or the server.
    """
    if statement_cache_size is None:
        statement_cache_size = 0 if await behind_pooler(dsn) else STATEMENTS
    with translated(dsn):
        pool = PatientPool(
            dsn,
            patience=patience,
            min_size=0,  # the pool keeps no floor, so nothing reconnects behind a closed server
            max_size=size,
            timeout=CONNECTING,
            statement_cache_size=statement_cache_size,
            command_timeout=command_timeout,
            max_inactive_connection_lifetime=300.0,
            reset=_keep_session,
            server_settings={"application_name": "twinledger"},
        )
        await pool
        if not tried:
            return pool
        try:
            async with pool.acquire():
                return pool
        except BaseException:
            pool.terminate()
            raise


async def behind_pooler(dsn: str) -> bool:
    """Whether a pooler answers at `dsn`. Raises a `DatabaseProblem` as `open_pool`.

    A pooler takes the login itself and makes up the process id that cancels a query (protocol 3.0,
    BackendKeyData); the server process that answers is another one.
    """
    with translated(dsn):
        connection = await asyncpg.connect(dsn, timeout=15, statement_cache_size=0)
        try:
            pid = await connection.fetchval("select pg_backend_pid()", timeout=15)
            return bool(pid != connection.get_server_pid())
        finally:
            await connection.close(timeout=5)


async def answers(dsn: str) -> bool:
    """Whether a server answers there now, within five seconds."""
    try:
        connection = await asyncpg.connect(dsn, timeout=5, statement_cache_size=0)
        try:
            await connection.execute("select", timeout=5)  # a pooler lets in before it has looked
        finally:
            await connection.close(timeout=5)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    return True
