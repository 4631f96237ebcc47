import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from click.testing import CliRunner

from api.cli import main
from tests.adapters.processes import ROOT, begin_keeping, eventually, told
from tests.conftest import Database


class Terminal:
    """Runs `twinledger db ...` and keeps what it said."""

    def __init__(self, **environment: str | None) -> None:
        self.environment: dict[str, str | None] = {"TWINLEDGER_DSN": None, "TWINLEDGER_DATA": None}
        self.environment |= environment

    def __call__(self, *words: str | Path, code: int = 0) -> str:
        done = CliRunner().invoke(main, ["db", *map(str, words)], env=self.environment)
        assert done.exit_code == code, done.output
        return done.output


@pytest.fixture
def terminal(data_folder: Path) -> Iterator[Terminal]:
    """At a data folder; a server that was started there is stopped in the end."""
    at = Terminal(TWINLEDGER_DATA=str(data_folder))
    yield at
    at("stop")


def execute(dsn: str, sql: str) -> list[tuple[object, ...]]:
    async def body() -> list[tuple[object, ...]]:
        connection = await asyncpg.connect(dsn)
        try:
            return [tuple(row) for row in await connection.fetch(sql)]
        finally:
            await connection.close()

    return asyncio.run(body())


NAME_IT = "INSERT INTO twinledger.register (name, demo) VALUES ('Hannover', false)"


def test_a_started_database_stays_until_it_is_stopped(terminal: Terminal) -> None:
    assert "It stays until `twinledger db stop`" in terminal("start")
    assert "runs already" in terminal("start")
    assert execute(terminal("dsn").strip(), "SELECT size FROM twinledger.head") == [(0,)]
    assert "has ended" in terminal("stop")
    assert "No database runs" in terminal("stop")


def test_the_dsn_of_a_database_that_does_not_run_is_not_invented(terminal: Terminal) -> None:
    assert "Start it with `twinledger db start`" in terminal("dsn", code=3)


def test_a_database_that_belongs_to_a_process_is_neither_kept_nor_stopped(
    data_folder: Path,
) -> None:
    at = Terminal(TWINLEDGER_DATA=str(data_folder))
    keeper = told(begin_keeping(data_folder))
    number = keeper.process.pid
    assert f"for process {number}, and ends with it" in at("start", code=3)
    assert f"belongs to process {number} and ends with it" in at("stop", code=3)
    keeper.end()


def test_the_shell_asks_as_the_application(
    terminal: Terminal, capfd: pytest.CaptureFixture[str]
) -> None:
    terminal("shell", "-Atc", "SELECT current_user, size FROM head")
    assert "twinledger|0" in capfd.readouterr().out
    terminal("shell", "-c", "DELETE FROM event", code=1)
    assert "permission denied" in capfd.readouterr().err


def test_a_backup_restores_into_an_empty_register(
    terminal: Terminal, data_folder: Path, tmp_path: Path
) -> None:
    terminal("start")
    execute(terminal("dsn", "--owner").strip(), NAME_IT)
    assert "Done: 0 events" in terminal("backup", tmp_path / "monday")
    terminal("stop")
    other = Terminal(TWINLEDGER_DATA=str(data_folder.with_name("other")))
    assert "Done: 0 events" in other("restore", tmp_path / "monday")
    other("start")
    app = other("dsn").strip()
    assert execute(app, "SELECT name FROM twinledger.register") == [("Hannover",)]
    assert execute(app, "CREATE TABLE twinledger_views.tried ()") == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        execute(app, "DELETE FROM twinledger.event")
    other("stop")


def test_a_restore_never_replaces_what_is_there(terminal: Terminal, tmp_path: Path) -> None:
    terminal("start")
    owner = terminal("dsn", "--owner").strip()
    terminal("backup", tmp_path / "empty")
    execute(owner, NAME_IT)
    said = terminal("restore", tmp_path / "empty", code=3)
    assert "The register is not empty: 'register' has rows" in said
    assert execute(owner, "SELECT name FROM twinledger.register") == [("Hannover",)]


