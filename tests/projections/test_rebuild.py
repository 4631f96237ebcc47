"""A rebuild equals the live tables, whatever happened to them, and nobody who reads notices."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from adapters.ledger import PostgresLedger
from domain.ports import Head
from domain.refusals import NotFound
from domain.values import CommunityId, Party
from projections.conservation import status
from projections.cursor import cursors
from projections.errors import AlreadyRebuilding, EntriesMissing, ShowsLess
from projections.kept import kept
from projections.rebuild import rebuild
from projections.register import PostgresRegister, RegisterProjection
from projections.runner import Runner
from projections.shadow import REBUILT, Beside
from projections.shown import Shown
from projections.timeline import PostgresTimeline
from projections.views import Filters, Moment
from tests.adapters.notary.desk import altered
from tests.api.set_back import cut
from tests.conftest import SCHEMA, Database
from tests.projections.played import LE_MANS, LODZ, NORFOLK, RESUME, SUSPEND, Clerks, clerk, legacy


def partners(count: int) -> Iterator[Party]:
    for number in range(count):
        yield Party(CommunityId(f"Q{9000 + number}"), f"Town {number}", "FR")


async def traffic(clerks: Clerks, count: int) -> None:
    """Partnerships that are recorded, suspended, resumed and corrected, all at the same time."""

    async def life(other: Party) -> None:
        founded = await clerks.record(legacy(NORFOLK, other, since="1992"))
        assert founded.receipt is not None
        by, reference = clerk(NORFOLK), founded.partnership
        await clerks.record(SUSPEND, by, on="2022-03-08", partnership=reference)
        await clerks.record(RESUME, by, on="2025-05", partnership=reference)
        await clerks.corrected(reference, founded.receipt.first_position, "since", "1982")

    await asyncio.gather(*(life(other) for other in partners(count)))


@asynccontextmanager
async def running(runner: Runner) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(runner.run(stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def more(clerks: Clerks, count: int) -> None:
    """Traffic with other towns than before."""
    for number in range(count):
        other = Party(CommunityId(f"Q{7000 + number}"), f"Village {number}", "PL")
        founded = await clerks.record(legacy(NORFOLK, other))
        await clerks.record(
            SUSPEND, clerk(NORFOLK), on="2022-03-08", partnership=founded.partnership
        )


async def test_a_row_that_was_tampered_with_is_named_and_put_right(
    pool: "asyncpg.Pool[asyncpg.Record]",
    clerks: Clerks,
    runner: Runner,
    register: PostgresRegister,
) -> None:
    reference = await clerks.found(legacy())
    await runner.catch_up()
    await pool.execute(f"update {SCHEMA}_views.register_version_v6 set tiers = array['friendship']")
    (first, *others) = await rebuild(pool, clerks.ledger, SCHEMA)
    assert (first.projection, first.same, first.different_rows) == ("register", False, 1)
    assert [(d.table, d.key, d.what) for d in first.differences] == [
        ("register_version", (reference, "1"), "was another")
    ]
    assert all(other.same for other in others)
    found = await register.search(Filters(tier="sister"), Moment())
    assert [row.partnership for row in found.rows] == [reference]


async def test_rows_that_are_missing_or_too_many_are_named_table_by_table(
    pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks, runner: Runner
) -> None:
    reference = await clerks.found(legacy())
    await runner.catch_up()
    views = f"{SCHEMA}_views"
    await pool.execute(f"delete from {views}.register_state_v6")
    await pool.execute(
        f"insert into {views}.register_span_v6 select 'TL-0000-0000', from_position, number, "
        f"status, possible_from, certain_from, certain_until, possible_until "
        f"from {views}.register_span_v6 where number = 0"
    )
    (rebuilt,) = await rebuild(pool, clerks.ledger, SCHEMA, ["register"])
    assert (rebuilt.same, rebuilt.different_rows) == (False, 2)
    assert [(d.table, d.key, d.what) for d in rebuilt.differences] == [
        ("register_state", (reference,), "was missing"),
        ("register_span", ("TL-0000-0000", "1", "0"), "was too many"),
    ]
    (again,) = await rebuild(pool, clerks.ledger, SCHEMA, ["register"])
    assert (again.same, again.digest) == (True, rebuilt.digest)


async def test_of_many_differences_all_are_counted_and_the_first_are_named(
    pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks, runner: Runner
) -> None:
    for other in partners(30):
        await clerks.found(legacy(NORFOLK, other))
    await runner.catch_up()
    await pool.execute(f"update {SCHEMA}_views.timeline_item_v7 set role = 'nobody'")
    (rebuilt,) = await rebuild(pool, clerks.ledger, SCHEMA, ["timeline"])
    assert rebuilt.different_rows == 30
    assert [d.key for d in rebuilt.differences] == [(str(n),) for n in range(1, 21)]


async def test_reading_and_writing_go_on_during_rebuilds(
    pool: "asyncpg.Pool[asyncpg.Record]",
    clerks: Clerks,
    runner: Runner,
    register: PostgresRegister,
    timeline: PostgresTimeline,
) -> None:
    reference = await clerks.found(legacy())
    await runner.catch_up()
    done = asyncio.Event()

    async def read() -> int:
        times = 0
        while not done.is_set():
            assert await register.get(reference, Moment()) is not None
            assert (await register.search(Filters(), Moment())).rows
            assert len([facts async for facts in register.facts(Moment())]) > 0
            assert len(await timeline.of(reference)) == 1
            times += 1
        return times

    async with running(runner):
        reading = asyncio.create_task(read())
        writing = asyncio.create_task(more(clerks, 10))
        for _ in range(3):
            assert all(rebuilt.same for rebuilt in await rebuild(pool, clerks.ledger, SCHEMA))
        await writing
        done.set()
        assert await reading > 0
        head = (await clerks.ledger.head()).position
        assert await Shown(pool).reaches(head, 30)
    assert (await register.search(Filters(), Moment())).total == 11


async def test_what_is_built_does_not_run_ahead_of_a_live_read_model_that_is_behind(
    pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks, runner: Runner
) -> None:
    await clerks.found(legacy())
    await runner.catch_up()
    one = Beside(pool, clerks.ledger, SCHEMA, RegisterProjection())
    await one.begin()
    await more(clerks, 3)
    async with one.standing(one.runner(REBUILT)):
        for place in (one.live, one.place(REBUILT)):
            assert (await cursors(pool, {"register": place}))["register"].position == 1


class SeenEarlier(PostgresLedger):
    """At the first look it ends earlier than it does: what follows comes during the rebuild."""

    ends: Head | None = None

    async def head(self) -> Head:
        ends, self.ends = self.ends, None
        return ends or await super().head()


async def test_what_was_recorded_during_a_rebuild_is_no_difference(
    pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks, runner: Runner
) -> None:
    await clerks.found(legacy())
    ledger = SeenEarlier(pool)
    ledger.ends = await ledger.head()
    await more(clerks, 3)
    await runner.catch_up()
    for one in await rebuild(pool, ledger, SCHEMA):
        assert (one.position, one.different_rows, one.same) == (7, 0, True), one.projection


async def test_tables_of_another_ledger_are_replaced_by_those_of_this_one(
    database: Database,
    pool: "asyncpg.Pool[asyncpg.Record]",
    clerks: Clerks,
    runner: Runner,
    register: PostgresRegister,
) -> None:
    there = await clerks.found(legacy())
    await clerks.found(legacy(NORFOLK, LODZ))
    await runner.catch_up()
    await cut(database, 1)
    reference = await clerks.found(legacy(NORFOLK, LE_MANS))
    rebuilt = await rebuild(pool, clerks.ledger, SCHEMA)
    assert {(one.position, one.digest_live) for one in rebuilt} == {(2, None)}
    await runner.catch_up()
    page = await register.search(Filters(), Moment())
    assert {row.partnership for row in page.rows} == {there, reference}


async def test_what_shows_more_stays_where_a_rebuild_meets_an_entry_that_was_changed(
    pool: "asyncpg.Pool[asyncpg.Record]",
    clerks: Clerks,
    runner: Runner,
    register: PostgresRegister,
    database: Database,
) -> None:
    reference = await clerks.found(legacy())
    await runner.catch_up()
    await altered(database.owner_dsn, "update twinledger.event set leaf = 'x'")

    with pytest.raises(ShowsLess, match="it cannot show entry 1, and what is live may"):
        await rebuild(pool, clerks.ledger, SCHEMA, ["timeline", "register"])
    assert await register.get(reference, Moment()) is not None

    (swapped,) = await rebuild(pool, clerks.ledger, SCHEMA, ["register"], anyway=True)
    assert (swapped.parked, swapped.parked_live) == (1, 0)
    assert await register.get(reference, Moment()) is None
    (again,) = await rebuild(pool, clerks.ledger, SCHEMA, ["register"])
    assert again.same
    # What was kept of the register is not lost to a rebuild that stops at the timeline.
    with pytest.raises(ShowsLess, match="rebuild of the timeline"):
        await rebuild(pool, clerks.ledger, SCHEMA)
    assert "register" in {one.projection for one in await kept(pool, SCHEMA)}


async def test_what_is_live_stays_where_the_ledger_lacks_an_entry(
    pool: "asyncpg.Pool[asyncpg.Record]",
    clerks: Clerks,
    runner: Runner,
    register: PostgresRegister,
    database: Database,
) -> None:
    reference = await clerks.found(legacy(NORFOLK, LE_MANS))
    await clerks.found(legacy(NORFOLK, LODZ))
    await runner.catch_up()
    await altered(database.owner_dsn, "delete from twinledger.event where position = 1")

    with pytest.raises(EntriesMissing, match="1 entry is missing in the ledger up to there"):
        await rebuild(pool, clerks.ledger, SCHEMA)
    assert await register.get(reference, Moment()) is not None
    assert {one.missing for one in await status(pool, clerks.ledger, SCHEMA)} == {1}

    await rebuild(pool, clerks.ledger, SCHEMA, anyway=True)
    assert await register.get(reference, Moment()) is None
    assert {one.missing for one in await status(pool, clerks.ledger, SCHEMA)} == {1}


async def test_an_entry_that_was_put_right_hides_none_that_was_changed_since(
    pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks, runner: Runner, database: Database
) -> None:
    for other in partners(2):
        await clerks.found(legacy(NORFOLK, other))
    await pool.execute("create table twinledger_views.was as select * from twinledger.event")
    await altered(database.owner_dsn, "update twinledger.event set leaf = 'x' where position = 1")
    await runner.catch_up()
    await altered(
        database.owner_dsn,
        "update twinledger.event e set leaf = w.leaf "
        "from twinledger_views.was w where w.position = e.position",
        "update twinledger.event set leaf = 'x' where position = 2",
    )

    with pytest.raises(ShowsLess, match="it cannot show entry 2"):
        await rebuild(pool, clerks.ledger, SCHEMA, ["register"])


async def test_only_one_process_rebuilds_a_projection(
    pool: "asyncpg.Pool[asyncpg.Record]", ledger: PostgresLedger, runner: Runner
) -> None:
    await runner.catch_up()
    results = await asyncio.gather(
        rebuild(pool, ledger, SCHEMA, ["register"]),
        rebuild(pool, ledger, SCHEMA, ["register"]),
        return_exceptions=True,
    )
    refused = [result for result in results if isinstance(result, BaseException)]
    assert [type(error) for error in refused] == [AlreadyRebuilding]


async def test_what_there_is_to_rebuild_is_named(
    pool: "asyncpg.Pool[asyncpg.Record]", ledger: PostgresLedger
) -> None:
    with pytest.raises(NotFound, match="There are: register, timeline"):
        await rebuild(pool, ledger, SCHEMA, ["registry"])
