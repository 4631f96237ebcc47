"""A backup and its way back: whole or not at all, and never over anything that is there."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from adapters.postgres.binaries import find_server
from adapters.postgres.programs import programs_for
from adapters.settings import read_settings
from tests.adapters.processes import ROOT, eventually
from tests.api.cli.terminal import NAME_IT, Terminal, execute
from tests.conftest import Database

OLDER = Path("/usr/lib/postgresql/15/bin")
needs_older = pytest.mark.skipif(
    not OLDER.exists(), reason="there are no older programs here to restore with"
)


@pytest.fixture
def another(data_folder: Path) -> Path:
    """A folder for data in which nothing is yet, nor above it."""
    return data_folder.with_name("of") / "another"


def test_a_backup_restores_into_an_empty_register(
    hannover: Terminal, another: Path, tmp_path: Path
) -> None:
    assert "Done: 0 events" in hannover("backup", tmp_path / "monday")
    hannover("stop")
    other = Terminal(TWINLEDGER_DATA=str(another))
    said = other("restore", tmp_path / "monday")
    assert "Done: 0 events" in said
    assert "by the next `twinledger serve`" in said
    other("start")
    app = other("dsn").strip()
    assert execute(app, "SELECT name FROM twinledger.register") == [("Hannover",)]
    assert execute(app, "CREATE TABLE twinledger_views.tried ()") == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        execute(app, "DELETE FROM twinledger.event")
    other("stop")


def test_where_there_is_no_register_nothing_is_backed_up_and_nothing_is_made(
    another: Path, tmp_path: Path
) -> None:
    at = Terminal(TWINLEDGER_DATA=str(another))
    for words in (("backup", tmp_path / "monday"), ("shell",)):
        assert "There is no register here yet" in at(*words, code=3)
    assert not another.parent.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_database_without_a_register_is_not_backed_up(terminal: Terminal, tmp_path: Path) -> None:
    terminal("start")
    said = terminal("backup", tmp_path / "monday", code=3)
    assert "There is no register here yet" in said
    assert "Writing" not in said
    assert list(tmp_path.iterdir()) == []


def test_a_server_without_a_register_is_not_backed_up_and_gets_no_tables(
    database: Database, tmp_path: Path
) -> None:
    real = Terminal(TWINLEDGER_DSN=database.only_dsn, TWINLEDGER_SCHEMA="of_norfolk")
    assert "There is no register here yet" in real("backup", tmp_path / "monday", code=3)
    sql = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'of_norfolk%'"
    assert execute(database.owner_dsn, sql) == [(0,)]
    assert list(tmp_path.iterdir()) == []


def test_a_backup_that_was_made_where_no_register_was_is_not_restored(
    database: Database, another: Path, tmp_path: Path
) -> None:
    hollow = tmp_path / "hollow"
    # Of the server's own version: a newer pg_dump may write down what a newer server does not know.
    version = int(str(execute(database.owner_dsn, "SHOW server_version_num")[0][0])) // 10_000
    folder = programs_for(database.owner_dsn, version, read_settings({}), embedded=False)
    subprocess.run(
        [folder / "pg_dump", "--format=custom", "--no-owner", "--no-privileges",
         "--schema=twinledger", f"--file={hollow}", "--dbname", database.owner_dsn],
        check=True,
    )  # fmt: skip
    said = Terminal(TWINLEDGER_DATA=str(another))("restore", hollow, code=3)
    assert f"{hollow} holds no register" in said
    assert not another.parent.exists()


def test_a_restore_never_replaces_what_is_there(hannover: Terminal, tmp_path: Path) -> None:
    hannover("backup", tmp_path / "monday")
    owner = hannover("dsn", "--owner").strip()
    execute(owner, "UPDATE twinledger.register SET name = 'Celle'")
    said = hannover("restore", tmp_path / "monday", code=3)
    assert "The register is not empty: 'register' has rows" in said
    assert execute(owner, "SELECT name FROM twinledger.register") == [("Celle",)]


def test_a_restore_that_fails_leaves_a_folder_that_was_there_as_it_was(
    hannover: Terminal, another: Path, tmp_path: Path
) -> None:
    hannover("backup", tmp_path / "whole")
    (tmp_path / "half").write_bytes((tmp_path / "whole").read_bytes()[:-3000])
    another.mkdir(parents=True)
    (another / ".keep").touch()
    other = Terminal(TWINLEDGER_DATA=str(another))
    other("restore", tmp_path / "half", code=3)
    assert [item.name for item in another.iterdir()] == [".keep"]
    assert "Done" in other("restore", tmp_path / "whole")


@needs_older
def test_older_programs_name_the_postgres_that_a_backup_needs(
    hannover: Terminal, another: Path, tmp_path: Path
) -> None:
    hannover("backup", tmp_path / "monday")
    other = Terminal(TWINLEDGER_DATA=str(another), TWINLEDGER_PG_BIN=str(OLDER))
    said = other("restore", tmp_path / "monday", code=3)
    made_by = find_server().major
    assert f"was made by Postgres {made_by}; the pg_restore used here is of Postgres 15" in said
    assert f"Restore it onto Postgres {made_by} or newer" in said
    assert not another.parent.exists()


@needs_older
def test_a_backup_that_an_older_server_does_not_take_names_the_versions(
    hannover: Terminal, another: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hannover("backup", tmp_path / "monday")
    newer = find_server()
    # As on a server of its own for which only newer programs are installed.
    monkeypatch.setattr("adapters.postgres.restore.programs_for", lambda *_, **__: newer.folder)
    other = Terminal(TWINLEDGER_DATA=str(another), TWINLEDGER_PG_BIN=str(OLDER))
    said = other("restore", tmp_path / "monday", code=3)
    assert f"programs used are of Postgres {newer.major}, the server is Postgres 15" in said
    assert f"restore onto Postgres {newer.major} or newer" in said


def test_a_backup_of_a_form_that_is_not_known_yet_was_made_by_a_newer_postgres(
    hannover: Terminal, another: Path, tmp_path: Path
) -> None:
    hannover("backup", tmp_path / "monday")
    content = bytearray((tmp_path / "monday").read_bytes())
    content[6] = 99  # the minor version of the form, behind PGDMP and the major one
    (tmp_path / "monday").write_bytes(content)
    said = Terminal(TWINLEDGER_DATA=str(another))("restore", tmp_path / "monday", code=3)
    assert "was made by a newer Postgres; the pg_restore used here is of Postgres" in said
    assert "is not a backup" not in said


def test_a_backup_is_nobody_elses_to_read(hannover: Terminal, tmp_path: Path) -> None:
    (tmp_path / "monday.part").write_bytes(b"cut off")
    hannover("backup", tmp_path / "monday")

    assert (tmp_path / "monday").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "monday.part").exists()


def test_half_a_backup_is_refused_and_changes_nothing(
    database: Database, hannover: Terminal, tmp_path: Path
) -> None:
    hannover("backup", tmp_path / "whole")
    whole = (tmp_path / "whole").read_bytes()
    real = Terminal(TWINLEDGER_DSN=database.app_dsn, TWINLEDGER_OWNER_DSN=database.owner_dsn)
    for part in (0, 100, len(whole) // 2, len(whole) - 3000):
        (tmp_path / "half").write_bytes(whole[:part])
        real("restore", tmp_path / "half", code=3)
        sql = "SELECT size, (SELECT count(*) FROM twinledger.register) FROM twinledger.head"
        assert execute(database.app_dsn, sql) == [(0, 0)]


def test_a_backup_never_replaces_a_file(hannover: Terminal, tmp_path: Path) -> None:
    (tmp_path / "monday").write_text("kept")
    said = hannover("backup", tmp_path / "monday", code=3)
    assert "exists already" in said
    assert "Writing" not in said
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
    await somebody.execute(NAME_IT)
    await somebody.execute("BEGIN; LOCK TABLE twinledger.account")
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
    # Where the tests themselves ignore the signal (nohup, a shell's background), it would too.
    as_usual = "default_int_handler" if ended_by == signal.SIGINT else "SIG_DFL"
    heard = f"import signal; signal.signal({ended_by.value}, signal.{as_usual})"
    program = f"{heard}; from api.start import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", program, "db", "backup", tmp_path / "monday"],
        env=os.environ | settings,
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    ) as backing_up:
        try:
            eventually((tmp_path / "monday.part").exists)
            backing_up.send_signal(ended_by)
            _, said = backing_up.communicate(timeout=60)
        finally:
            backing_up.kill()

    assert backing_up.returncode == 128 + ended_by, said
    assert "Stopped" in said
    assert list(tmp_path.iterdir()) == []


def test_a_backup_of_something_else_is_refused(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear council,")
    assert "is not a backup" in terminal("restore", tmp_path / "letter", code=3)
    said = terminal("restore", tmp_path / "none", code=3)
    assert "There is no file" in said
    assert "Restoring" not in said


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
