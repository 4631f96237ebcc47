"""Many at the door of one service at once."""

import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from api.rest.ledger_watch import MOST_WAITING
from tests.conftest import Database
from tests.journeys.test_command_line import Desk

ROOT = Path(__file__).parents[2]
STREAM = b"GET /api/v1/entries HTTP/1.1\r\nHost: here\r\nAccept: text/event-stream\r\n\r\n"


@pytest.fixture
def port(database: Database, tmp_path: Path) -> Iterator[int]:
    """Where an empty register is served, as an operator serves it."""
    Desk(database.only_dsn, str(tmp_path)).done("init", "--name", "Register of Norfolk")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free: int = probe.getsockname()[1]
    settings = {"TWINLEDGER_DSN": database.only_dsn, "TWINLEDGER_PORT": str(free)}
    with subprocess.Popen(
        [sys.executable, "-c", "from api.cli import main; main()", "serve"],
        env=os.environ | settings | {"PYTHONUNBUFFERED": "1"},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as serving:
        try:
            assert serving.stdout is not None
            assert "Ctrl-C ends it" in serving.stdout.readline()
            yield free
        finally:
            serving.kill()


def _answer(port: int, path: str) -> int:
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    asking.request("GET", path)
    status = asking.getresponse().status
    asking.close()
    return status


def _at_the_door(port: int, everyone: ExitStack, said: bytes) -> None:
    one = everyone.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
    one.sendall(said)
    assert not said or one.recv(100)


def test_who_listens_keeps_nobody_from_reading(port: int) -> None:
    with ExitStack() as everyone:
        for _ in range(MOST_WAITING + 10):
            _at_the_door(port, everyone, STREAM)

        assert _answer(port, "/partnerships") == 200
        assert _answer(port, "/api/v1/entries?wait=1") == 503


def test_who_says_nothing_keeps_nobody_from_reading(port: int) -> None:
    with ExitStack() as everyone:
        for _ in range(MOST_WAITING):
            _at_the_door(port, everyone, b"")

        assert _answer(port, "/partnerships") == 200
