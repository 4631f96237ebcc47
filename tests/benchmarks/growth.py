"""What a large ledger costs: appends and loads with many events in it, beside a small one."""

import random
import time

from adapters.ledger import PostgresLedger
from adapters.postgres.pool import open_pool
from domain.history import entry_of
from domain.review.evolve import REVIEW
from tests.benchmarks import table
from tests.benchmarks.plan import Plan
from tests.benchmarks.server import database
from tests.benchmarks.stored import LIFE, fill, tag_of
from tests.benchmarks.workloads import appends_a_second

SMALL = 50_000  # events
CLIENTS = 32


async def measure(server_dsn: str, plan: Plan) -> None:
    """With `plan.events` beside 50,000: name it, with `--events 5000000`."""
    async with database(server_dsn) as small, database(server_dsn) as large:
        await fill(small, events=SMALL)
        await fill(large, events=plan.events)
        table.headings(f"at {plan.events:,}", f"at {SMALL:,}")
        await table.compare(
            f"appends/s at {CLIENTS} clients",
            lambda: appends_a_second(large, clients=CLIENTS, seconds=plan.seconds),
            lambda: appends_a_second(small, clients=CLIENTS, seconds=plan.seconds),
            plan,
        )
        await table.compare(
            f"loads/s of {LIFE} events, folded",
            lambda: _loads_a_second(large, plan.events, plan.seconds),
            lambda: _loads_a_second(small, SMALL, plan.seconds),
            plan,
        )


async def _loads_a_second(dsn: str, events: int, seconds: float) -> float:
    async with await open_pool(dsn) as pool:
        ledger = PostgresLedger(pool)
        await ledger.head()
        done, begun = 0, time.perf_counter()
        while time.perf_counter() < begun + seconds:
            number = random.randrange(events // LIFE)  # noqa: S311 - which one does not matter
            REVIEW.fold(map(entry_of, await ledger.read(frozenset({tag_of(number)}))))
            done += 1
        return done / (time.perf_counter() - begun)
