"""What the ledger answers when the line, the clock or the database fails: never twice, never lost.

Each loss is tried both ways: the append had not happened, and it had.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

import asyncpg
import pytest

from adapters.ledger import LedgerUnavailable, PostgresLedger
from adapters.postgres.pool import open_pool
from domain.errors import NotCanonical, OutcomeUnknown
from domain.ports import Receipt
from tests.adapters.held import SLOW_TYPE, until_waiting
from tests.adapters.proxy import WHOLE, CutAt, Proxy, proxied
from tests.adapters.submissions import event, submission

if TYPE_CHECKING:
    from tests.conftest import Database

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

KILL = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'
"""


@pytest.fixture
async def proxy(database: "Database") -> AsyncIterator[Proxy]:
    async with proxied(database.app_dsn) as line:
        yield line


@pytest.fixture
async def owner(database: "Database") -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database.owner_dsn)
    yield connection
    await connection.close()


@pytest.fixture
async def cuttable(proxy: Proxy) -> AsyncIterator[PostgresLedger]:
    """A ledger behind the proxy that has appended one event, so that it is connected."""
    async with await open_pool(proxy.dsn, size=2) as pool:
        ledger = PostgresLedger(pool)
        await ledger.append(submission(event("first")))
        yield ledger


async def test_an_append_whose_reply_was_lost_is_found_and_reported_as_done(
    cuttable: PostgresLedger, proxy: Proxy
) -> None:
    proxy.once = "cut after it is done"

    receipt = await cuttable.append(submission(event("a"), unless="a", reply=b"done"))

    assert (receipt.first_position, receipt.reply, receipt.replayed) == (2, b"done", False)
    assert (await cuttable.head()).position == 2


async def test_an_append_that_never_arrived_is_sent_again(
    cuttable: PostgresLedger, proxy: Proxy
) -> None:
    proxy.once = "cut before it arrives"

    receipt = await cuttable.append(submission(event("a"), unless="a"))

    assert (receipt.first_position, receipt.replayed) == (2, False)
    assert (await cuttable.head()).position == 2


async def test_what_is_sent_again_says_a_time_of_its_own_and_is_never_taken_for_what_was_lost(
    proxy: Proxy,
) -> None:
    proposed: list[datetime] = []

    def clock() -> datetime:
        proposed.append(datetime.now(UTC))
        return proposed[-1]

    async with await open_pool(proxy.dsn, size=2) as pool:
        ledger = PostgresLedger(pool, clock=clock)
        await ledger.append(submission(event("first")))
        proxy.once = "cut before it arrives"

        receipt = await ledger.append(submission(event("a")))

    assert len(proposed) == 3
    assert receipt.recorded_at == proposed[2]


async def test_a_whole_group_survives_a_lost_reply(cuttable: PostgresLedger, proxy: Proxy) -> None:
    proxy.once = "cut after it is done"

    receipts = await asyncio.gather(
        *[cuttable.append(submission(event(f"t{n}"), unless=f"t{n}")) for n in range(20)]
    )

    assert [r.first_position for r in receipts] == list(range(2, 22))
    assert not any(r.replayed for r in receipts)


