"""Ending what serves: by Ctrl-C, or by a service manager."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Database
from tests.journeys.test_command_line import Desk

ROOT = Path(__file__).parents[2]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


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
    Desk(database.owner_dsn, str(tmp_path)).done("init", "--name", "Register of Norfolk")
    settings = {"TWINLEDGER_DSN": database.owner_dsn, "TWINLEDGER_PORT": str(_free_port())}
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
