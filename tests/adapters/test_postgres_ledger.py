"""The ledger in Postgres keeps the contract, and what only a database can promise."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import asyncpg
import pytest

from adapters.ledger import PostgresLedger
from adapters.ledger.batcher import COMPANY
from adapters.postgres.pool import open_pool
from domain.errors import ConditionFailed
from domain.transparency.tree import leaf_hash
from tests.adapters.ledger_contract import LedgerContract
from tests.adapters.submissions import event, submission

if TYPE_CHECKING:
    from tests.conftest import Database


@pytest.fixture
def ledger(pool: "asyncpg.Pool[asyncpg.Record]") -> PostgresLedger:
    return PostgresLedger(pool)


class TestPostgresLedger(LedgerContract):
    pass


@pytest.mark.parametrize("wrong", [timedelta(hours=1), timedelta(hours=-1)])
async def test_a_host_whose_clock_is_wrong_records_at_the_databases_time(
    pool: "asyncpg.Pool[asyncpg.Record]", wrong: timedelta
) -> None:
    right = PostgresLedger(pool)
    astray = PostgresLedger(pool, clock=lambda: datetime.now(UTC) + wrong)

    receipts = [
        await ledger.append(submission(event("a"))) for ledger in (astray, right, astray, right)
    ]

    times = [receipt.recorded_at for receipt in receipts]
    assert times == sorted(times)
    moment = await pool.fetchval("select now()")
    assert all(abs(time - moment) < timedelta(minutes=10) for time in times)
    for read, receipt in zip(await right.read_after(0, 10), receipts, strict=True):
        time = receipt.recorded_at
        assert read.recorded_at == time
        assert read.leaf_hash == leaf_hash(read.leaf) == receipt.leaf_hash
        assert await pool.fetchval(
            "select recorded_at from twinledger.event where position = $1", read.position
        ) == time  # fmt: skip


async def test_a_clock_in_another_time_zone_records_the_same_moment(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    tokyo = timezone(timedelta(hours=9))
    ledger = PostgresLedger(pool, clock=lambda: datetime.now(tokyo))
    receipt = await ledger.append(submission(event("a")))
    (read,) = await ledger.read_after(0, 10)
    assert read.recorded_at == receipt.recorded_at


async def test_a_host_some_milliseconds_behind_the_last_append_does_not_turn_time_back(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    behind = PostgresLedger(pool, clock=lambda: datetime.now(UTC) - timedelta(milliseconds=500))
    first = await PostgresLedger(pool).append(submission(event("a")))
    second = await behind.append(submission(event("a")))
    assert second.recorded_at >= first.recorded_at
    *_, read = await behind.read_after(0, 10)
    assert (read.recorded_at, read.leaf_hash) == (second.recorded_at, leaf_hash(read.leaf))


async def test_appends_and_reads_go_on_with_a_pool_of_two(database: "Database") -> None:
    async with await open_pool(database.app_dsn, size=2) as pool:
        ledger = PostgresLedger(pool)
        appends = [ledger.append(submission(event(f"a{n}"))) for n in range(100)]
        reads = [ledger.head() for _ in range(20)]
        receipts = await asyncio.gather(*appends, *reads)
        assert len(receipts) == 120
        assert (await ledger.head()).position == 100


async def test_those_refused_in_a_crowd_are_told_and_all_others_stand(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    ledger = PostgresLedger(pool)
    await ledger.append(submission(event("taken"), key="known"))
    crowd = [
        submission(event(f"a{n}"), unless="taken" if n % 7 == 0 else None, key=f"k{n}")
        for n in range(100)
    ]
    crowd.append(submission(event("taken"), key="known"))

    answers = await asyncio.gather(*map(ledger.append, crowd), return_exceptions=True)

    refused = [n for n, answer in enumerate(answers) if isinstance(answer, ConditionFailed)]
    assert refused == list(range(0, 100, 7))
    known = answers.pop()
    assert not isinstance(known, BaseException)
    assert known.replayed
    assert (await ledger.head()).position == 1 + 100 - len(refused)


async def _groups(pool: "asyncpg.Pool[asyncpg.Record]", ledger: PostgresLedger) -> int:
    """In how many transactions a crowd of appends is stored that comes at once."""
    before = (await ledger.head()).position
    await asyncio.gather(*[ledger.append(submission(event(f"n:{n}"))) for n in range(2 * COMPANY)])
    groups: int = await pool.fetchval(
        "select count(distinct xmin::text) from twinledger.event where position > $1", before
    )
    return groups


async def test_a_crowd_is_stored_in_halves_and_whole_where_another_process_appends_too(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    ledger, another = PostgresLedger(pool), PostgresLedger(pool)
    await ledger.append(submission(event("a")))
    assert await _groups(pool, ledger) == 2

    await another.append(submission(event("b")))
    await ledger.append(submission(event("c")))
    assert await _groups(pool, ledger) == 1
    assert await _groups(pool, ledger) == 2
