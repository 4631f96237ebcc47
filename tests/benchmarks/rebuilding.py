"""A rebuild of every projection beside the live ones, next to a plain reading of all leaves, and of
register and timeline next to the package `eventsourcing`, which keeps as much of each event.
"""

import asyncio
import tempfile
import time
from pathlib import Path

import asyncpg

from adapters.ledger import PostgresLedger
from adapters.postgres.pool import open_pool
from projections.all import PROJECTIONS
from projections.rebuild import rebuild
from tests.benchmarks import table
from tests.benchmarks.peer_projection import projected_a_second
from tests.benchmarks.plan import Plan
from tests.benchmarks.register import fill, write_list
from tests.benchmarks.server import database

BOTH = ("register", "timeline")
ONE_BY_ONE = tuple((projection.name,) for projection in PROJECTIONS)
THEIR_EVENTS = 5_000  # of the application whose projections theirs builds


async def measure(server_dsn: str, plan: Plan) -> None:
    """Events a second, each with its rows in every projection: built, compared, and swapped."""
    async with database(server_dsn) as dsn, await open_pool(dsn) as pool:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "list.csv"
            write_list(path, plan.partnerships)
            await fill(pool, path)
        table.headings("rebuild, events/s", "reading, events/s")
        rounds: dict[tuple[str, ...], list[table.Round]] = {}
        beside: list[table.Round] = []
        for number in range(plan.rounds + 1):
            reading = await _reading(pool)
            ours = {names: await _rebuilt(pool, names) for names in (*ONE_BY_ONE, BOTH, ())}
            async with database(server_dsn) as their_dsn:
                peer = await asyncio.to_thread(projected_a_second, their_dsn, THEIR_EVENTS)
            if number:
                for names, a_second in ours.items():
                    rounds.setdefault(names, []).append(table.Round(a_second, reading))
                beside.append(table.Round(ours[BOTH], peer))
    for names, measured in rounds.items():
        table.row(f"rebuild of {' and '.join(names) or 'all'}", measured)
    table.row("register and timeline, eventsourcing", beside)


async def _reading(pool: "asyncpg.Pool[asyncpg.Record]") -> float:
    begun, number = time.perf_counter(), 0
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        sql = "select position, leaf from twinledger.event order by position"
        async for _ in connection.cursor(sql, prefetch=5_000):
            number += 1
    return number / (time.perf_counter() - begun)


async def _rebuilt(pool: "asyncpg.Pool[asyncpg.Record]", names: tuple[str, ...]) -> float:
    begun = time.perf_counter()
    done = await rebuild(pool, PostgresLedger(pool), "twinledger", names)
    return done[0].position / (time.perf_counter() - begun)
