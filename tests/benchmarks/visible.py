"""From the commit of an act to the moment at which every read model shows it, at a steady rate."""

import asyncio
import os
import sys
import tempfile
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from adapters.accounts import PostgresAccounts
from adapters.ledger import PostgresLedger
from adapters.postgres.pool import open_pool
from domain.ports import Condition, Head, Submission
from projections.shown import Shown
from tests.benchmarks import table
from tests.benchmarks.plan import Plan
from tests.benchmarks.server import database
from tests.benchmarks.stored import ACTOR, LIFE, activity, fill

RATE = 1_000  # appends a second
EVENTS = 20_000  # in the register before
_LOOK = 0.002  # seconds between two looks at what is shown
_DIGEST = bytes(32)


async def measure(server_dsn: str, plan: Plan) -> None:
    """The 99th percentile of it, beside that of the commits themselves, in milliseconds."""
    async with database(server_dsn) as dsn, await open_pool(dsn) as pool:
        await fill(dsn, events=EVENTS)
        await PostgresAccounts(pool, "twinledger").name_register("For measuring", demo=False)
        ledger, shown = PostgresLedger(pool), Shown(pool)
        table.headings("to visible, ms", "to commit, ms")
        rounds = []
        async with _worker(dsn, shown):
            for number in range(plan.rounds + 1):
                commits, visibles = await _steady(ledger, shown, plan.seconds)
                if number:
                    rounds.append(table.Round(_p99(visibles) * 1e3, _p99(commits) * 1e3))
        table.row(f"p99 at {RATE:,} appends/s", rounds, digits=1)


async def _steady(
    ledger: PostgresLedger, shown: Shown, seconds: float
) -> tuple[list[float], list[float]]:
    commits: list[float] = []
    visibles: list[float] = []
    waiting: deque[tuple[int, float]] = deque()  # positions and when their commit was known
    run = uuid4().hex[:8]
    seen = await ledger.head()

    async def append(number: int) -> None:
        begun = time.perf_counter()
        receipt = await ledger.append(_act(run, number, seen))
        done = time.perf_counter()
        commits.append(done - begun)
        waiting.append((receipt.last_position, done))

    async def look(until: "asyncio.Event") -> None:
        while waiting or not until.is_set():
            position = (await shown.head()).position
            now = time.perf_counter()
            for _ in range(len(waiting)):
                reached, done = waiting.popleft()
                if reached <= position:
                    visibles.append(now - done)
                else:
                    waiting.append((reached, done))
            await asyncio.sleep(_LOOK)

    over = asyncio.Event()
    looking = asyncio.create_task(look(over))
    appending = set()
    begun = time.perf_counter()
    for number in range(round(RATE * seconds)):
        await asyncio.sleep(max(0.0, begun + number / RATE - time.perf_counter()))
        appending.add(asyncio.create_task(append(number)))
    await asyncio.gather(*appending)
    over.set()
    await looking
    return commits, visibles


def _act(run: str, number: int, seen: Head) -> Submission:
    partnership = number % (EVENTS // LIFE)
    return Submission(
        events=(activity(f"P{partnership}", f"visit:{run}-{number}"),),
        condition=Condition(frozenset({f"visit:{run}-{number}"}), seen.position, seen.leaf_hash),
        actor=ACTOR,
        on_behalf_of="",
        command_scope=ACTOR.recorder,
        command_key=f"{run}-{number}",
        digest=_DIGEST,
    )


@asynccontextmanager
async def _worker(dsn: str, shown: Shown) -> AsyncIterator[None]:
    """What builds the read models, in a process of its own as beside the service, caught up."""
    program = "from api.start import main; main()"
    with tempfile.TemporaryFile() as said:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", program, "worker"),
            stdout=said,
            stderr=said,
            env={**os.environ, "TWINLEDGER_DSN": dsn},
        )
        try:
            while not await shown.reaches(EVENTS, within=1):
                if process.returncode is not None:
                    said.seek(0)
                    raise RuntimeError(f"the worker ended: {said.read().decode()}")
            yield
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


def _p99(seconds: list[float]) -> float:
    return sorted(seconds)[len(seconds) * 99 // 100]
