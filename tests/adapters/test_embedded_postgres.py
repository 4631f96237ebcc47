import os
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from adapters.postgres.cluster import shared_buffers
from adapters.postgres.embedded import EmbeddedPostgres, stop_server
from adapters.postgres.errors import FolderInUse
from adapters.postgres.folder import DataFolder
from adapters.postgres.system_user import server_user
from tests.adapters.processes import (
    Keeper,
    account_of,
    begin_keeping,
    eventually,
    kill,
    parent_of,
    plain_account,
    runs,
    told,
)


@pytest.fixture
def keeper(data_folder: Path) -> Iterator[Keeper]:
    """A process of its own that keeps a server on the data folder."""
    started = told(begin_keeping(data_folder))
    yield started
    started.end()


async def value(dsn: str, sql: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_a_first_start_gives_an_owner_and_a_lesser_role(data_folder: Path) -> None:
    async with EmbeddedPostgres(data_folder) as embedded:
        sql = "SELECT usesuper FROM pg_user WHERE usename = current_user"
        assert await value(embedded.owner_dsn, sql) is True
        assert await value(embedded.app_dsn, sql) is False


async def test_commits_wait_for_the_disk(data_folder: Path) -> None:
    async with EmbeddedPostgres(data_folder) as embedded:
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert await value(embedded.app_dsn, f"SHOW {setting}") == "on"


@pytest.mark.parametrize(
    ("memory", "buffers"), [(2**28, "64MB"), (2**30, "128MB"), (2**31, "256MB"), (2**38, "512MB")]
)
def test_the_server_takes_an_eighth_of_the_memory_within_bounds(memory: int, buffers: str) -> None:
    assert shared_buffers(memory) == buffers


async def test_no_other_user_of_the_machine_can_ask_the_database(data_folder: Path) -> None:
    async with EmbeddedPostgres(data_folder) as embedded:
        assert await value(embedded.app_dsn, "SHOW listen_addresses") == ""
        assert mode(Path(embedded.running.socket)) == 0o700
        for role in ("postgres", "twinledger"):
            assert mode(data_folder / "secrets" / role) == 0o600
        with pytest.raises(asyncpg.InvalidPasswordError):
            await value(embedded.app_dsn.replace("twinledger:", "twinledger:x"), "SELECT 1")


def present(path: Path) -> bool:
    return path.exists()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_a_second_start_finds_what_the_first_wrote(data_folder: Path) -> None:
    async with EmbeddedPostgres(data_folder) as first:
        await value(first.owner_dsn, "CREATE TABLE kept AS SELECT 836 AS year")
    async with EmbeddedPostgres(data_folder) as second:
        assert await value(second.owner_dsn, "SELECT year FROM kept") == 836
    assert not runs(second.running.server)


def test_a_killed_process_leaves_no_server_behind(keeper: Keeper, data_folder: Path) -> None:
    keeper.kill()
    eventually(lambda: not runs(keeper.server))
    eventually(lambda: not (data_folder / "run" / "server.json").exists())


async def test_a_killed_supervisor_takes_the_server_along(
    keeper: Keeper, data_folder: Path
) -> None:
    kill(parent_of(keeper.server))
    eventually(lambda: not runs(keeper.server))  # until then it may still be joined
    async with EmbeddedPostgres(data_folder) as next_one:
        assert not next_one.joined


async def test_after_server_and_process_are_killed_the_next_start_recovers(
    keeper: Keeper, data_folder: Path
) -> None:
    await value(keeper.owner_dsn, "CREATE TABLE kept AS SELECT 1967 AS year")
    kill(keeper.server)
    keeper.kill()
    async with EmbeddedPostgres(data_folder) as next_one:
        assert await value(next_one.owner_dsn, "SELECT year FROM kept") == 1967


async def test_what_was_acknowledged_survives_a_kill_of_everything(data_folder: Path) -> None:
    process = begin_keeping(data_folder, "commits")
    keeper = told(process)
    assert process.stdout is not None
    heard = [int(process.stdout.readline()) for _ in range(200)]
    for victim in (parent_of(keeper.server), process.pid, keeper.server):
        kill(victim)
    rest, _ = process.communicate()
    last = int(rest.split("\n")[-2]) if "\n" in rest else heard[-1]
    async with EmbeddedPostgres(data_folder) as next_one:
        sql = f"SELECT count(*) FROM said WHERE number <= {last}"
        assert await value(next_one.owner_dsn, sql) == last


async def test_a_second_process_joins_and_does_not_stop_the_server(
    keeper: Keeper, data_folder: Path
) -> None:
    async with EmbeddedPostgres(data_folder) as second:
        assert second.joined
        assert second.running.server == keeper.server
    assert await value(keeper.app_dsn, "SELECT 1") == 1


def test_of_processes_that_start_at_once_one_starts_and_the_others_join(data_folder: Path) -> None:
    processes = [begin_keeping(data_folder) for _ in range(3)]
    keepers = [told(process) for process in processes]
    assert sorted(keeper.joined for keeper in keepers) == [False, True, True]
    assert len({keeper.server for keeper in keepers}) == 1
    for keeper in sorted(keepers, key=lambda keeper: not keeper.joined):
        keeper.end()


def test_a_stale_pid_file_that_names_a_living_process_does_not_block(data_folder: Path) -> None:
    told(begin_keeping(data_folder)).end()
    user = server_user(None, DataFolder(data_folder).cluster)
    with subprocess.Popen(["/bin/sleep", "600"], **user.identity) as stranger:
        file = data_folder / "postgres" / "data" / "postmaster.pid"
        file.write_text(f"{stranger.pid}\n{file.parent}\n0\n5432\n\n\n 1 2\nready\n")
        user.own(file)
        keeper = told(begin_keeping(data_folder))
        keeper.end()
        assert keeper.server != stranger.pid
        assert stranger.poll() is None
        stranger.kill()


async def test_a_folder_held_by_a_process_without_a_database_is_refused_by_its_number(
    data_folder: Path,
) -> None:
    folder = DataFolder(data_folder)
    folder.prepare()
    lock = folder.try_lock()
    assert lock is not None
    with pytest.raises(FolderInUse, match=f"in use by process {os.getpid()}"):
        await EmbeddedPostgres(data_folder, patience=0.2).start()
    os.close(lock)


async def test_a_server_that_stays_outlives_its_starter_and_ends_when_told(
    data_folder: Path,
) -> None:
    starter = EmbeddedPostgres(data_folder, stays=True)
    async with starter:
        pass
    async with EmbeddedPostgres(data_folder) as later:
        assert later.joined
    assert runs(starter.running.server)
    assert await stop_server(data_folder) is True
    assert not runs(starter.running.server)
    assert await stop_server(data_folder) is False


async def test_a_server_that_belongs_to_a_process_is_not_stopped_by_another(
    keeper: Keeper, data_folder: Path
) -> None:
    with pytest.raises(FolderInUse, match=f"belongs to process {keeper.process.pid}"):
        await stop_server(data_folder)


async def test_a_deep_data_folder_gets_a_short_private_socket_that_goes_with_the_server(
    data_folder: Path,
) -> None:
    deep = data_folder / ("d" * 60) / ("e e,e" * 12)
    async with EmbeddedPostgres(deep) as embedded:
        socket = Path(embedded.running.socket)
        assert len(str(socket)) < 60
        assert mode(socket) == 0o700
        assert await value(embedded.app_dsn, "SELECT 1") == 1
    assert not present(socket)


async def test_a_throwaway_server_removes_its_folder(data_folder: Path) -> None:
    async with EmbeddedPostgres(data_folder, throwaway=True) as embedded:
        assert await value(embedded.app_dsn, "SHOW fsync") == "off"
    assert not present(data_folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another account run the server")
async def test_root_has_a_lesser_account_run_the_server(keeper: Keeper) -> None:
    assert account_of(keeper.server) in {"postgres", "nobody"}


def test_a_plain_user_runs_the_server_itself_and_leaves_nothing_when_killed(
    data_folder: Path,
) -> None:
    account = plain_account()
    os.chown(data_folder.parent, account.uid, account.gid)
    keeper = told(begin_keeping(data_folder, python=account.python, **account.how))
    assert account_of(keeper.server) == account.name
    kill(keeper.server)
    keeper.kill()
    recovered = told(begin_keeping(data_folder, python=account.python, **account.how))
    recovered.process.send_signal(signal.SIGKILL)
    recovered.process.communicate()
    eventually(lambda: not runs(recovered.server))
