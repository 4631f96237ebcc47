"""What pages ask of a full register, beside one bare query for as many stored rows."""

import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path

from adapters.postgres.pool import open_pool
from projections.register import PostgresRegister, RegisterProjection
from projections.timeline import PostgresTimeline
from projections.views import Filters, Moment
from tests.benchmarks import table
from tests.benchmarks.plan import Plan
from tests.benchmarks.register import fill, project, write_list
from tests.benchmarks.server import database

SHOWN = 50
_BARE = (
    f"select dossier from twinledger_views.register_version_v{RegisterProjection.version} "
    f"order by partnership, from_position limit {SHOWN}"
)


async def measure(server_dsn: str, plan: Plan) -> None:
    """Queries a second, one after the other, in as many seconds as the plan says."""
    async with database(server_dsn) as dsn, await open_pool(dsn) as pool:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "list.csv"
            write_list(path, plan.partnerships)
            await fill(pool, path)
        head = await project(pool)
        await pool.execute("vacuum analyze")
        register, timeline = PostgresRegister(pool), PostgresTimeline(pool)
        first = (await register.search(Filters(), Moment(), limit=1)).rows[0]
        before = Moment(date(2026, 11, 15), head // 2)
        asked: dict[str, Callable[[], Awaitable[object]]] = {
            "list, first page": lambda: register.search(Filters(), Moment(), limit=SHOWN),
            "list, of one country": lambda: register.search(
                Filters(country="JP"), Moment(), limit=SHOWN
            ),
            "search by a name": lambda: register.search(
                Filters(query=first.home.name), Moment(), limit=SHOWN
            ),
            "list, as of and as known then": lambda: register.search(
                Filters(), before, limit=SHOWN
            ),
            "search by a status, as of then": lambda: register.search(
                Filters(status="active"), before, limit=SHOWN
            ),
            "one record": lambda: register.get(first.partnership, Moment()),
            "one record, as known then": lambda: register.get(first.partnership, before),
            "history of one record": lambda: timeline.of(first.partnership),
            "counts": lambda: register.counts(Moment()),
        }
        table.headings("queries/s", f"{SHOWN} rows/s")
        for name, ask in asked.items():
            rounds = []
            for number in range(plan.rounds + 1):
                theirs = await _a_second(lambda: pool.fetch(_BARE), plan.seconds / 4)
                one = table.Round(await _a_second(ask, plan.seconds / 4), theirs)
                if number:
                    rounds.append(one)
            table.row(f"{name} ({plan.partnerships:,})", rounds, digits=1)


async def _a_second(ask: Callable[[], Awaitable[object]], seconds: float) -> float:
    begun, number = time.perf_counter(), 0
    while not number or time.perf_counter() - begun < seconds:
        await ask()
        number += 1
    return number / (time.perf_counter() - begun)
