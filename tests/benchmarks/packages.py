"""The same work by well-known packages on the same server: appending, reading and folding one
partnership, reading and decoding the whole ledger.
"""

import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias

import asyncpg

from adapters.ledger import PostgresLedger
from adapters.ledger.leaf import decode
from adapters.postgres.pool import open_pool
from domain.history import entry_of
from domain.review.evolve import REVIEW
from tests.benchmarks import emmett, table
from tests.benchmarks.peer import THREADS, Peer, peer
from tests.benchmarks.plan import Plan
from tests.benchmarks.server import database
from tests.benchmarks.stored import LIFE, fill, tag_of
from tests.benchmarks.workloads import appends_a_second

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Rate: TypeAlias = Callable[[], Awaitable[float]]

BATCH = 250  # events in one look: what the socket takes while the last ones are decoded


async def measure(server_dsn: str, plan: Plan) -> None:
    """With `plan.events` in our ledger and in theirs."""
    async with database(server_dsn) as dsn, database(server_dsn) as their_dsn:
        await fill(dsn, events=plan.events)
        with await asyncio.to_thread(peer, their_dsn, plan.events) as theirs:
            table.headings("ours/s", "theirs/s")
            await _replays(dsn, theirs, plan)
            await _loads(dsn, theirs, plan)
            await _appends(dsn, their_dsn, theirs, plan)


async def _replays(dsn: str, theirs: Peer, plan: Plan) -> None:
    async with await open_pool(dsn) as pool:
        ledger = PostgresLedger(pool)

        async def ours() -> float:
            return await replay(ledger)

        by_default = _threaded(theirs.replay)
        await table.compare("replay, eventsourcing", ours, by_default, plan)
        by_tags = _threaded(theirs.replay_by_tags)
        await table.compare("replay, its recorder with tags", ours, by_tags, plan)


async def replay(ledger: PostgresLedger) -> float:
    """Events a second, each decoded to its class; the next are fetched meanwhile."""
    begun, done = time.perf_counter(), 0
    coming = asyncio.create_task(ledger.read_after(0, BATCH))
    while events := await coming:
        coming = asyncio.create_task(ledger.read_after(events[-1].position, BATCH))
        await asyncio.sleep(0)  # it is on its way
        for event in events:
            entry_of(event)
        done += len(events)
    return done / (time.perf_counter() - begun)


async def _loads(dsn: str, theirs: Peer, plan: Plan) -> None:
    numbers = random.Random(1)  # noqa: S311 - the same partnerships in each run
    partnerships = plan.events // LIFE
    await _plain_table(dsn)
    async with await open_pool(dsn) as pool:
        ledger = PostgresLedger(pool)

        async def load() -> None:
            read = await ledger.read(frozenset({tag_of(numbers.randrange(partnerships))}))
            assert len(read) == LIFE
            REVIEW.fold(map(entry_of, read))

        async def select() -> None:
            rows = await pool.fetch(
                "select id, leaf from plain where partnership = $1 order by id",
                f"P{numbers.randrange(partnerships)}",
            )
            assert len([entry_of(decode(id, leaf, b"")) for id, leaf in rows]) == LIFE

        def their_load() -> None:
            assert theirs.load(numbers.randrange(partnerships)) == LIFE - 1

        def rate(work: Callable[[], Awaitable[None]], callers: int) -> Rate:
            return lambda: _by_tasks(work, callers, plan.seconds)

        def their_rate(callers: int) -> Rate:
            return _threaded(lambda: _by_threads(their_load, callers, plan.seconds))

        for callers in (1, THREADS):
            at_once = f"load and fold 20, {callers} at once"
            await table.compare(
                f"{at_once}, eventsourcing", rate(load, callers), their_rate(callers), plan
            )
            await table.compare(
                f"{at_once}, SELECT", rate(load, callers), rate(select, callers), plan
            )


async def _appends(dsn: str, their_dsn: str, theirs: Peer, plan: Plan) -> None:
    async def ours() -> float:
        return await appends_a_second(dsn, clients=THREADS, seconds=plan.seconds)

    by_threads = _threaded(lambda: theirs.appends_a_second(plan.seconds))
    await table.compare(f"append, {THREADS} at once, eventsourcing", ours, by_threads, plan)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if await emmett.installed(folder):

            async def by_emmett() -> float:
                return await emmett.appends_a_second(
                    folder, their_dsn, clients=THREADS, seconds=plan.seconds
                )

            await table.compare(f"append, {THREADS} at once, Emmett", ours, by_emmett, plan)


async def _plain_table(dsn: str) -> None:
    """The same leaves as somebody would store them who needs nothing but to read them again."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        f"""
        create table plain (id bigint primary key, partnership text not null, leaf bytea not null);
        insert into plain
        select position,
               'P' || (position - 1) % (select max(position) / {LIFE} from twinledger.event),
               leaf
        from twinledger.event order by position;
        create index on plain (partnership, id);
        """,
        timeout=3600.0,
    )
    await connection.execute("vacuum analyze plain", timeout=3600.0)
    await connection.close()


async def _by_tasks(work: Callable[[], Awaitable[None]], callers: int, seconds: float) -> float:
    begun = time.perf_counter()

    async def caller() -> int:
        done = 0
        while time.perf_counter() < begun + seconds:
            await work()
            done += 1
        return done

    done = sum(await asyncio.gather(*[caller() for _ in range(callers)]))
    return done / (time.perf_counter() - begun)


def _by_threads(work: Callable[[], None], callers: int, seconds: float) -> float:
    begun = time.perf_counter()

    def caller(_: int) -> int:
        done = 0
        while time.perf_counter() < begun + seconds:
            work()
            done += 1
        return done

    with ThreadPoolExecutor(callers) as threads:
        done = sum(threads.map(caller, range(callers)))
    return done / (time.perf_counter() - begun)


def _threaded(rate: Callable[[], float]) -> Rate:
    """Their code waits in threads, ours in tasks."""
    return lambda: asyncio.to_thread(rate)
