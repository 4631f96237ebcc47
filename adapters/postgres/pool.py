"""Connections: the pool that the service shares, and who answers where it connects to."""

import asyncpg

from adapters.postgres.errors import translated

SMALL = 10
STATEMENTS = 100
"""Prepared statements that a connection keeps; behind a pooler none, for the next transaction may
run in a server process that does not know them."""


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
) -> "asyncpg.Pool[asyncpg.Record]":
    """Open a pool on `dsn`, with one connection tried for real, or at its first use if not `tried`.

    `statement_cache_size` is what suits the DSN if left out, which one more connection finds out.
    Raises a `DatabaseProblem` that names what is wrong with the DSN or the server.
    """
    if statement_cache_size is None:
        statement_cache_size = 0 if await behind_pooler(dsn) else STATEMENTS
    with translated(dsn):
        pool = await asyncpg.create_pool(
            dsn,
            min_size=0,  # the pool keeps no floor, so nothing reconnects behind a closed server
            max_size=size,
            timeout=15.0,
            statement_cache_size=statement_cache_size,
            command_timeout=command_timeout,
            max_inactive_connection_lifetime=300.0,
            reset=_keep_session,
            server_settings={"application_name": "twinledger"},
        )
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
