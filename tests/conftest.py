"""One Postgres server per run, one fresh, migrated database per test.

TWINLEDGER_TEST_DSN names a superuser of a real server to run on; otherwise an embedded server is
started without durability in a folder of its own and leaves nothing behind, not even after kill -9.
"""

import json
import os
import pwd
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from msgspec import Struct

from adapters.postgres import supervisor
from adapters.postgres.binaries import find_server
from adapters.postgres.pool import open_pool

SCHEMA = "twinledger"


class TestServer(Struct, frozen=True):
    """A server on which the tests may do everything."""

    __test__ = False

    superuser_dsn: str
    run: str  # part of each name on the server, so that runs side by side do not meet
    app_role: str
    app_password: str


class Database(Struct, frozen=True):
    """A migrated database of one test: its owner's DSN and the application's."""

    owner_dsn: str
    app_dsn: str
    app_role: str


def renamed(dsn: str, *, database: str, user: str | None = None, password: str = "") -> str:
    """The DSN with another database and, when given, another login."""
    parts = urlsplit(dsn)
    netloc = parts.netloc
    if user is not None:
        netloc = f"{user}:{password}@{netloc.rpartition('@')[2]}"
    return parts._replace(netloc=netloc, path=f"/{database}").geturl()


@pytest.fixture(scope="session")
def data_root() -> Iterator[Path]:
    """A short folder that the database's system user can reach too; pytest's own is closed to it."""
    with tempfile.TemporaryDirectory(prefix="twl-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o711)  # noqa: S103 - the server of a root run must pass through
        yield Path(folder)


@pytest.fixture(scope="session")
def embedded_superuser_dsn(data_root: Path) -> Iterator[str]:
    binaries = find_server()
    user = pwd.getpwnam("postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name)
    root = Path(tempfile.mkdtemp(prefix="twl-server-"))
    os.chown(root, user.pw_uid, user.pw_gid)
    password = secrets.token_hex(16)
    identity = (
        {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    )
    (data_root / "password").write_text(password)
    os.chmod(data_root / "password", 0o644)
    subprocess.run(
        [binaries.program("initdb"), "-D", root / "data", "-U", "postgres", "-A", "scram-sha-256",
         "--pwfile", data_root / "password", "--locale-provider=builtin", "--locale=C.UTF-8",
         "--encoding=UTF8", "--no-sync"],
        check=True, capture_output=True, cwd="/", **identity,
    )  # fmt: skip
    lock = os.open(data_root / "lock", os.O_RDWR | os.O_CREAT)
    settings = {
        "listen_addresses": "", "unix_socket_directories": str(root), "fsync": "off",
        "synchronous_commit": "off", "full_page_writes": "off", "jit": "off",
        "shared_buffers": "64MB", "max_connections": "120",
    }  # fmt: skip
    task = {
        "argv": [str(binaries.program("postgres")), "-D", str(root / "data")]
        + [part for item in settings.items() for part in ("-c", "=".join(item))],
        "env": {"LC_ALL": "C", "PATH": os.environ["PATH"]},
        "uid": user.pw_uid if identity else None,
        "gid": user.pw_gid if identity else None,
        "lock": lock, "stays": False, "remove": [str(root)],
    }  # fmt: skip
    with (
        open(data_root / "log", "wb") as log,
        subprocess.Popen(
            [sys.executable, "-I", "-S", supervisor.__file__, json.dumps(task)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, pass_fds=[lock],
        ) as process,
    ):  # fmt: skip
        assert process.stdin is not None
        while "ready" not in _text(root / "data" / "postmaster.pid"):
            assert process.poll() is None, (data_root / "log").read_text()
            time.sleep(0.02)
        yield f"postgresql://postgres:{password}@/postgres?host={root}"
        process.stdin.close()
        process.wait()
    os.close(lock)


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""


@pytest.fixture(scope="session")
async def server(request: pytest.FixtureRequest) -> AsyncIterator[TestServer]:
    """The server of this run, with the application's login role on it."""
    run = secrets.token_hex(4)
    real = os.environ.get("TWINLEDGER_TEST_DSN")
    dsn = real or str(request.getfixturevalue("embedded_superuser_dsn"))
    # A real server may know a role twinledger that must not be touched.
    role = f"twinledger_test_{run}" if real else "twinledger"
    password = secrets.token_hex(16)
    admin = await asyncpg.connect(dsn, server_settings={"application_name": f"twl_test_{run}"})
    try:
        await _remove_what_killed_runs_left(admin)
        await admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
        yield TestServer(dsn, run, role, password)
        await _remove_databases(admin, f"twl_test_{run}")
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
    from adapters.migrate import migrate  # here: tests of settings run without the ledger

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


_numbers = count(1)


@pytest.fixture
async def database(server: TestServer, template: str) -> AsyncIterator[Database]:
    """A fresh, migrated, empty register."""
    name = f"twl_test_{server.run}_{next(_numbers)}"
    admin = await asyncpg.connect(server.superuser_dsn)
    try:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield Database(
            owner_dsn=renamed(server.superuser_dsn, database=name),
            app_dsn=renamed(
                server.superuser_dsn,
                database=name,
                user=server.app_role,
                password=server.app_password,
            ),
            app_role=server.app_role,
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
