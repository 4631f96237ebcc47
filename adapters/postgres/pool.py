"""Connections: the pool that the service shares, and whether there is anybody to connect to."""

import asyncpg

from adapters.postgres.errors import translated

SMALL = 10


async def _keep_session(_connection: object) -> None:
    """Nothing is reset when a connection goes back: nothing session-bound is ever set.

    That saves a round trip per use, and it is what makes a transaction pooler possible.
    """


async def open_pool(
    dsn: str,
    *,
    size: int = SMALL,
    statement_cache_size: int = 100,
    command_timeout: float = 60.0,
    tried: bool = True,
) -> "asyncpg.Pool[asyncpg.Record]":
    """Open a pool on `dsn`, with one connection tried for real, or at its first use if not `tried`.

    `statement_cache_size=0` is for poolers that hand each transaction to another server process.
    Raises a `DatabaseProblem` that names what is wrong with the DSN or the server.
    """
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


async def answers(dsn: str) -> bool:
    """Whether a server takes connections there now, within five seconds."""
    try:
        connection = await asyncpg.connect(dsn, timeout=5)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    await connection.close()
    return True
