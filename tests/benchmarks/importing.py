"""An import, every row decided by the rules, beside COPY of the same bytes into a bare table."""

import tempfile
import time
from pathlib import Path

import asyncpg

from adapters.postgres.pool import open_pool
from tests.benchmarks import table
from tests.benchmarks.plan import Plan
from tests.benchmarks.register import import_pairs, project, write_list
from tests.benchmarks.server import database

ROWS = 5_000


async def measure(server_dsn: str, plan: Plan) -> None:
    """Each round into a new register; what COPY writes are the leaves that the import wrote."""
    table.headings("import, events/s", "COPY, rows/s")
    rounds = []
    for number in range(plan.rounds + 1):
        async with database(server_dsn) as dsn, await open_pool(dsn) as pool:
            done = await _round(pool)
        if number:
            rounds.append(done)
    table.row(f"import of {ROWS:,} rows", rounds)


async def _round(pool: "asyncpg.Pool[asyncpg.Record]") -> table.Round:
    await project(pool)  # the tables are there, and empty
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        write_list(path, ROWS)
        begun = time.perf_counter()
        report = await import_pairs(pool, path)
        ours = report.new / (time.perf_counter() - begun)
    leaves = [tuple(row) for row in await pool.fetch("select position, leaf from twinledger.event")]
    await pool.execute("create table bare (position bigint primary key, leaf bytea not null)")
    begun = time.perf_counter()
    await pool.copy_records_to_table("bare", records=leaves)
    return table.Round(ours, len(leaves) / (time.perf_counter() - begun))
