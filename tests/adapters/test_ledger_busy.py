"""What the ledger answers when somebody holds it, or every connection: soon, and the truth."""

import asyncio
from collections.abc import AsyncIterator
from typing import TypeAlias

import asyncpg
import pytest

from adapters.ledger import LedgerUnavailable, PostgresLedger
from adapters.postgres.errors import NoFreeConnection
from adapters.postgres.pool import open_pool
from domain.errors import OutcomeUnknown
from tests.adapters.held import HOLD, SLOW_TYPE, Connection, until_waiting
from tests.adapters.proxy import proxied
from tests.adapters.submissions import event, submission
from tests.conftest import Database

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


@pytest.fixture
async def owner(database: Database) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database.owner_dsn)
    yield connection
    await connection.close()


@pytest.fixture
async def other(database: Database) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database.owner_dsn)
    yield connection
    await connection.close()


async def test_an_act_behind_somebody_who_holds_the_ledger_is_told_that_nothing_was_recorded(
    pool: Pool, owner: Connection
) -> None:
    ledger = PostgresLedger(pool, patience=1.0)
    acts = [submission(event("a"), key=f"k{n}") for n in range(40)]
    async with owner.transaction():
        await owner.execute(HOLD)
        answers = await asyncio.gather(*map(ledger.append, acts), return_exceptions=True)
        await until_waiting(owner, 0)  # nobody is left who would record it later

    assert {type(answer) for answer in answers} == {LedgerUnavailable}
    assert "another transaction holds the ledger and does not end. Send" in str(answers[0])
    assert (await ledger.head()).position == 0
    receipts = await asyncio.gather(*map(ledger.append, acts))  # the advice that the error gives
    assert not any(receipt.replayed for receipt in receipts)


async def test_an_act_whose_answer_was_lost_stays_in_doubt_while_somebody_holds_the_ledger(
    database: Database, owner: Connection, other: Connection
) -> None:
    async with proxied(database.app_dsn) as proxy, await open_pool(proxy.dsn, size=2) as pool:
        ledger = PostgresLedger(pool, patience=8.0)
        await ledger.append(submission(event("first")))
        await owner.execute(SLOW_TYPE)
        await owner.execute("select pg_advisory_lock(7)")
        act = submission(event("a", type="slow.v1"), key="k")
        proxy.once = "cut after it is done"
        append = asyncio.ensure_future(ledger.append(act))
        await until_waiting(owner, 1)
        async with other.transaction():
            holds = asyncio.ensure_future(other.execute(HOLD))
            await until_waiting(owner, 2)
            await owner.execute("select pg_advisory_unlock(7)")
            await holds  # it is recorded, nobody heard of it, and who asks again has to wait
            with pytest.raises(OutcomeUnknown, match="'k'"):
                await append

        receipt = await ledger.append(act)  # the advice that the error gives

    assert (receipt.first_position, receipt.replayed) == (2, True)


async def test_an_act_that_finds_no_free_connection_is_told_that_nothing_was_recorded(
    database: Database,
) -> None:
    async with await open_pool(database.app_dsn, size=2, patience=0.1) as pool:
        ledger = PostgresLedger(pool, patience=3_600.0)  # the pool's own is what counts
        act = submission(event("a"))
        async with pool.acquire(), pool.acquire(), asyncio.timeout(30):
            with pytest.raises(LedgerUnavailable, match=r"All 2 connections .* seconds\. Send"):
                await ledger.append(act)

        assert (await ledger.append(act)).first_position == 1


async def test_all_who_read_where_no_connection_is_free_are_told_together(
    database: Database,
) -> None:
    async with await open_pool(database.app_dsn, size=1, patience=0.1) as pool:
        ledger = PostgresLedger(pool)
        async with pool.acquire():
            readers = [ledger.read(frozenset({f"t{n}"})) for n in range(500)]
            answers = await asyncio.gather(*readers, return_exceptions=True)

        assert all(isinstance(answer, NoFreeConnection) for answer in answers)
        assert len({id(answer) for answer in answers}) <= 2  # one wait in vain on each way
        assert await ledger.read(frozenset({"t0"})) == []
