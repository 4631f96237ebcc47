"""Connections kept for the next call: given back when nobody needs them, and never worn out."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import asyncpg
import pytest

from adapters.ledger import PostgresLedger
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.held import HeldConnections
from adapters.postgres.errors import LOST
from adapters.postgres.pool import PatientPool, open_pool
from tests.adapters.held import HOLD, Connection, until_waiting
from tests.adapters.processes import eventually
from tests.adapters.submissions import event, submission

if TYPE_CHECKING:
    from tests.conftest import Database


_OTHERS = """
    select pid from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
      and backend_type = 'client backend'
"""
_END_THE_APPEND = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'
"""


@pytest.fixture
async def few(database: "Database") -> AsyncIterator[PatientPool]:
    async with await open_pool(database.app_dsn, size=2) as pool:
        yield pool


@pytest.fixture
async def held(few: PatientPool) -> AsyncIterator[HeldConnections]:
    held = HeldConnections(few, patience=0.5)
    yield held
    await held.let_go()


@pytest.fixture
async def owner(database: "Database") -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database.owner_dsn)
    yield connection
    await connection.close()


async def one(held: HeldConnections, query: str) -> object:
    ((value,),) = await held.fetch(query)
    return value


def in_use(pool: PatientPool) -> int:
    return pool.get_size() - pool.get_idle_size()


async def test_what_reads_keep_is_given_back_when_nobody_reads(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    ledger = PostgresLedger(pool)
    for _ in range(3):
        await ledger.read(frozenset({"a"}))
    await asyncio.gather(*(ledger.read(frozenset({"a"})) for _ in range(20)))

    await asyncio.to_thread(eventually, lambda: pool.get_idle_size() == pool.get_size())


@pytest.mark.parametrize("size", [1, 2, 3, 10])
async def test_an_append_has_its_turn_while_reads_keep_coming(
    database: "Database", size: int
) -> None:
    async with await open_pool(database.app_dsn, size=size, patience=10) as pool:
        ledger, appended = PostgresLedger(pool), asyncio.Event()

        async def reader() -> None:
            while not appended.is_set():
                await ledger.read(frozenset({"a"}))

        readers = [asyncio.create_task(reader()) for _ in range(8)]
        await asyncio.sleep(0.05)
        try:
            receipt = await ledger.append(submission(event("a")))
            assert (await ledger.head()).position == receipt.last_position
        finally:
            appended.set()
            await asyncio.gather(*readers)
        assert receipt.last_position == 1


async def test_when_an_append_lost_its_line_no_read_goes_on_by_one_of_before(
    database: "Database", owner: Connection
) -> None:
    """It may lead to a server that is no longer the primary. Of a pooler's lines we see nothing."""
    over = asyncio.Event()
    async with await open_pool(database.direct_dsn, size=10) as pool:
        ledger = PostgresLedger(pool)

        async def reader() -> None:
            while not over.is_set():
                await ledger.read(frozenset({"a"}))

        reading = asyncio.create_task(reader())
        await asyncio.sleep(0.1)
        before = await owner.fetch(_OTHERS)
        async with owner.transaction():
            await owner.execute(HOLD)
            appending = asyncio.create_task(ledger.append(submission(event("a"))))
            await until_waiting(owner, 1)
            await owner.execute(_END_THE_APPEND)
        await appending

        for _ in range(100):
            await ledger.read(frozenset({"b"}))
        after = await owner.fetch(_OTHERS)
        over.set()
        await reading
    assert before
    assert not set(before) & set(after)


async def test_the_next_call_has_the_same_connection(
    few: PatientPool, held: HeldConnections
) -> None:
    asked = "select pg_backend_pid()"
    assert await one(held, asked) == await one(held, asked)
    assert in_use(few) == 1
    await held.let_go()
    assert in_use(few) == 0


async def test_a_query_that_failed_or_was_given_up_keeps_no_connection(
    few: PatientPool, held: HeldConnections
) -> None:
    with pytest.raises(asyncpg.UndefinedTableError):
        await held.fetch("select from no_such_table")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await held.fetch("select pg_sleep(60)")
    assert in_use(few) == 0
    assert await one(held, "select 1") == 1


async def test_who_gives_up_or_meets_a_silent_server_does_not_wait_for_it(
    few: PatientPool, held: HeldConnections, owner: Connection
) -> None:
    """A stopped process answers nobody, and no request to cancel either."""
    stopped = await one(held, "select pg_backend_pid()")
    assert isinstance(stopped, int)
    os.kill(stopped, signal.SIGSTOP)
    try:
        async with asyncio.timeout(10):
            with pytest.raises(LOST):
                await held.fetch("select 1")
            assert in_use(few) == 0
            stopped_too = await one(held, "select pg_backend_pid()")
            assert isinstance(stopped_too, int)
            os.kill(stopped_too, signal.SIGSTOP)
            try:
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.05):
                        await held.fetch("select 1")
                assert in_use(few) == 0
            finally:
                os.kill(stopped_too, signal.SIGCONT)
    finally:
        os.kill(stopped, signal.SIGCONT)


async def test_a_pool_that_closes_is_closed_while_reads_and_appends_keep_coming(
    database: "Database",
) -> None:
    pool = await open_pool(database.app_dsn, size=10)
    ledger = PostgresLedger(pool, patience=5)

    async def goes_on(work: Callable[[], Awaitable[object]]) -> None:
        with suppress(*LOST, LedgerUnavailable):
            while True:
                await work()

    working = [
        *(asyncio.create_task(goes_on(lambda: ledger.read(frozenset({"a"})))) for _ in range(4)),
        *(
            asyncio.create_task(goes_on(lambda: ledger.append(submission(event("a")))))
            for _ in range(4)
        ),
    ]
    await asyncio.sleep(0.1)
    async with asyncio.timeout(20):
        await pool.close()
        await asyncio.gather(*working)


async def test_who_was_under_way_when_others_were_hung_up_is_not_kept(
    few: PatientPool, held: HeldConnections
) -> None:
    under_way = asyncio.create_task(one(held, "select 'its answer' from pg_sleep(0.1)"))
    await asyncio.sleep(0.02)
    held.hang_up()
    assert await under_way == "its answer"
    assert in_use(few) == 0


async def test_what_was_hung_up_is_no_longer_used(few: PatientPool, held: HeldConnections) -> None:
    await held.fetch("select 1")
    held.hang_up()
    assert in_use(few) == 0
    assert await one(held, "select 1") == 1
