import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import msgspec
import pytest

from adapters.listening import PortTaken, require_free_port
from adapters.postgres.connect import connect
from adapters.postgres.errors import (
    DatabaseProblem,
    DiskFull,
    DsnRefused,
    HostUnreachable,
    LoginRefused,
    MigrationRefused,
    NoSuchDatabase,
    ServerWentAway,
)
from adapters.postgres.pool import open_pool
from adapters.settings import Settings
from domain.errors import OutcomeUnknown
from tests.adapters.processes import begin_keeping, told
from tests.conftest import Database, renamed


def settings(data: Path, **more: str) -> Settings:
    return msgspec.convert({"data": data, **more}, Settings)


async def rows(dsn: str, sql: str) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(dsn)
    try:
        return [tuple(row) for row in await connection.fetch(sql)]
    finally:
        await connection.close()


@asynccontextmanager
async def fresh(superuser_dsn: str) -> AsyncIterator[str]:
    """An empty database of its own on the test server."""
    name = f"twl_test_fresh_{os.getpid()}"
    await rows(superuser_dsn, f"CREATE DATABASE {name}")
    yield renamed(superuser_dsn, database=name)
    await rows(superuser_dsn, f"DROP DATABASE {name} WITH (FORCE)")


async def test_without_a_dsn_the_register_is_in_the_data_folder(data_folder: Path) -> None:
    async with connect(settings(data_folder)) as server:
        assert server.embedded
        assert await rows(server.app_dsn, "SELECT size FROM twinledger.head") == [(0,)]
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await rows(server.app_dsn, "DELETE FROM twinledger.event")


async def test_with_a_dsn_the_register_is_on_that_server(
    superuser_dsn: str, tmp_path: Path
) -> None:
    async with fresh(superuser_dsn) as dsn, connect(settings(tmp_path, dsn=dsn)) as server:
        assert not server.embedded
        assert await rows(server.app_dsn, "SELECT size FROM twinledger.head") == [(0,)]
    assert list_of(tmp_path) == []


async def test_a_lesser_role_uses_the_register_that_the_owner_migrates(
    database: Database, tmp_path: Path
) -> None:
    both = settings(tmp_path, dsn=database.app_dsn, owner_dsn=database.owner_dsn)
    for used in (both, settings(tmp_path, dsn=database.app_dsn)):
        async with connect(used) as server:
            assert await rows(server.app_dsn, "SELECT size FROM twinledger.head") == [(0,)]


async def test_a_lesser_role_without_a_register_is_told_to_name_the_owner(
    database: Database, tmp_path: Path
) -> None:
    with pytest.raises(LoginRefused, match="TWINLEDGER_OWNER_DSN"):
        async with connect(settings(tmp_path, dsn=database.app_dsn, schema="another")):
            pass


async def test_a_register_of_a_newer_release_is_refused(database: Database, tmp_path: Path) -> None:
    await rows(
        database.owner_dsn, "INSERT INTO twinledger.migration VALUES ('9999_later.sql', '', now())"
    )
    newer = settings(tmp_path, dsn=database.app_dsn, owner_dsn=database.owner_dsn)
    with pytest.raises(MigrationRefused, match="migrated by a newer release"):
        async with connect(newer):
            pass


@pytest.mark.parametrize(
    ("dsn", "problem"),
    [
        ("postgresql://clerk@127.0.0.1:1/register", HostUnreachable),
        ("postgresql://clerk@no-such-host.invalid/register", HostUnreachable),
        ("postgresql://clerk@127.0.0.1:port/register", DsnRefused),
    ],
)
async def test_a_server_that_does_not_answer_is_named_without_its_password(
    tmp_path: Path, dsn: str, problem: type[DatabaseProblem]
) -> None:
    with pytest.raises(problem) as refusal:
        async with connect(settings(tmp_path, dsn=dsn.replace("clerk", "clerk:hunter2"))):
            pass
    assert "hunter2" not in str(refusal.value)
    assert str(refusal.value).count(". ") == 1  # one problem, one remedy


