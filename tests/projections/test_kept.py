"""What was live before a rebuild: kept, brought back without losing anything, forgotten."""

import asyncio

import asyncpg
import pytest

from adapters.ledger import PostgresLedger
from domain.refusals import NotFound
from projections.errors import Forked
from projections.kept import forget, kept, roll_back
from projections.rebuild import rebuild
from projections.register import PostgresRegister, RegisterProjection
from projections.runner import Runner
from projections.shown import Shown
from projections.timeline import PostgresTimeline
from projections.views import Filters, Moment
from tests.api.set_back import cut
from tests.conftest import SCHEMA, Database
from tests.projections.played import LE_MANS, LODZ, NORFOLK, Clerks, legacy
from tests.projections.test_rebuild import more, running, traffic


async def tiers(pool: "asyncpg.Pool[asyncpg.Record]") -> list[str]:
    rows = await pool.fetch(
        f"select tiers from {SCHEMA}_views.register_version_v6 order by from_position"
    )
    return [row["tiers"][0] for row in rows]


async def test_the_tables_before_a_rebuild_come_back_with_all_that_was_recorded_since(
    pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    await clerks.found(legacy())
    await runner.catch_up()
    await pool.execute(f"update {SCHEMA}_views.register_version_v6 set tiers = '{{friendship}}'")
    await rebuild(pool, clerks.ledger, SCHEMA, ["register"])
    await clerks.found(legacy(NORFOLK, LODZ))
    await runner.catch_up()
    assert await tiers(pool) == ["sister", "sister"]

    assert await roll_back(pool, clerks.ledger, SCHEMA, ["register"]) == (2,)
    assert await tiers(pool) == ["friendship", "sister"]
    await clerks.found(legacy(NORFOLK, LE_MANS))
    assert await roll_back(pool, clerks.ledger, SCHEMA, ["register"]) == (3,)
    assert await tiers(pool) == ["sister", "sister", "sister"]
    assert (await register.search(Filters(), Moment())).total == 3


async def test_no_read_fails_while_tables_are_rebuilt_swapped_and_rolled_back(
    pool: "asyncpg.Pool[asyncpg.Record]",
    clerks: Clerks,
    runner: Runner,
    register: PostgresRegister,
) -> None:
    await traffic(clerks, 4)
    await runner.catch_up()
    reference = (await register.search(Filters(), Moment())).rows[0].partnership
    timeline, done = PostgresTimeline(pool), asyncio.Event()
    read = 0

    async def hammer() -> None:
        nonlocal read
        while not done.is_set():
            assert (await register.search(Filters(status="active"), Moment())).rows
            assert (await register.counts(Moment())).by_status["active"] >= 4
            assert len([facts async for facts in register.facts(Moment())]) >= 4
            assert len(await timeline.of(reference)) == 5
            read += 1

    async def shown_never_goes_back() -> None:
        before = 0
        while not done.is_set():
            now = (await Shown(pool).head()).position
            assert now >= before
            before = now

    async with running(runner):
        readers = [asyncio.create_task(hammer()) for _ in range(4)]
        readers.append(asyncio.create_task(shown_never_goes_back()))
        writing = asyncio.create_task(more(clerks, 40))
        for _ in range(3):
            await rebuild(pool, clerks.ledger, SCHEMA, ["register", "timeline"])
            await roll_back(pool, clerks.ledger, SCHEMA, ["timeline", "register"])
        await writing
        done.set()
        await asyncio.gather(*readers)
        head = (await clerks.ledger.head()).position
        assert await Shown(pool).reaches(head, 30)
    assert read >= 4


async def test_only_one_former_set_is_kept_until_it_is_forgotten(
    pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks, runner: Runner
) -> None:
    await clerks.found(legacy())
    await runner.catch_up()
    for _ in range(2):
        await rebuild(pool, clerks.ledger, SCHEMA, ["communities"])
    assert [one.tables for one in await kept(pool, SCHEMA)] == [("community_version_v2_before",)]
    assert len(await forget(pool, clerks.ledger, SCHEMA)) == 1
    assert await kept(pool, SCHEMA) == ()
    with pytest.raises(NotFound, match="A rebuild keeps one"):
        await roll_back(pool, clerks.ledger, SCHEMA, ["communities"])


class NextRegister(RegisterProjection):
    version = RegisterProjection.version + 1


async def test_tables_of_an_older_release_are_kept_until_they_are_forgotten(
    pool: "asyncpg.Pool[asyncpg.Record]", clerks: Clerks, runner: Runner
) -> None:
    await clerks.found(legacy())
    await runner.catch_up()
    newer = [NextRegister()]
    await Runner(pool, clerks.ledger, projections=newer).catch_up()
    assert [one.version for one in await kept(pool, SCHEMA, newer)] == [6]
    assert await kept(pool, SCHEMA, [RegisterProjection()]) == ()  # what is newer is not its own
    (gone,) = await forget(pool, clerks.ledger, SCHEMA, projections=newer)
    assert gone.tables == ("register_state_v6", "register_version_v6", "register_span_v6")
    await runner.catch_up()  # an older release that still runs builds them again
    assert await tiers(pool) == ["sister"]


async def test_tables_that_are_not_of_this_ledger_are_not_brought_back(
    database: Database,
    pool: "asyncpg.Pool[asyncpg.Record]",
    ledger: PostgresLedger,
    clerks: Clerks,
    runner: Runner,
) -> None:
    await clerks.found(legacy())
    await clerks.found(legacy(NORFOLK, LODZ))
    await runner.catch_up()
    await cut(database, 1)
    await clerks.found(legacy(NORFOLK, LE_MANS))
    await rebuild(pool, ledger, SCHEMA, ["register"])
    with pytest.raises(Forked):
        await roll_back(pool, ledger, SCHEMA, ["register"])
    await Runner(pool, ledger, projections=[RegisterProjection()]).catch_up()
