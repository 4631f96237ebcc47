"""Measures Twinledger beside a plain way to do the same: ratios, because machines differ.

    python -m tests.benchmarks [ledger] [packages] [http] [import] [rebuild] [visible] [queries]
                               [growth]

Without names, all but `growth`, which wants `--events 5000000`. Without `--dsn` a server is started
in a temporary folder, with fsync and synchronous_commit on, as in production. With it, databases
are created there and dropped after.
"""

import argparse
from collections.abc import Awaitable, Callable
from contextlib import nullcontext

import asyncpg

from api.event_loop import run_program
from tests.benchmarks import (
    growth,
    importing,
    ledger,
    over_http,
    packages,
    queries,
    rebuilding,
    visible,
)
from tests.benchmarks.plan import Plan
from tests.benchmarks.server import durable_server

MEASURES: dict[str, Callable[[str, Plan], Awaitable[None]]] = {
    "ledger": ledger.measure,
    "packages": packages.measure,
    "http": over_http.measure,
    "import": importing.measure,
    "rebuild": rebuilding.measure,
    "visible": visible.measure,
    "queries": queries.measure,
    "growth": growth.measure,
}
BY_NAME_ONLY = ("growth",)


async def main() -> None:
    options = _options()
    plan = Plan(options.rounds, options.seconds, options.partnerships, options.events)
    server = durable_server() if options.dsn is None else nullcontext(options.dsn)
    with server as dsn:
        await _say_what_is_measured(dsn)
        for name in options.names or [each for each in MEASURES if each not in BY_NAME_ONLY]:
            await MEASURES[name](dsn, plan)


async def _say_what_is_measured(dsn: str) -> None:
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
    print(", ".join(settings))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("names", nargs="*", choices=[*MEASURES, []], help="what to measure")
    parser.add_argument("--dsn", help="a superuser of a server to measure on")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    parser.add_argument("--events", type=int, default=500_000, help="in the filled ledger")
    parser.add_argument("--partnerships", type=int, default=25_000, help="in the filled register")
    return parser.parse_args()


if __name__ == "__main__":
    run_program(main())  # as the product runs, and all that it is measured beside
