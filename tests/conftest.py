"""One Postgres server per run, one fresh, migrated database per test.

TWINLEDGER_TEST_DSN names a superuser of a real server to run on; otherwise an embedded server is
started without durability in a folder of its own and leaves nothing behind, not even after kill -9:
of the version that --postgres names. With --through-pgbouncer the application's connections lead
through a pooler; what a test does as the owner goes past it.
"""

import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from msgspec import Struct

from adapters.migrate import migrate
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.pool import STATEMENTS, open_pool
from tests.pgbouncer import Pgbouncer
from tests.versions import programs_of

SCHEMA = "twinledger"
REAL_SERVER = os.environ.get("TWINLEDGER_TEST_DSN")


class TestServer(Struct, frozen=True):
    """A server on which the tests may do everything."""

    __test__ = False

    superuser_dsn: str
    run: str  # part of each name on the server, so that runs side by side do not meet
    app_role: str
    app_password: str


class Database(Struct, frozen=True):
    """A migrated database of one test.

    `app_dsn` is the application's, `only_dsn` the owner's for who has one DSN for everything; where
    the run has a pooler, both lead through it. `owner_dsn` and `direct_dsn` (the application's)
    never do. `statement_cache` suits the first two.
    """

    owner_dsn: str
    app_dsn: str
    only_dsn: str
    direct_dsn: str
    app_role: str
    statement_cache: int


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--postgres", default="18", help="the version to run on: 15, 17 or 18")
    parser.addoption("--through-pgbouncer", action="store_true", help="put a pooler between")


def renamed(dsn: str, *, database: str, user: str | None = None, password: str = "") -> str:
    """The DSN with another database and, when given, another login."""
    parts = urlsplit(dsn)
    netloc = parts.netloc
    if user is not None:
        netloc = f"{user}:{password}@{netloc.rpartition('@')[2]}"
    return parts._replace(netloc=netloc, path=f"/{database}").geturl()


@pytest.fixture
def data_folder() -> Iterator[Path]:
    """A place for TWINLEDGER_DATA. In a root run pytest's own folders are closed to the server."""
    with tempfile.TemporaryDirectory(prefix="twl-data-") as folder:
        os.chmod(folder, 0o711)  # noqa: S103 - the server's account passes through, no more
        yield Path(folder) / "data"


@pytest.fixture(scope="session")
async def superuser_dsn(pytestconfig: pytest.Config) -> AsyncIterator[str]:
    """The named server, or an embedded one for this run, which removes its folder when it ends."""
    if REAL_SERVER:
        yield REAL_SERVER
        return
    programs = programs_of(pytestconfig.getoption("--postgres"))
    with tempfile.TemporaryDirectory(prefix="twl-server-", ignore_cleanup_errors=True) as folder:
        async with EmbeddedPostgres(Path(folder), pg_bin=programs, throwaway=True) as embedded:
            yield embedded.owner_dsn


@pytest.fixture(scope="session")
async def server(superuser_dsn: str) -> AsyncIterator[TestServer]:
    """The server of this run, with the application's login role on it."""
    run = secrets.token_hex(4)
    # A real server may know a role twinledger that must not be touched.
    role = f"twinledger_test_{run}" if REAL_SERVER else "twinledger"
    password = secrets.token_hex(16)
    admin = await asyncpg.connect(
        superuser_dsn, server_settings={"application_name": f"twl_test_{run}"}
    )
    try:
        await _remove_what_killed_runs_left(admin)
        if REAL_SERVER:
            await admin.execute(f"CREATE ROLE {role}")
        await admin.execute(f"ALTER ROLE {role} LOGIN PASSWORD '{password}'")
        yield TestServer(superuser_dsn, run, role, password)
        await _remove_databases(admin, f"twl_test_{run}")
        if REAL_SERVER:
            await admin.execute(f"DROP ROLE {role}")
    finally:
        await admin.close()


async def _remove_what_killed_runs_left(admin: "asyncpg.Connection[asyncpg.Record]") -> None:
    dead = await admin.fetch(
        "SELECT DISTINCT substring(datname FROM '^twl_test_[0-9a-f]{8}') AS run FROM pg_database "
        "WHERE datname ~ '^twl_test_[0-9a-f]{8}_' "
        "AND substring(datname FROM '^twl_test_[0-9a-f]{8}') NOT IN "
        "(SELECT application_name FROM pg_stat_activity)"
    )
    for row in dead:
        await _remove_databases(admin, row["run"])
        await admin.execute(f"DROP ROLE IF EXISTS twinledger_test_{row['run'][-8:]}")


async def _remove_databases(admin: "asyncpg.Connection[asyncpg.Record]", run: str) -> None:
    for row in await admin.fetch(
        "SELECT datname FROM pg_database WHERE starts_with(datname, $1)", f"{run}_"
    ):
        await admin.execute(f"DROP DATABASE {row['datname']} WITH (FORCE)")


@pytest.fixture(scope="session")
async def template(server: TestServer) -> str:
    """The name of a database that has been migrated once; tests get copies of it."""
    name = f"twl_test_{server.run}_template"
    admin = await asyncpg.connect(server.superuser_dsn)
    try:
        await admin.execute(f"CREATE DATABASE {name}")
    finally:
        await admin.close()
    owner = await asyncpg.connect(renamed(server.superuser_dsn, database=name))
    try:
        await migrate(owner, schema=SCHEMA, app_role=server.app_role)
    finally:
        await owner.close()
    return name


@pytest.fixture(scope="session")
def pgbouncer(server: TestServer) -> Iterator[Pgbouncer]:
    """A pooler that lets the owner and the application in."""
    app = renamed(
        server.superuser_dsn, database="", user=server.app_role, password=server.app_password
    )
    with Pgbouncer(server.superuser_dsn, app) as started:
        yield started


_numbers = count(1)


@pytest.fixture
async def database(
    server: TestServer, template: str, request: pytest.FixtureRequest
) -> AsyncIterator[Database]:
    """A fresh, migrated, empty register."""
    pooler: Pgbouncer | None = None
    if request.config.getoption("--through-pgbouncer"):
        pooler = request.getfixturevalue("pgbouncer")
    name = f"twl_test_{server.run}_{next(_numbers)}"
    admin = await asyncpg.connect(server.superuser_dsn)
    try:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        owner = renamed(server.superuser_dsn, database=name)
        app = renamed(
            server.superuser_dsn, database=name, user=server.app_role, password=server.app_password
        )
        yield Database(
            owner_dsn=owner,
            app_dsn=pooler.through(app) if pooler else app,
            only_dsn=pooler.through(owner) if pooler else owner,
            direct_dsn=app,
            app_role=server.app_role,
            statement_cache=0 if pooler else STATEMENTS,
        )
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()


@pytest.fixture
async def pool(database: Database) -> AsyncIterator["asyncpg.Pool[asyncpg.Record]"]:
    """Connections as the application has them."""
    opened = await open_pool(database.app_dsn)
    async with opened:
        yield opened