async def test_a_wrong_password_is_told_as_such(database: Database, tmp_path: Path) -> None:
    name = database.app_dsn.rpartition("/")[2].partition("?")[0]
    wrong = renamed(database.app_dsn, database=name, user=database.app_role, password="x")  # noqa: S106 - wrong on purpose
    if await lets_in(wrong):
        pytest.skip("this server lets everybody in")
    with pytest.raises(LoginRefused, match="did not accept the user or the password"):
        async with connect(settings(tmp_path, dsn=wrong)):
            pass


async def test_a_database_that_is_not_there_is_told_as_such(superuser_dsn: str) -> None:
    with pytest.raises(NoSuchDatabase, match="CREATE DATABASE"):
        await open_pool(renamed(superuser_dsn, database="no_such_register"))


async def test_who_joined_is_told_when_the_keeper_has_ended(data_folder: Path) -> None:
    keeper = told(begin_keeping(data_folder))
    with pytest.raises(ServerWentAway, match="kept the database has ended"):  # noqa: PT012 - the end comes within
        async with connect(settings(data_folder)) as server:
            connection = await asyncpg.connect(server.app_dsn)
            keeper.end()
            await connection.fetch("SELECT 1")
    connection.terminate()


async def test_who_joined_is_told_also_when_the_driver_was_in_the_middle(data_folder: Path) -> None:
    keeper = told(begin_keeping(data_folder))
    with pytest.raises(ServerWentAway, match="kept the database has ended"):  # noqa: PT012 - the end comes within
        async with connect(settings(data_folder)):
            keeper.end()
            raise asyncpg.InternalClientError("cannot switch to state 12")


async def test_who_waits_in_vain_on_a_full_disk_is_told_the_cause_and_the_key(
    data_folder: Path,
) -> None:
    with pytest.raises(DiskFull, match="k-1"):  # noqa: PT012 - the log is written to within
        async with connect(settings(data_folder)):
            with (data_folder / "postgres" / "server.log").open("a") as log:
                log.write("PANIC:  could not write to file: No space left on device\n")
            raise OutcomeUnknown(command_key="k-1")


async def test_a_port_that_there_is_not_is_told() -> None:
    with pytest.raises(DsnRefused, match="from 1 to 65535"):
        await open_pool("postgresql://u:secret@127.0.0.1:99999/register")


@pytest.mark.parametrize("host", ["a..b", 300 * "a"])
def test_a_host_that_is_no_name_is_told(host: str) -> None:
    with pytest.raises(PortTaken, match="no host name"):
        require_free_port(host, 8000)


async def test_a_mistake_of_the_command_itself_is_not_blamed_on_the_server(
    data_folder: Path,
) -> None:
    with pytest.raises(asyncpg.UndefinedTableError):
        async with connect(settings(data_folder)) as server:
            await rows(server.app_dsn, "SELECT * FROM no_such_table")


async def test_the_pool_keeps_nothing_of_a_session(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    async with pool.acquire() as connection:
        process = await connection.fetchval("SELECT pg_backend_pid()")
    async with pool.acquire() as connection:
        sql = "SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()"
        assert await connection.fetchval("SELECT pg_backend_pid()") == process
        assert "RESET" not in await connection.fetchval(sql)


def test_a_taken_port_is_told_before_anything_starts() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"listens at 127.0.0.1:{port} already"):
            require_free_port("127.0.0.1", port)
    require_free_port("127.0.0.1", port)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(PortTaken, match="TWINLEDGER_HOST"):
        require_free_port("192.0.2.1", 8000)


async def lets_in(dsn: str) -> bool:
    try:
        await rows(dsn, "SELECT 1")
    except (asyncpg.InvalidPasswordError, asyncpg.ProtocolViolationError):  # the server, a pooler
        return False
    return True


def list_of(folder: Path) -> list[str]:
    return os.listdir(folder)
