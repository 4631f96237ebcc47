"""A process that runs the projections and stops in the middle of a batch, to be killed there.

    python runner_process.py DSN BATCHES SECONDS

After BATCHES whole batches it has written the rows of the next one and not committed them, says so,
and waits for a line. It holds a lease for SECONDS in which the database hears nothing of it.
"""

import asyncio
import signal
import sys
from collections.abc import Sequence

from adapters.ledger import PostgresLedger
from adapters.postgres.pool import open_pool
from domain.decider import Entry
from domain.partnership.evolve import History
from projections.projection import Connection, Place
from projections.register import RegisterProjection
from projections.runner import Runner
from projections.timeline import TimelineProjection


class Stuck(RegisterProjection):
    """Writes as ever, but the process never gets to the end of a certain batch."""

    def __init__(self, batches: int) -> None:
        self._left = batches

    async def apply(
        self, batch: Sequence[Entry[History]], connection: Connection, place: Place
    ) -> None:
        await super().apply(batch, connection, place)
        if self._left == 0:
            print("in the middle", flush=True)
            await asyncio.to_thread(sys.stdin.readline)
        self._left -= 1


async def main(dsn: str, batches: int, seconds: float) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with await open_pool(dsn) as pool:
        projections = (Stuck(batches), TimelineProjection())
        runner = Runner(
            pool, PostgresLedger(pool), projections=projections, batch=7, lease_seconds=seconds
        )
        await runner.run(stop)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
