"""An operator looks after what people read: check, retry, rebuild, go back, forget."""

import asyncio

import pytest

from adapters.ledger import PostgresLedger
from adapters.postgres.pool import open_pool
from domain.values import PartnershipId
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


def recorded(database: Database, *, unreadable: bool = False, newest: bool = False) -> str:
    """The reference of a partnership, and beside it another one; where an entry of the first is
    `unreadable`, it may be the `newest` of all.
    """

    async def record() -> str:
        async with await open_pool(database.app_dsn) as pool:
            ledger = PostgresLedger(pool)
            reference = await Clerks(ledger).found(legacy())
            if unreadable and not newest:
                await unknown(ledger, reference)
            await Clerks(ledger).found(legacy(NORFOLK, LODZ))
            if unreadable and newest:
                await unknown(ledger, reference)
            return reference

    return asyncio.run(record())


def only_unreadable(database: Database, reference: str) -> None:
    async def record() -> None:
        async with await open_pool(database.app_dsn) as pool:
            await unknown(PostgresLedger(pool), PartnershipId(reference))

    asyncio.run(record())


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


def test_whatever_is_read_says_from_which_entry_on_it_is_incomplete_also_the_newest(
    desk: Desk, database: Database
) -> None:
    reference = recorded(database, unreadable=True, newest=True)

    for words in (("log",), ("log", "--format", "csv"), ("history", reference), ("search",)):
        assert "Incomplete from entry 3 on" in desk.call(*words).stderr, words
    assert desk.done("log", "--format", "csv").splitlines()[1].endswith(",3")
    for words in (("log",), ("history", reference)):
        assert desk.call(*words, "--position", "2").stderr == ""


def test_a_record_of_which_nothing_can_be_shown_is_not_said_to_be_missing(
    desk: Desk, database: Database
) -> None:
    only_unreadable(database, "TL-7K3Q-9FZM")

    for command in ("show", "history"):
        told = desk.refused(command, "TL-7K3Q-9FZM")
        assert "It is recorded, but its entries from 1 on cannot be shown" in told


def test_a_report_that_would_lack_an_entry_is_refused_with_what_can_be_asked_for_instead(
    desk: Desk, database: Database
) -> None:
    recorded(database, unreadable=True)
    report = ("report", "sister-city-transparency", "--as-of", "2026-11-01")

    told = desk.refused(*report)
    assert "Entry 2 is recorded and not yet shown here." in told
    assert "Ask for what was known at position 1, which is whole" in told
    desk.done(*report, "--position", "1")


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
