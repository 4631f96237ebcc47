"""Whoever asks how the ledger stands has an answer, also while the database gives none."""

import asyncio
from itertools import count

import asyncpg

from adapters.notary.standing import Notice, Notices, Standing, Standings

CHANGED = Notice(True, "Entry 1 was changed.", "Keep it.")


class Stalled(Standings):
    """On a server that, while it is `away`, takes no cancellation either."""

    looks = 0

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        super().__init__(pool, clock=count(step=10).__next__, patience=0.05)
        self.back = asyncio.Event()
        self.back.set()

    async def _look(self) -> Standing:
        self.looks += 1
        try:
            await self.back.wait()
        finally:
            await self.back.wait()
        return await super()._look()


async def test_while_the_server_stalls_all_are_told_what_was_found_last_and_one_look_waits(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    standings = Stalled(pool)
    await Notices(pool).give(CHANGED)
    assert (await standings.now()).notice == CHANGED
    standings.back.clear()

    try:
        asked = [asyncio.create_task(standings.now()) for _ in range(4)]
        done, waiting = await asyncio.wait(asked, timeout=10)
    finally:
        standings.back.set()
    assert waiting == set()
    assert {one.result().notice for one in done} == {CHANGED}
    assert standings.looks == 2
    await Notices(pool).give(Notice())
    await standings.now()  # the end of the look that waited, which may be from before
    assert (await standings.now()).notice == Notice()


async def test_nobody_is_told_that_all_is_well_before_the_first_look(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    await Notices(pool).give(CHANGED)
    standings = Stalled(pool)
    standings.back.clear()

    asked = asyncio.create_task(standings.now())
    await asyncio.wait({asked}, timeout=0.3)
    standings.back.set()

    assert (await asked).notice == CHANGED
