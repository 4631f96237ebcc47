"""The runner: several side by side, and what it does when it must not go on."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Literal

import asyncpg
import pytest
from msgspec.structs import replace

from adapters.ledger import MemoryLedger, PostgresLedger
from domain.ports import Head, Recorded
from projections.conservation import status
from projections.cursor import cursors, live_places
from projections.errors import Forked
from projections.projection import Table
from projections.reading import read_after
from projections.register import PostgresRegister, RegisterProjection
from projections.runner import Runner
from projections.shown import Shown
from projections.timeline import TimelineProjection
from projections.views import Filters, Moment
from projections.writer import Writer
from tests.api.set_back import cut
from tests.conftest import SCHEMA, Database
from tests.projections.played import (
    IMPORT,
    KALININGRAD,
    LE_MANS,
    LODZ,
    NORFOLK,
    SUSPEND,
    Clerks,
    clerk,
    legacy,
)


@asynccontextmanager
async def running(runner: Runner) -> AsyncIterator["asyncio.Task[None]"]:
    stop = asyncio.Event()
    task = asyncio.create_task(runner.run(stop))
    try:
        yield task
    finally:
        stop.set()
        await asyncio.wait([task])


async def test_several_runners_side_by_side_apply_every_event_once(
    pool: "asyncpg.Pool[asyncpg.Record]",
    ledger: PostgresLedger,
    clerks: Clerks,
    register: PostgresRegister,
) -> None:
    runners = [Runner(pool, ledger, batch=2) for _ in range(3)]
    async with running(runners[0]), running(runners[1]), running(runners[2]):
        for other in (KALININGRAD, LE_MANS, LODZ):
            reference = await clerks.found(legacy(NORFOLK, other))
            await clerks.record(SUSPEND, clerk(NORFOLK), on="2022-03-08", partnership=reference)
        assert await Shown(pool).reaches(6, 30)
    assert (await register.search(Filters(status="suspended"), Moment())).total == 3
    for standing in await status(pool, ledger):
        assert standing.sound
        assert sum(standing.counted.values()) == standing.position == 6


async def test_it_is_woken_by_the_ledger_when_it_may_listen(
    database: Database,
    pool: "asyncpg.Pool[asyncpg.Record]",
    ledger: PostgresLedger,
    clerks: Clerks,
) -> None:
    runner = Runner(pool, ledger, listen_dsn=database.direct_dsn)
    async with running(runner):
        await clerks.found(legacy())
        assert await Shown(pool).reaches(1, 30)


async def test_waiting_for_what_is_not_recorded_ends(
    pool: "asyncpg.Pool[asyncpg.Record]", runner: Runner
) -> None:
    await runner.catch_up()
    assert not await Shown(pool).reaches(1, 0.05)


class SetBack(PostgresLedger):
    """At the first look it ends two entries later than ever after, as where a standby took over."""

    seen = False

    async def head(self) -> Head:
        head = await super().head()
        if self.seen:
            return head
        self.seen = True
        return replace(head, position=head.position + 2)


async def test_reading_on_to_what_a_restore_took_away_ends(
    pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks
) -> None:
    await clerks.found(legacy())
    with pytest.raises(Forked, match="it ends at entry 1"):
        await Runner(pool, SetBack(pool)).catch_up()


async def test_who_waits_rings_so_that_a_resting_runner_looks(
    pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks, runner: Runner
) -> None:
    await runner.catch_up()
    await clerks.found(legacy())
    rung = asyncio.Event()
    waiting = asyncio.create_task(Shown(pool, ring=rung.set).reaches(1, 30))
    await rung.wait()
    await runner.catch_up()
    assert await waiting


async def test_a_ledger_that_is_another_one_is_noticed(
    pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks, runner: Runner
) -> None:
    await clerks.found(legacy())
    await runner.catch_up()
    restored = MemoryLedger()
    await Clerks(restored).record(legacy(NORFOLK, LODZ), IMPORT)
    with pytest.raises(Forked, match="stands at position 1"):
        await Runner(pool, restored).catch_up()
    assert not any(s.on_this_ledger for s in await status(pool, restored))


async def test_a_ledger_that_ends_before_the_cursor_is_noticed(
    pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks, runner: Runner
) -> None:
    await clerks.found(legacy())
    await runner.catch_up()
    other = Runner(pool, MemoryLedger())
    with pytest.raises(Forked):
        await other.catch_up()
    async with running(other) as task:
        with pytest.raises(Forked):
            await task


async def test_what_was_read_of_a_server_that_was_lost_is_not_written_on_the_one_that_took_over(
    pool: "asyncpg.Pool[asyncpg.Record]", runner: Runner
) -> None:
    lost, register = MemoryLedger(), RegisterProjection()
    await Clerks(lost).record(legacy(NORFOLK, LODZ), IMPORT)
    await runner.catch_up()
    places = live_places([register], SCHEMA)
    (cursor,) = (await cursors(pool, places)).values()
    batch = await read_after(lost, cursor, 10)

    assert await Writer(pool, lost, register, places[register.name]).take(cursor, batch)

    assert (await cursors(pool, places)) == {register.name: cursor}


class NothingShown:
    """It reads along, and keeps its cursor alone."""

    name, version = "nothing", 1
    keyed_by: Literal["partnership"] = "partnership"
    tables: tuple[Table, ...] = ()
    sql = "select"
    handles = RegisterProjection.handles

    async def apply(self, *_: object) -> None:
        pass


async def test_a_fail_over_between_the_look_at_the_cursor_and_that_at_the_ledger_is_no_fork(
    database: Database, pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks
) -> None:
    class TakenOver(PostgresLedger):
        """The server that took over lacks the last entry, and what was made of the first."""

        async def read_after(self, position: int, limit: int) -> Sequence[Recorded]:
            if position == 1:
                await cut(database, 1)
                await pool.execute(
                    f"update {SCHEMA}_views.projection_cursor set position = 0, counted = '{{}}', "
                    "leaf_hash = decode(repeat('00', 32), 'hex')"
                )
            return await super().read_after(position, limit)

    for other in (KALININGRAD, LE_MANS):
        await clerks.found(legacy(NORFOLK, other))
    projections = [NothingShown()]
    await Runner(pool, clerks.ledger, projections=projections).catch_up()
    taken_over = Runner(pool, TakenOver(pool), projections=projections)

    assert await taken_over.catch_up(to=1) == 1


class NextRegister(RegisterProjection):
    version = RegisterProjection.version + 1


async def test_two_releases_side_by_side_read_and_write_tables_of_their_own(
    pool: "asyncpg.Pool[asyncpg.Record]",
    ledger: PostgresLedger,
    clerks: Clerks,
    runner: Runner,
    register: PostgresRegister,
) -> None:
    await clerks.found(legacy())
    await runner.catch_up()
    newer = Runner(pool, ledger, projections=(NextRegister(), TimelineProjection()))
    async with running(newer), running(runner):
        await clerks.found(legacy(NORFOLK, LODZ))
        assert await Shown(pool).reaches(2, 30)
        assert await Shown(pool, projections=[NextRegister()]).reaches(2, 30)
    assert (await register.search(Filters(), Moment())).total == 2
    assert await pool.fetchval(f"select count(*) from {SCHEMA}_views.register_version_v7") == 2
    assert {standing.version for standing in await status(pool, ledger)} >= {6, 7}


async def test_tables_that_somebody_removed_are_built_again(
    database: Database,
    pool: "asyncpg.Pool[asyncpg.Record]",
    clerks: Clerks,
    runner: Runner,
    register: PostgresRegister,
) -> None:
    await clerks.found(legacy())
    await runner.catch_up()
    await pool.execute(
        f"delete from {SCHEMA}_views.projection_cursor where projection = 'register'"
    )
    await runner.catch_up()
    assert (await register.search(Filters(), Moment())).total == 1


async def test_what_was_not_counted_is_seen(
    pool: "asyncpg.Pool[asyncpg.Record]", ledger: PostgresLedger, clerks: Clerks, runner: Runner
) -> None:
    await clerks.found(legacy())
    await runner.catch_up()
    await clerks.found(legacy(NORFOLK, LODZ))
    assert {(s.sound, s.behind) for s in await status(pool, ledger)} == {(True, 1)}
    await pool.execute(f"update {SCHEMA}_views.projection_cursor set counted = '{{}}'")
    assert not any(s.sound for s in await status(pool, ledger))
