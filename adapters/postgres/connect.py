"""The one way in for every command: a migrated database, wherever it is."""

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg
from msgspec import Struct

from adapters.migrate import MigrationError, migrate
from adapters.postgres.errors import (
    DiskFull,
    LoginRefused,
    MigrationRefused,
    PlatformRefused,
    ServerTooOld,
    ServerWentAway,
    described,
    disk_was_full,
    said,
    translated,
)
from adapters.postgres.keeper import LogFile
from adapters.postgres.pool import STATEMENTS, answers, behind_pooler
from adapters.settings import Settings
from domain.errors import OutcomeUnknown

OLDEST = 15
# The last one is what the driver says of a connection that was lost while it was being used.
_LOST = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    ExceptionGroup,
    asyncpg.InternalClientError,
)


class Server(Struct, frozen=True):
    """A server with a migrated register on it.

    `app_dsn` may append and read; `owner_dsn` may also migrate, back up and restore. On a real
    server with one DSN they are the same. `listen_dsn` leads the application to the server itself,
    past any pooler; None where there is no such way. `statement_cache` suits `app_dsn`. `joined`
    says that another process keeps the server. `lives` is False once a server that this process
    keeps has ended: nobody starts it again.
    """

    owner_dsn: str
    app_dsn: str
    embedded: bool
    listen_dsn: str | None = None
    statement_cache: int = STATEMENTS
    joined: bool = False
    lives: Callable[[], bool] = lambda: True


@asynccontextmanager
async def connect(settings: Settings, *, provisional: bool = False) -> AsyncIterator[Server]:
    """Give the server of TWINLEDGER_DSN, else the embedded one of the data folder.

    The embedded one is joined when it runs and started when not; what was started here ends here.
    With `provisional`, a data folder that was made here is removed again when the block fails.
    Raises a `DatabaseProblem`; when the server ends under the block, `ServerWentAway`.
    """
    if settings.dsn is not None:
        server = await _named(settings, settings.dsn)
        await bring_up_to_date(server, settings.schema)
        async with _noticing_its_end(server):
            yield server
        return
    require_posix()
    from adapters.postgres.embedded import (  # noqa: PLC0415 - needs POSIX, a DSN does not
        EmbeddedPostgres,
    )

    async with EmbeddedPostgres(
        settings.data,
        pg_bin=settings.pg_bin,
        pg_user=settings.pg_user,
        provisional=provisional,
    ) as own:
        server = Server(
            own.owner_dsn,
            own.app_dsn,
            embedded=True,
            listen_dsn=own.app_dsn,
            joined=own.joined,
            lives=own.lives,
        )
        async with _noticing_its_end(server, LogFile(own.folder.log)):
            await bring_up_to_date(server, settings.schema)
            yield server


async def _named(settings: Settings, dsn: str) -> Server:
    cache = settings.statement_cache
    pooled = cache == 0 or settings.direct_dsn is not None or await behind_pooler(dsn)
    if cache is None:
        cache = 0 if pooled else STATEMENTS
    return Server(
        settings.owner_dsn or settings.direct_dsn or dsn,
        dsn,
        embedded=False,
        listen_dsn=settings.direct_dsn or (None if pooled else dsn),
        statement_cache=cache,
    )


def require_posix() -> None:
    if sys.platform == "win32":
        raise PlatformRefused(
            "Twinledger's own database runs on Linux and macOS, not on Windows.",
            "Name a Postgres server in TWINLEDGER_DSN.",
        )


async def bring_up_to_date(server: Server, schema: str) -> None:
    """Migrate as the owner. A lesser role on a register that is there leaves it as it is."""
    app_role = await _user_of(server.app_dsn)
    with translated(server.owner_dsn):
        connection = await asyncpg.connect(server.owner_dsn, timeout=15, statement_cache_size=0)
    try:
        version = connection.get_server_version()
        if version.major < OLDEST:
            raise ServerTooOld(
                f"The server is Postgres {version.major}; Twinledger needs {OLDEST} or newer.",
                "Upgrade the server, or name another one in TWINLEDGER_DSN.",
            )
        if await _may_migrate(connection):
            await migrate(connection, schema=schema, app_role=app_role)
        elif not await _may_use(connection, schema):
            raise LoginRefused(
                f"There is no register {schema!r} that this user may use, and it may not make "
                f"one: {described(server.owner_dsn)}.",
                "Name the owner of the database in TWINLEDGER_OWNER_DSN.",
            )
    except MigrationError as error:
        raise MigrationRefused(error.problem, f"{error.remedy} Nothing was changed.") from error
    except asyncpg.InsufficientPrivilegeError as error:
        raise MigrationRefused(
            f"This user may not bring the register's tables to this release ({said(error)}): "
            f"{described(server.owner_dsn)}.",
            "Name their owner in TWINLEDGER_OWNER_DSN.",
        ) from error
    finally:
        await connection.close()


async def _user_of(dsn: str) -> str:
    with translated(dsn):
        # No cache: behind a pooler the next transaction may run in another server process.
        connection = await asyncpg.connect(dsn, timeout=15, statement_cache_size=0)
        try:
            return str(await connection.fetchval("SELECT current_user"))
        finally:
            await connection.close()


async def _may_migrate(connection: "asyncpg.Connection[asyncpg.Record]") -> bool:
    sql = "SELECT has_database_privilege(current_database(), 'CREATE')"
    return bool(await connection.fetchval(sql))


async def _may_use(connection: "asyncpg.Connection[asyncpg.Record]", schema: str) -> bool:
    sql = "SELECT has_schema_privilege(oid, 'USAGE') FROM pg_namespace WHERE nspname = $1"
    return bool(await connection.fetchval(sql, schema))


@asynccontextmanager
async def _noticing_its_end(server: Server, log: LogFile | None = None) -> AsyncIterator[None]:
    """Say plainly that the server has ended, or why, instead of what the driver noticed of it."""
    begin = log.size() if log is not None else 0
    try:
        yield
    except OutcomeUnknown as error:
        # Postgres ends itself where it cannot write ahead: the ledger only sees it not answer.
        if log is not None and disk_was_full(log.said_since(begin)):
            raise DiskFull(
                f"The disk of the database is full: {described(server.app_dsn)}.",
                f"Free some space first. {error}",
            ) from error
        raise
    except _LOST as error:
        if _full(error) or (log is not None and disk_was_full(log.said_since(begin))):
            raise DiskFull(
                f"The disk of the database is full: {described(server.app_dsn)}.",
                "Free some space and run the command again; what was acknowledged is safe.",
            ) from error
        if await answers(server.app_dsn):
            raise
        if server.joined:
            raise ServerWentAway(
                "The Twinledger that kept the database has ended.",
                "Run the command again; what was acknowledged is safe.",
            ) from error
        raise ServerWentAway(
            f"The database no longer answers: {described(server.app_dsn)}.",
            "See the server's log, then run the command again; what was acknowledged is safe.",
        ) from error


def _full(error: Exception) -> bool:
    if isinstance(error, ExceptionGroup):
        return error.subgroup(asyncpg.DiskFullError) is not None
    return isinstance(error, asyncpg.DiskFullError)