def test_a_backup_is_nobody_elses_to_read(terminal: Terminal, tmp_path: Path) -> None:
    terminal("start")
    (tmp_path / "monday.part").write_bytes(b"cut off")
    terminal("backup", tmp_path / "monday")

    assert (tmp_path / "monday").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "monday.part").exists()


def test_half_a_backup_is_refused_and_changes_nothing(terminal: Terminal, tmp_path: Path) -> None:
    terminal("start")
    terminal("backup", tmp_path / "whole")
    whole = (tmp_path / "whole").read_bytes()
    for part in (0, 100, len(whole) // 2, len(whole) - 3000):
        (tmp_path / "half").write_bytes(whole[:part])
        terminal("restore", tmp_path / "half", code=3)
        sql = "SELECT size FROM twinledger.head"
        assert execute(terminal("dsn").strip(), sql) == [(0,)]


def test_a_backup_never_replaces_a_file(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "monday").write_text("kept")
    assert "exists already" in terminal("backup", tmp_path / "monday", code=3)
    assert (tmp_path / "monday").read_text() == "kept"
    assert [item.name for item in tmp_path.iterdir()] == ["monday"]


def test_a_backup_into_a_folder_that_is_not_there_is_refused(
    terminal: Terminal, tmp_path: Path
) -> None:
    said = terminal("backup", tmp_path / "none" / "monday", code=3)
    assert f"There is no folder {tmp_path / 'none'}. Make it" in said


@pytest.fixture
async def busy_database(database: Database) -> AsyncIterator[Database]:
    """One of which no backup comes to its end: somebody keeps a table for themselves."""
    somebody = await asyncpg.connect(database.owner_dsn)
    await somebody.execute("BEGIN; LOCK TABLE twinledger.register")
    yield database
    await somebody.close()


@pytest.mark.parametrize("ended_by", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_backup_that_is_stopped_leaves_nothing_half_behind(
    busy_database: Database, tmp_path: Path, ended_by: signal.Signals
) -> None:
    settings = {
        "TWINLEDGER_DSN": busy_database.app_dsn,
        "TWINLEDGER_OWNER_DSN": busy_database.owner_dsn,
    }
    program = "from api.start import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", program, "db", "backup", tmp_path / "monday"],
        env=os.environ | settings,
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    ) as backing_up:
        eventually((tmp_path / "monday.part").exists)
        backing_up.send_signal(ended_by)
        _, said = backing_up.communicate(timeout=60)

    assert backing_up.returncode == 128 + ended_by, said
    assert "Stopped" in said
    assert list(tmp_path.iterdir()) == []


def test_a_backup_of_something_else_is_refused(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear council,")
    assert "is not a backup" in terminal("restore", tmp_path / "letter", code=3)
    assert "There is no file" in terminal("restore", tmp_path / "none", code=3)


def test_a_register_of_a_real_server_is_backed_up_with_programs_that_suit_it(
    database: Database, data_folder: Path, tmp_path: Path
) -> None:
    real = Terminal(TWINLEDGER_DSN=database.app_dsn, TWINLEDGER_OWNER_DSN=database.owner_dsn)
    execute(database.owner_dsn, NAME_IT)
    real("backup", tmp_path / "monday")
    at = Terminal(TWINLEDGER_DATA=str(data_folder))
    assert "Done" in at("restore", tmp_path / "monday")
    assert "refused" not in real("dsn")
    assert "Use its own service manager" in real("stop", code=3)


def test_a_wrong_setting_is_one_sentence(data_folder: Path) -> None:
    at = Terminal(TWINLEDGER_DATA=str(data_folder), TWINLEDGER_PROT="8000")
    assert at("start", code=3) == (
        "TWINLEDGER_PROT is not a setting. Did you mean TWINLEDGER_PORT?\n"
    )
