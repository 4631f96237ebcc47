"""`twinledger worker`, beside a service that builds nothing itself."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest

from adapters.ledger import PostgresLedger
from adapters.postgres.pool import open_pool
from projections.shown import Shown
from tests.conftest import Database
from tests.journeys.test_command_line import Desk
from tests.journeys.test_stopping import _free_port
from tests.projections.played import LE_MANS, LODZ, NORFOLK, Clerks, legacy

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0


@asynccontextmanager
async def started(
    database: Database, data: Path, *words: str, port: int = 8000
) -> AsyncIterator[Process]:
    """A command in a process of its own; killed at the end where it still runs."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from api.start import main; main()", *words),
        stdout=PIPE,
        stderr=PIPE,
        cwd=ROOT,
        env=os.environ
        | {
            "TWINLEDGER_DSN": database.only_dsn,
            "TWINLEDGER_DATA": str(data),
            "TWINLEDGER_PORT": str(port),
        },
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def line_with(process: Process, text: str) -> str:
    """The next line of its log that has `text`."""
    assert process.stderr is not None
    told = ""
    async with asyncio.timeout(PATIENCE):
        while line := (await process.stderr.readline()).decode():
            if text in line:
                return line
            told += line
    raise AssertionError(f"it ended without {text!r}: {told}")


@pytest.fixture
async def owned(database: Database) -> "AsyncIterator[asyncpg.Pool[asyncpg.Record]]":
    """Connections as the commands have them: of one DSN for everything."""
    async with await open_pool(database.only_dsn) as pool:
        yield pool


@pytest.fixture
async def founded(database: Database, tmp_path: Path) -> Path:
    desk = Desk(database.only_dsn, str(tmp_path))
    await asyncio.to_thread(desk.done, "init", "--name", "Register of Norfolk")
    return tmp_path


async def test_of_several_workers_one_that_is_killed_is_not_missed_and_one_that_ends_says_so(
    database: Database, owned: "asyncpg.Pool[asyncpg.Record]", founded: Path
) -> None:
    clerks, shown = Clerks(PostgresLedger(owned)), Shown(owned)
    async with AsyncExitStack() as stack:
        one, other = [
            await stack.enter_async_context(started(database, founded, "worker")) for _ in range(2)
        ]
        await line_with(one, "worker_started")
        await line_with(other, "worker_started")
        await clerks.found(legacy())
        assert await shown.reaches(1, PATIENCE)
        one.kill()
        await clerks.found(legacy(NORFOLK, LODZ))
        assert await shown.reaches(2, PATIENCE)
        other.terminate()
        assert '"signal":"SIGTERM"' in await line_with(other, "worker_stopped")
        assert await other.wait() == 0


async def test_a_service_without_a_worker_shows_what_another_process_builds(
    database: Database, owned: "asyncpg.Pool[asyncpg.Record]", founded: Path
) -> None:
    port = _free_port()
    async with started(database, founded, "serve", "--no-worker", port=port) as service:
        assert service.stdout is not None
        assert b"http://127.0.0.1" in await service.stdout.readline()
        reference = await Clerks(PostgresLedger(owned)).found(legacy(NORFOLK, LE_MANS))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            assert (await client.get("/healthz")).json()["shown"] == 0
            async with started(database, founded, "worker"):
                assert await Shown(owned).reaches(1, PATIENCE)
            page = await client.get(f"/partnerships/{reference}")
        assert "Le Mans" in page.text
        service.send_signal(signal.SIGTERM)
        assert await service.wait() == 0
