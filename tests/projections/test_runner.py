"""The runner: several side by side, and what it does when it must not go on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from msgspec import Raw

from adapters.ledger import MemoryLedger, PostgresLedger
from domain.ports import Actor, Condition, NewEvent, Submission
from projections.conservation import status
from projections.errors import EventRefused, Forked, ProjectionIsNewer, UnknownEvent
from projections.register import PostgresRegister, RegisterProjection
from projections.runner import Runner
from projections.shown import Shown
from projections.timeline import PostgresTimeline, TimelineProjection
from projections.views import Filters, LogFilters, Moment
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


async def append(ledger: PostgresLedger, type_: str, public: bytes) -> None:
    """An event that no command of this release would record."""
    event = NewEvent(type_, Raw(public), ("partnership:TL-0000-0000",))
    actor = Actor("register", "", "", "r-import", "administrator")
    nothing = Condition(frozenset(), 0)
    await ledger.append(Submission((event,), nothing, actor, "", "r", type_, b"d" * 32))


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


async def test_an_unknown_event_stops_the_projections_where_it_stands_and_is_named(
    ledger: PostgresLedger,
    clerks: Clerks,
    runner: Runner,
    register: PostgresRegister,
    timeline: PostgresTimeline,
) -> None:
    reference = await clerks.found(legacy())
    await append(ledger, "partnership.renamed.v9", b'{"partnership":"TL-0000-0000"}')
    await clerks.found(legacy(NORFOLK, LODZ))
    with pytest.raises(UnknownEvent, match=r"position 1: .*renamed\.v9.*newer") as stopped:
        await runner.catch_up()
    assert (stopped.value.position, stopped.value.event_type) == (1, "partnership.renamed.v9")
    # What came before is shown, what comes after is not shown as if nothing were between.
    assert (await register.search(Filters(), Moment())).total == 1
    told = (await timeline.log(LogFilters())).entries
    assert [one.item.partnership for one in told] == [reference]
    async with running(runner) as task:
        with pytest.raises(UnknownEvent):
            await task


async def test_an_event_that_cannot_follow_stops_the_projections_in_front_of_it(
    ledger: PostgresLedger, clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    await clerks.found(legacy())
    impossible = b'{"attestation":"Peace.","partnership":"TL-0000-0000"}'
    await append(ledger, "partnership.resumed.v1", impossible)
    with pytest.raises(EventRefused) as stopped:
        await runner.catch_up()
    assert stopped.value.position == 1
    assert (await register.search(Filters(), Moment())).total == 1


async def test_an_event_of_another_shape_than_its_type_has_stops_the_projections(
    ledger: PostgresLedger, runner: Runner
) -> None:
    await append(ledger, "partnership.resumed.v1", b'{"partnership":"TL-0000-0000"}')
    with pytest.raises(EventRefused, match="attestation"):
        await runner.catch_up()


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


class NextRegister(RegisterProjection):
    version = RegisterProjection.version + 1


async def test_tables_of_an_older_version_are_built_again_from_the_beginning(
    pool: "asyncpg.Pool[asyncpg.Record]",
    ledger: PostgresLedger,
    clerks: Clerks,
    runner: Runner,
    register: PostgresRegister,
) -> None:
    await clerks.found(legacy())
    await runner.catch_up()
    await pool.execute(f"delete from {SCHEMA}_views.register_version")
    newer = Runner(pool, ledger, projections=(NextRegister(), TimelineProjection()))
    await newer.catch_up()
    assert (await register.search(Filters(), Moment())).total == 1
    # The older release leaves them alone.
    with pytest.raises(ProjectionIsNewer, match="Run the newer release"):
        await Runner(pool, ledger).catch_up()


async def test_what_was_not_counted_is_seen(
    pool: "asyncpg.Pool[asyncpg.Record]", ledger: PostgresLedger, clerks: Clerks, runner: Runner
) -> None:
    await clerks.found(legacy())
    await runner.catch_up()
    await clerks.found(legacy(NORFOLK, LODZ))
    assert {(s.sound, s.behind) for s in await status(pool, ledger)} == {(True, 1)}
    await pool.execute(f"update {SCHEMA}_views.projection_cursor set counted = '{{}}'")
    assert not any(s.sound for s in await status(pool, ledger))