async def test_wherever_the_line_is_cut_an_append_is_recorded_once_and_reported_as_done(
    cuttable: PostgresLedger, proxy: Proxy
) -> None:
    proxy.once = CutAt(0)
    await cuttable.append(submission(event("first of them")))
    end = proxy.sent
    cuts = [CutAt(sent) for sent in range(1, end, end // 20)]
    cuts += [CutAt(WHOLE, answered) for answered in range(0, 400, 17)]  # 400 is more than there is

    for number, cut in enumerate(cuts, 3):
        proxy.once = cut
        act = submission(event(f"t{number}"), unless=f"t{number}", reply=b"done")
        receipt = await cuttable.append(act)
        assert (receipt.first_position, receipt.reply) == (number, b"done"), cut
        assert not receipt.replayed, cut

    assert (await cuttable.head()).position == 2 + len(cuts)


async def test_who_repeats_an_act_while_the_line_is_cut_still_gets_the_first_answer(
    cuttable: PostgresLedger, proxy: Proxy
) -> None:
    act = submission(event("a"), key="k", reply=b"done")
    await cuttable.append(act)
    proxy.once = "cut after it is done"

    receipt = await cuttable.append(act)

    assert (receipt.first_position, receipt.replayed) == (2, True)


async def test_when_the_line_stays_cut_the_answer_is_that_nobody_knows(
    proxy: Proxy, owner: Connection
) -> None:
    async with await open_pool(proxy.dsn, size=2) as pool:
        ledger = PostgresLedger(pool, patience=0.3)
        await ledger.append(submission(event("first")))
        act = submission(event("a"), key="k", unless="a")
        proxy.once, proxy.always = "cut after it is done", "cut before it arrives"
        with pytest.raises(OutcomeUnknown, match="'k'"):
            await ledger.append(act)
        proxy.always = "pass"

        receipt = await ledger.append(act)  # the advice that the error gives

    assert (receipt.first_position, receipt.replayed) == (2, True)
    assert await owner.fetchval("select size from twinledger.head") == 2


async def test_a_connection_killed_while_it_waits_for_the_head_has_appended_nothing(
    cuttable: PostgresLedger, owner: Connection
) -> None:
    async with owner.transaction():
        await owner.execute("select size from twinledger.head for update")
        append = asyncio.ensure_future(cuttable.append(submission(event("a"), unless="a")))
        await until_waiting(owner, 1)
        await owner.fetch(KILL)

    receipt = await append

    assert (receipt.first_position, receipt.replayed) == (2, False)


async def test_when_both_connections_are_killed_every_append_still_happens_once(
    pool: Pool, owner: Connection
) -> None:
    ledger = PostgresLedger(pool)
    acts = [submission(event(f"t{n}"), unless=f"t{n}") for n in range(30)]
    async with owner.transaction():
        await owner.execute("select size from twinledger.head for update")
        appends = asyncio.gather(*map(ledger.append, acts))
        await until_waiting(owner, 2)
        await owner.fetch(KILL)

    assert sorted(receipt.first_position for receipt in await appends) == list(range(1, 31))
    assert (await ledger.head()).position == 30


async def test_a_line_that_breaks_while_it_is_given_back_fails_nobody(
    database: "Database", owner: Connection
) -> None:
    async def breaks(_connection: object) -> None:
        raise asyncpg.ConnectionDoesNotExistError("the line broke")

    await owner.execute(SLOW_TYPE)
    await owner.execute("select pg_advisory_lock(7)")
    async with asyncpg.create_pool(
        database.app_dsn,
        min_size=0,
        max_size=3,
        reset=breaks,
        statement_cache_size=database.statement_cache,
    ) as pool:
        ledger = PostgresLedger(pool)
        crowd = [asyncio.ensure_future(ledger.append(submission(event("x")))) for _ in range(30)]
        await asyncio.sleep(0.001)  # they have left by both lanes
        slow = asyncio.ensure_future(ledger.append(submission(event("a", type="slow.v1"))))
        await asyncio.gather(*crowd)
        await until_waiting(owner, 1)  # the other connection rests, and is not given back yet
        await owner.fetch(KILL)
        await owner.execute("select pg_advisory_unlock(7)")

        assert (await slow).first_position == 31


async def test_one_append_that_the_database_cannot_store_does_not_harm_those_beside_it(
    pool: Pool, owner: Connection
) -> None:
    await owner.execute(
        "alter table twinledger.event add check (position('unstorable.v1'::bytea in leaf) = 0)"
    )
    ledger = PostgresLedger(pool)
    acts = [submission(event(f"t{n}"), unless=f"t{n}") for n in range(11)]
    acts[4] = submission(event("x"), event("x", type="unstorable.v1"))

    answers = await asyncio.gather(*map(ledger.append, acts), return_exceptions=True)

    assert isinstance(answers[4], NotCanonical)
    assert "\n" not in str(answers[4])  # no detail, which would show the whole row
    assert [a.first_position for a in answers if isinstance(a, Receipt)] == list(range(1, 11))
    assert await ledger.read(frozenset({"x"})) == []


async def test_a_database_that_refuses_everything_is_named_and_nothing_is_stored(
    pool: Pool, owner: Connection, database: "Database"
) -> None:
    ledger = PostgresLedger(pool)
    await owner.execute(f"revoke execute on function twinledger.append from {database.app_role}")

    with pytest.raises(LedgerUnavailable, match=r"permission denied for function append\. Send"):
        await ledger.append(submission(event("a")))

    assert (await ledger.head()).position == 0


async def test_a_ledger_whose_pool_is_closed_says_so_at_once(database: "Database") -> None:
    async with await open_pool(database.app_dsn) as pool:
        ledger = PostgresLedger(pool)

    with pytest.raises(LedgerUnavailable):
        await ledger.append(submission(event("a")))


async def test_a_program_that_ends_while_groups_are_under_way_can_close_its_pool(
    database: "Database", owner: Connection
) -> None:
    others = asyncio.all_tasks()
    pool = await open_pool(database.app_dsn)
    ledger = PostgresLedger(pool)
    async with owner.transaction():
        await owner.execute("select size from twinledger.head for update")
        appends = [asyncio.ensure_future(ledger.append(submission(event("a")))) for _ in range(30)]
        await until_waiting(owner, 2)
        for task in asyncio.all_tasks() - others:  # as asyncio.run does at its end
            task.cancel()
        await asyncio.gather(*appends, return_exceptions=True)

        async with asyncio.timeout(20):
            await pool.close()


async def test_a_database_clock_that_is_behind_does_not_take_the_record_along(
    pool: Pool, owner: Connection
) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    await owner.execute("update twinledger.head set recorded_at = $1", tomorrow)
    ledger = PostgresLedger(pool)

    receipts = [await ledger.append(submission(event("a"))) for _ in range(2)]

    assert [r.recorded_at for r in receipts] == [tomorrow, tomorrow]


async def test_the_time_of_a_record_is_the_databases_own(pool: Pool, owner: Connection) -> None:
    before = await owner.fetchval("select clock_timestamp()")
    receipt = await PostgresLedger(pool).append(submission(event("a")))
    after = await owner.fetchval("select clock_timestamp()")

    assert before <= receipt.recorded_at <= after


async def test_a_pooler_that_changes_the_server_process_between_calls_does_no_harm(
    database: "Database",
) -> None:
    async with await open_pool(database.app_dsn, statement_cache_size=0) as pool:
        ledger = PostgresLedger(pool)
        receipts = [await ledger.append(submission(event("a"))) for _ in range(3)]

        assert [r.first_position for r in receipts] == [1, 2, 3]
        assert len(await ledger.read(frozenset({"a"}))) == 3


async def test_a_group_larger_than_one_call_takes_is_stored_in_several(pool: Pool) -> None:
    ledger = PostgresLedger(pool)

    receipts = await asyncio.gather(*[ledger.append(submission(event("a"))) for _ in range(1_200)])

    assert sorted(r.first_position for r in receipts) == list(range(1, 1_201))


async def test_who_gives_up_before_an_append_has_left_has_appended_nothing(
    pool: Pool, owner: Connection
) -> None:
    ledger = PostgresLedger(pool)
    async with owner.transaction():
        await owner.execute("select size from twinledger.head for update")
        first = asyncio.ensure_future(ledger.append(submission(event("a"))))
        await asyncio.sleep(0.05)  # it has left, and waits for the head
        second = asyncio.ensure_future(ledger.append(submission(event("b"))))
        await asyncio.sleep(0)
        second.cancel()
        first.cancel()

    await asyncio.gather(first, second, return_exceptions=True)

    receipt = await ledger.append(submission(event("c")))
    assert receipt.first_position == 2
    assert await ledger.read(frozenset({"b"})) == []
