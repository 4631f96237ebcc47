"""The worker beside the service: it keeps the pages at the end of the ledger."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from adapters.ledger import PostgresLedger
from api.worker import Work, Worker, WorkerStopped
from projections.runner import Runner
from projections.shown import Shown
from tests.conftest import SCHEMA, Database
from tests.projections.played import KALININGRAD, LE_MANS, NORFOLK, Clerks, legacy

PATIENCE = 60.0
"""Seconds after which a test gives up: none of them waits for a time to pass."""


@asynccontextmanager
async def kept(
    database: Database, listen_dsn: str = "", silent: float = PATIENCE
) -> AsyncIterator[Worker]:
    """A worker at work; what ends it is raised at the end."""
    work = Work(database.app_dsn, SCHEMA, database.statement_cache, listen_dsn=listen_dsn)
    worker, stop = Worker(work, silent=silent), asyncio.Event()
    keeping = asyncio.create_task(worker.keep(stop))
    try:
        yield worker
    finally:
        stop.set()
        await keeping


@pytest.fixture
def clerks(pool: "asyncpg.Pool[asyncpg.Record]") -> Clerks:
    return Clerks(PostgresLedger(pool))


async def test_what_is_recorded_is_shown_by_a_process_of_its_own(
    database: Database, pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks
) -> None:
    async with kept(database, database.direct_dsn) as worker:
        await clerks.found(legacy())
        assert await Shown(pool, ring=worker.ring).reaches(1, PATIENCE)


async def test_where_nobody_can_listen_who_waits_is_heard(
    database: Database, pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks
) -> None:
    async with kept(database) as worker:
        for count, other in enumerate((KALININGRAD, LE_MANS), start=1):
            await clerks.found(legacy(NORFOLK, other))
            assert await Shown(pool, ring=worker.ring).reaches(count, PATIENCE)


async def test_a_worker_that_is_killed_is_replaced(
    database: Database, pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks
) -> None:
    async with kept(database, database.direct_dsn) as worker:
        await clerks.found(legacy())
        shown = Shown(pool, ring=worker.ring)
        assert await shown.reaches(1, PATIENCE)
        assert worker.process_id is not None
        os.kill(worker.process_id, signal.SIGKILL)
        await clerks.found(legacy(NORFOLK, LE_MANS))
        assert await shown.reaches(2, PATIENCE)


async def test_a_worker_that_hangs_is_replaced(
    database: Database, pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks
) -> None:
    async with kept(database, silent=5.0) as worker:
        await clerks.found(legacy())
        shown = Shown(pool, ring=worker.ring)
        assert await shown.reaches(1, PATIENCE)
        assert worker.process_id is not None
        os.kill(worker.process_id, signal.SIGSTOP)
        await clerks.found(legacy(NORFOLK, LE_MANS))
        assert await shown.reaches(2, PATIENCE)


async def test_a_projection_that_cannot_go_on_ends_it_with_its_problem_and_its_remedy(
    database: Database, pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks
) -> None:
    await clerks.found(legacy())
    await Runner(pool, clerks.ledger).catch_up()
    await pool.execute(f"update {SCHEMA}_views.projection_cursor set leaf_hash = 'another'")
    await clerks.found(legacy(NORFOLK, LE_MANS))

    with pytest.raises(WorkerStopped, match="no longer has the event") as stopped:
        await asyncio.wait_for(
            Worker(Work(database.app_dsn, SCHEMA, database.statement_cache)).keep(asyncio.Event()),
            PATIENCE,
        )
    assert "stands at position 1" in stopped.value.problem
    assert "rebuild the projections from the ledger" in stopped.value.remedy


async def test_a_fault_of_its_own_ends_it_and_stands_in_the_log(
    database: Database, tmp_path: Path
) -> None:
    log = tmp_path / "worker.log"
    nowhere = Work(database.app_dsn, "no_such_schema", 100, str(log))

    with pytest.raises(WorkerStopped, match=r"ended by a fault.*The log says more"):
        await asyncio.wait_for(Worker(nowhere).keep(asyncio.Event()), PATIENCE)
    assert '"event":"worker_fault"' in log.read_text(encoding="utf-8")


async def test_one_that_is_killed_again_and_again_ends_the_service(database: Database) -> None:
    worker = Worker(Work(database.app_dsn, SCHEMA, database.statement_cache))
    keeping = asyncio.create_task(worker.keep(asyncio.Event()))
    killed: set[int] = set()
    async with asyncio.timeout(PATIENCE):
        while not keeping.done():
            if (process := worker.process_id) is not None and process not in killed:
                os.kill(process, signal.SIGKILL)
                killed.add(process)
            await asyncio.sleep(0.01)

    with pytest.raises(WorkerStopped, match=r"was killed 5 times .* by signal 9"):
        await keeping
    assert len(killed) == 5
