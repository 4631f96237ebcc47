"""What the worker's process runs. Standard input is `Work`, then a line for each ring; its end is
the end of the service, and so of this. Standard output is an empty line each second, as a sign of
life, and at the end `Stopped` where it cannot go on."""

import asyncio
import sys
from pathlib import Path

import msgspec
import structlog

from adapters.log import configure_log
from adapters.postgres.pool import open_pool
from adapters.problems import CannotRun
from api.child import beat, stopped_by_signals, told_first
from api.event_loop import run_program
from api.wiring import runner_on
from api.worker import Stopped, Work
from projections.errors import ProjectionStopped
from projections.runner import Runner

_log = structlog.get_logger("twinledger.worker")


def main() -> None:
    """Work until standard input ends, or SIGINT or SIGTERM; the batch under way is finished."""
    run_program(_run())


async def _run() -> None:
    told = await told_first(Work)
    if told is None:
        return
    work, rings = told
    configure_log(Path(work.log) if work.log else None, level="WARNING")
    try:
        await _project(work, rings, stopped_by_signals())
    except (ProjectionStopped, CannotRun) as error:
        sys.stdout.buffer.write(msgspec.json.encode(Stopped(error.problem, error.remedy)))
    except Exception:
        _log.exception("worker_fault")
        sys.exit(1)


async def _project(work: Work, told: asyncio.StreamReader, stop: asyncio.Event) -> None:
    # Not tried: a database that is away is waited for, as it is later.
    pool = await open_pool(work.dsn, statement_cache_size=work.statement_cache, tried=False)
    runner = runner_on(pool, work)
    hearing = asyncio.create_task(_hear(told, runner, stop))
    beating = asyncio.create_task(beat())
    try:
        await runner.run(stop)
    finally:
        hearing.cancel()
        beating.cancel()
        pool.terminate()


async def _hear(told: asyncio.StreamReader, runner: Runner, stop: asyncio.Event) -> None:
    try:
        while await told.readline():
            runner.ring()
    finally:
        stop.set()
