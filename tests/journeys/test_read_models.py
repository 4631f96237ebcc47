"""An operator looks after what people read: check, retry, rebuild, go back, forget."""

import asyncio

import pytest

from adapters.ledger import PostgresLedger
from adapters.postgres.pool import open_pool
from projections.all import PROJECTIONS
from tests.conftest import SCHEMA, Database
from tests.journeys.test_command_line import Desk
from tests.projections.played import LODZ, NORFOLK, Clerks, legacy
from tests.projections.test_parked import unknown


@pytest.fixture
def desk(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(database.only_dsn, str(tmp_path_factory.mktemp("data")))
    desk.done("init", "--name", "Register of Norfolk")
    return desk


def recorded(database: Database, *, unreadable: bool = False) -> str:
    """The reference of a partnership, and beside it another one."""

    async def record() -> str:
        async with await open_pool(database.app_dsn) as pool:
            ledger = PostgresLedger(pool)
            reference = await Clerks(ledger).found(legacy())
            if unreadable:
                await unknown(ledger, reference)
            await Clerks(ledger).found(legacy(NORFOLK, LODZ))
            return reference

    return asyncio.run(record())


def changed(database: Database, sql: str) -> None:
    async def change() -> None:
        async with await open_pool(database.only_dsn) as pool:
            await pool.execute(sql)

    asyncio.run(change())


def test_check_names_what_waits_and_why_and_a_retry_that_cannot_help_says_so(
    desk: Desk, database: Database
) -> None:
    reference = recorded(database, unreadable=True)
    desk.done("search")

    told = desk.refused("check")
    assert "register: agrees with the ledger up to entry 3.\n  2 of these entries are shown" in told
    assert f"entry 2, partnership:{reference}: this release does not know the type" in told
    assert "is recorded and safe, but not shown" in told
    assert "Incomplete from entry 2 on" in desk.call("show", reference).output
    again = desk.refused("retry", "register", f"partnership:{reference}")
    assert f"register, partnership:{reference}: entry 2 still waits" in again
    assert "Nothing waits for partnership:TL-0" in desk.done(
        "retry", "register", "partnership:TL-0"
    )


def test_a_rebuild_tells_what_differed_and_the_former_tables_come_back_on_demand(
    desk: Desk, database: Database
) -> None:
    recorded(database)
    desk.done("search")
    changed(database, f"update {SCHEMA}_views.register_version_v6 set tiers = '{{friendship}}'")

    told = desk.done("rebuild", "register")
    assert "2 rows differed" in told
    assert "`twinledger rebuild register --roll-back` brings the former back" in told
    assert "register: as before the last rebuild" in desk.done("rebuild", "register", "--roll-back")
    assert "2 rows differed" in desk.done("rebuild", "register")
    assert "Kept beside, of register" in desk.done("check")
    assert "register: removed register_state_v6_before" in desk.done("rebuild", "--forget")
    assert "Kept beside" not in desk.done("check")


def test_there_is_nothing_to_go_back_to_before_a_rebuild(desk: Desk) -> None:
    assert "A rebuild keeps one" in desk.refused("rebuild", "register", "--roll-back")


def test_a_rebuild_of_all_finds_the_same(desk: Desk, database: Database) -> None:
    recorded(database)
    desk.done("search")
    assert desk.done("rebuild").count("The same in every row and column") == len(PROJECTIONS)
