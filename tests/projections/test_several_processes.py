"""Several processes on the same tables: killed or stopped in the middle of a batch, none is missed
and nothing is done twice."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from projections.conservation import status
from projections.rebuild import rebuild
from projections.runner import Runner
from projections.shown import Shown
from tests.conftest import SCHEMA, Database
from tests.projections.played import LE_MANS, NORFOLK, Clerks, legacy
from tests.projections.test_rebuild import more, running, traffic

PROCESS = Path(__file__).parent / "runner_process.py"


@asynccontextmanager
async def in_the_middle(database: Database, *, lease: float) -> AsyncIterator[Process]:
    """A process that has written half a transaction, under its lease of so many seconds."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(PROCESS), database.app_dsn, "2", str(lease)),
        stdin=PIPE,
        stdout=PIPE,
        cwd=PROCESS.parents[2],
        env={"PYTHONPATH": str(PROCESS.parents[2])},
    )
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == b"in the middle\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def all_once(pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks) -> None:
    head = (await clerks.ledger.head()).position
    for standing in await status(pool, clerks.ledger):
        assert (standing.position, sum(standing.counted.values())) == (head, head)
    for rebuilt in await rebuild(pool, clerks.ledger, SCHEMA):
        assert (rebuilt.position, rebuilt.events) == (head, head)
        assert rebuilt.digest == rebuilt.digest_live
        assert rebuilt.differences == ()


async def test_one_that_is_killed_in_mid_batch_leaves_nothing_half_done_and_holds_nothing(
    database: Database, pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks, runner: Runner
) -> None:
    await traffic(clerks, 12)
    async with in_the_middle(database, lease=600) as process:
        process.kill()
        await process.wait()
    async with running(runner):
        await more(clerks, 12)
        assert await Shown(pool).reaches((await clerks.ledger.head()).position, 30)
    await all_once(pool, clerks)


async def test_one_that_hangs_in_mid_batch_loses_its_lease_and_does_nothing_twice_when_it_wakes(
    database: Database, pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks, runner: Runner
) -> None:
    await traffic(clerks, 12)
    async with in_the_middle(database, lease=1) as process, running(runner):
        process.send_signal(signal.SIGSTOP)
        await more(clerks, 6)
        assert await Shown(pool).reaches((await clerks.ledger.head()).position, 30)
        process.send_signal(signal.SIGCONT)
        assert process.stdin is not None
        process.stdin.write(b"go on\n")  # with the batch that others have made meanwhile
        await process.stdin.drain()
        await clerks.found(legacy(NORFOLK, LE_MANS))
        assert await Shown(pool).reaches((await clerks.ledger.head()).position, 30)
        assert process.returncode is None  # it works on, as before
        process.terminate()
        assert await process.wait() == 0
    await all_once(pool, clerks)
