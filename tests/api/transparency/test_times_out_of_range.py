"""A time that no program can hold, put in a row by who owns the database, stops nothing."""

import asyncpg
import pytest

from adapters.ledger import PostgresLedger
from adapters.notary.standing import Standings
from domain.ports import Unreadable
from tests.adapters.notary.desk import NotaryDesk, altered
from tests.adapters.submissions import event, submission
from tests.api.desk import Desk
from tests.conftest import Database

TIMES = ("294276-12-31", "0044-03-15 BC", "infinity", "-infinity")
every_time = pytest.mark.parametrize("time", TIMES)
READ = (
    *("/healthz", "/metrics", "/partnerships", "/history", "/verify", "/checkpoint"),
    *("/entries/1", "/entries/2", "/entries/2/proof", "/bundle.zip", "/log-policy"),
    *("/api/v1/partnerships", "/api/v1/entries?after=0", "/api/v1/entries?after=1"),
)


@pytest.fixture
async def signed(desk: Desk, notary: NotaryDesk) -> Desk:
    """A register of three records with one entry each, all of them signed."""
    for number in range(3):
        names = {"counterpart.community": f"us-town-{number}", "counterpart.country": "US"}
        await desk.propose(**names, **{"counterpart.name": f"Town {number}"})
    await notary.sign()
    return desk


async def _require_all_read(desk: Desk) -> None:
    for address in READ:
        answer = await desk.client.get(address)
        assert answer.status_code == 200, (address, answer.text)


@every_time
@pytest.mark.parametrize("table", ["head", "checkpoint", "log_key"])
async def test_every_page_is_answered_where_the_time_of_the_end_or_a_signature_is_none(
    time: str, table: str, signed: Desk, notary: NotaryDesk, database: Database
) -> None:
    column = {"head": "recorded_at", "checkpoint": "published_at", "log_key": "announced_at"}
    await altered(
        database.owner_dsn,
        f"update twinledger.{table} set {column[table]} = '{time}'",
        tables=(table,),
    )

    await _require_all_read(signed)
    assert (await PostgresLedger(notary.pool).head()).position == 3
    assert (await Standings(notary.pool).now()).signed == 3


@every_time
async def test_an_entry_that_is_unreadable_and_of_no_time_is_named_and_the_others_are_read(
    time: str, signed: Desk, database: Database
) -> None:
    changed = f"set recorded_at = '{time}', leaf = 'x' where position = 2"
    await altered(database.owner_dsn, f"update twinledger.event {changed}")

    first, second, third = await signed.services.ledger.read_after(0, 10)
    assert isinstance(second, Unreadable)
    assert (first.position, second.position, third.position) == (1, 2, 3)
    for address in READ:
        answer = await signed.client.get(address)
        assert answer.status_code < 500, (address, answer.text)


@every_time
async def test_who_repeats_a_command_whose_entry_has_no_time_has_its_answer(
    time: str, pool: "asyncpg.Pool[asyncpg.Record]", database: Database
) -> None:
    ledger, once = PostgresLedger(pool), submission(event("record:a"), key="once")
    await ledger.append(once)
    changed = f"update twinledger.event set recorded_at = '{time}'"
    await altered(database.owner_dsn, changed)

    again = await ledger.append(once)
    known = await ledger.receipt_of(once.command_scope, once.command_key, once.digest)
    assert known is not None
    assert (again.first_position, again.replayed, known.first_position) == (1, True, 1)
