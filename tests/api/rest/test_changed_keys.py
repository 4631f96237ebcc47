"""What is noted of a command's key, changed by who owns the database: no hash covers it."""

import asyncio
from typing import Any, TypeAlias

import asyncpg
import pytest

from adapters.ledger import PostgresLedger
from domain.errors import CommandKeyUnsound
from domain.ports import Receipt, Submission
from tests.adapters.notary.desk import altered
from tests.adapters.submissions import event, submission
from tests.api.rest.programs import WITHDRAWAL, Program
from tests.conftest import Database

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
NOWHERE = "first_position = 99, last_position = 99"
BEFORE_THE_FIRST = "first_position = -1, last_position = 0"
ANOTHERS = "first_position = 1, last_position = 1"
WITH_ANOTHERS = "first_position = 1"
NO_RECORD = "reply = '\\xff00'"
RECOMMENDATION: dict[str, Any] = {
    "on": "2026-02-01",
    "deciding_body": "advisory_committee",
    "command": {"advisory_body": "Advisory Board", "advice": "for"},
}


async def _changed(database: Database, change: str) -> None:
    await altered(
        database.owner_dsn,
        f"update twinledger.command_key set {change} where last_position = 2",
        tables=("command_key",),
    )


@pytest.mark.parametrize("change", [NOWHERE, BEFORE_THE_FIRST, ANOTHERS, WITH_ANOTHERS, NO_RECORD])
@pytest.mark.parametrize(
    ("verb", "body"),
    [("record-recommendation", RECOMMENDATION), ("withdraw", WITHDRAWAL)],
    ids=["could be decided again", "could not"],
)
async def test_who_repeats_an_act_hears_that_what_is_noted_of_its_key_was_changed(
    change: str, verb: str, body: dict[str, Any], program: Program, database: Database
) -> None:
    act = f"/{(await program.propose()).json()['partnership']}/actions/{verb}"
    once = await program.act(act, body, key="once")
    assert once.status_code == 201, once.text
    await _changed(database, change)

    for _ in range(2):
        again = await program.act(act, body, key="once")
        assert (again.status_code, again.json()["code"]) == (503, "register-damaged"), again.text
        assert again.json()["detail"].startswith("The key 'once' is known, but")
        assert "restore the newest backup" in again.json()["detail"]
        assert again.json()["retryable"] is False
    assert await program.head() == 2


@pytest.mark.parametrize("time", ["2020-01-01", "infinity"])
async def test_who_repeats_an_act_is_told_the_time_that_its_entry_says(
    time: str, program: Program, database: Database
) -> None:
    act = f"/{(await program.propose()).json()['partnership']}/actions/withdraw"
    once = await program.act(act, WITHDRAWAL, key="once")
    await altered(database.owner_dsn, f"update twinledger.event set recorded_at = '{time}'")

    again = await program.act(act, WITHDRAWAL, key="once")

    assert again.json()["recorded_at"] == once.json()["recorded_at"]


@pytest.mark.parametrize("change", [NOWHERE, BEFORE_THE_FIRST])
async def test_the_neighbours_of_such_an_act_are_recorded(
    change: str, pool: Pool, database: Database
) -> None:
    ledger, once = PostgresLedger(pool), submission(event("record:b"), key="once")
    await ledger.append(submission(event("record:a")))
    await ledger.append(once)
    await _changed(database, change)

    before, repeated, behind = await _together(ledger, once)

    assert isinstance(repeated, CommandKeyUnsound)
    assert isinstance(before, Receipt)
    assert isinstance(behind, Receipt)
    assert (await ledger.head()).position == 4


async def test_who_repeats_an_act_whose_entry_is_no_entry_any_more_stops_no_neighbours(
    pool: Pool, database: Database
) -> None:
    ledger, once = PostgresLedger(pool), submission(event("record:b"), key="once")
    await ledger.append(once)
    await altered(database.owner_dsn, "update twinledger.event set leaf = 'x'")

    before, repeated, behind = await _together(ledger, once)

    assert isinstance(repeated, Receipt)
    assert repeated.replayed
    assert isinstance(before, Receipt)
    assert isinstance(behind, Receipt)


async def _together(
    ledger: PostgresLedger, repeated: Submission
) -> tuple[Receipt | BaseException, ...]:
    return await asyncio.gather(
        ledger.append(submission(event("record:c"))),
        ledger.append(repeated),
        ledger.append(submission(event("record:d"))),
        return_exceptions=True,
    )
