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
from projections.rebuild import rebuild
from tests.benchmarks import table
from tests.benchmarks.peer_projection import projected_a_second
from tests.benchmarks.plan import Plan
from tests.benchmarks.register import fill, write_list
from tests.benchmarks.server import database

BOTH = ("register", "timeline")
THEIR_EVENTS = 5_000  # of the application whose projections theirs builds


async def measure(server_dsn: str, plan: Plan) -> None:
    """Events a second of each projection: built, compared with the live one, and swapped."""
    async with database(server_dsn) as dsn, await open_pool(dsn) as pool:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "list.csv"
            write_list(path, plan.partnerships)
            await fill(pool, path)
        table.headings("rebuild, events/s", "reading, events/s")
        rounds: dict[str, list[table.Round]] = {}
        beside: list[table.Round] = []
        for number in range(plan.rounds + 1):
            theirs = await _reading(pool)
            done = await rebuild(pool, PostgresLedger(pool), "twinledger")
            async with database(server_dsn) as their_dsn:
                peer = await asyncio.to_thread(projected_a_second, their_dsn, THEIR_EVENTS)
            if number:
                for rebuilt in done:
                    one = table.Round(rebuilt.events / rebuilt.seconds, theirs)
                    rounds.setdefault(rebuilt.projection, []).append(one)
                both = [rebuilt for rebuilt in done if rebuilt.projection in BOTH]
                ours = both[0].events / sum(rebuilt.seconds for rebuilt in both)
                beside.append(table.Round(ours, peer))
    for projection, measured in rounds.items():
        table.row(f"rebuild of {projection}", measured)
    table.row("register and timeline, eventsourcing", beside)


async def _reading(pool: "asyncpg.Pool[asyncpg.Record]") -> float:
    begun, number = time.perf_counter(), 0
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        sql = "select position, leaf from twinledger.event order by position"
        async for _ in connection.cursor(sql, prefetch=5_000):
            number += 1
    return number / (time.perf_counter() - begun)
