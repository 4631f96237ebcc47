"""Ending what serves: by Ctrl-C, or by a service manager."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from tests.conftest import Database
from tests.journeys.test_command_line import Desk

ROOT = Path(__file__).parents[2]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


LISTENING = """
    select count(*) from pg_stat_activity
    where datname = current_database() and query ilike 'listen%' and pid <> pg_backend_pid()
"""
PRESSED_WHILE_LOADING = """
import os, signal, sys
pressed_at = sys.argv.pop(1)

class Keyboard:
    def find_spec(self, name, *_):
        if name == pressed_at:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Keyboard())
from api.start import main
main()
"""


@pytest.mark.parametrize(
    ("pressed_at", "words", "told"),
    [
        ("api.cli", ("serve",), ""),
        ("click", ("serve",), ""),
        ("api.cli.accounts", ("--help",), ""),
        ("api.cli.serving", ("serve",), "Stopped. What was recorded stays"),
        ("asyncpg", ("serve",), "Stopped. What was recorded stays"),
    ],
)
def test_ctrl_c_while_it_still_loads_ends_it_without_a_fuss(
    pressed_at: str, words: tuple[str, ...], told: str
) -> None:
    # Whoever runs the tests in the background has them inherit that Ctrl-C means nothing.
    begun = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    ended = subprocess.run(
        [sys.executable, "-c", begun + PRESSED_WHILE_LOADING, pressed_at, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 130, ended.stderr
    assert ended.stderr.startswith(told)
    assert "Traceback" not in ended.stderr
    assert told or not ended.stderr


def test_ctrl_c_for_others_does_not_end_what_runs_in_the_background() -> None:
    begun = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    ended = subprocess.run(
        [sys.executable, "-c", begun + PRESSED_WHILE_LOADING, "click", "--version"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.stdout.startswith("Twinledger ")


@pytest.mark.parametrize(
    ("ended_by", "code", "told"),
    [
        (signal.SIGINT, 130, "Stopped. What was recorded stays"),
        (signal.SIGTERM, 0, '"event":"stopped"'),
    ],
)
def test_what_serves_ends_cleanly_and_says_so(
    database: Database, tmp_path: Path, ended_by: signal.Signals, code: int, told: str
) -> None:
    Desk(database.only_dsn, str(tmp_path)).done("init", "--name", "Register of Norfolk")
    settings = {"TWINLEDGER_DSN": database.only_dsn, "TWINLEDGER_PORT": str(_free_port())}
    with subprocess.Popen(
        [sys.executable, "-c", "from api.cli import main; main()", "serve"],
        env=os.environ | settings | {"PYTHONUNBUFFERED": "1"},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as serving:
        try:
            assert serving.stdout is not None
            assert "Ctrl-C ends it" in serving.stdout.readline()
            serving.send_signal(ended_by)
            _, said = serving.communicate(timeout=60)
        finally:
            serving.kill()

    assert serving.returncode == code, said
    assert told in said
    assert "Traceback" not in said


def test_what_serves_ends_when_its_own_database_does(data_folder: Path) -> None:
    settings = {"TWINLEDGER_DATA": str(data_folder), "TWINLEDGER_PORT": str(_free_port())}
    program = [sys.executable, "-c", "from api.cli import main; main()"]
    environment = os.environ | settings | {"PYTHONUNBUFFERED": "1"}
    subprocess.run([*program, "init", "--name", "Norfolk"], env=environment, cwd=ROOT, check=True)
    with subprocess.Popen(
        [*program, "serve"],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as serving:
        try:
            assert serving.stdout is not None
            assert "Ctrl-C ends it" in serving.stdout.readline()
            os.kill(_database_of(data_folder), signal.SIGKILL)
            _, said = serving.communicate(timeout=60)
        finally:
            serving.kill()

    assert serving.returncode == 3, said
    assert "The database that this process kept has ended" in said
    assert "Traceback" not in said


def test_what_serves_writes_its_log_where_the_setting_says(
    database: Database, tmp_path: Path
) -> None:
    Desk(database.only_dsn, str(tmp_path)).done("init", "--name", "Register of Norfolk")
    settings = {"TWINLEDGER_DSN": database.only_dsn, "TWINLEDGER_PORT": str(_free_port())}
    log = tmp_path / "log"
    with subprocess.Popen(
        [sys.executable, "-c", "from api.cli import main; main()", "serve"],
        env=os.environ | settings | {"PYTHONUNBUFFERED": "1", "TWINLEDGER_LOG": str(log)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as serving:
        try:
            assert serving.stdout is not None
            assert "Ctrl-C ends it" in serving.stdout.readline()
            serving.terminate()
            assert serving.wait(60) == 0
        finally:
            serving.kill()

    assert '"event":"stopped"' in log.read_text(encoding="utf-8")


async def test_a_service_that_is_killed_takes_its_worker_with_it(
    database: Database, tmp_path: Path
) -> None:
    # In a thread, for the command line brings a loop of its own.
    desk = Desk(database.only_dsn, str(tmp_path))
    await asyncio.to_thread(desk.done, "init", "--name", "Register of Norfolk")
    settings = {
        "TWINLEDGER_DSN": database.app_dsn,
        "TWINLEDGER_DIRECT_DSN": database.direct_dsn,
        "TWINLEDGER_PORT": str(_free_port()),
    }
    serving = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from api.cli import main; main()", "serve"),
        env=os.environ | settings,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    watching = await asyncpg.connect(database.owner_dsn)
    try:
        async with asyncio.timeout(60):
            while not await watching.fetchval(LISTENING):  # noqa: ASYNC110 - nobody else tells
                await asyncio.sleep(0.05)
            serving.kill()
            await serving.wait()
            while await watching.fetchval(LISTENING):  # noqa: ASYNC110 - nobody else tells
                await asyncio.sleep(0.05)
    finally:
        await watching.close()


def _database_of(folder: Path) -> int:
    return int((folder / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])
