"""Nothing is acknowledged that the standbys may not have, whoever ends the wait for them.

The server waits for one that there is not, as it does when a standby has stopped.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import asyncpg
import pytest

from adapters.ledger import PostgresLedger
from adapters.notary.errors import NotDurable
from adapters.notary.keeping import Desk, NotaryAtWork
from adapters.notary.standing import Notice, Standings
from adapters.postgres.pool import open_pool
from adapters.postgres.standbys import heard
from domain.errors import OutcomeUnknown
from tests.adapters.notary.desk import at_the_notary
from tests.adapters.submissions import event, submission
from tests.conftest import REAL_SERVER

if TYPE_CHECKING:
    from tests.conftest import Database

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Waits: TypeAlias = tuple[int, datetime]

pytestmark = pytest.mark.skipif(
    REAL_SERVER is not None, reason="the settings of a server that is not ours are left alone"
)

_WAITING = """
    select pid, xact_start from pg_stat_activity
    where datname = current_database() and wait_event = 'SyncRep'
"""
_CANCEL = f"select pg_cancel_backend(pid) from ({_WAITING}) as waiting"
_TERMINATE = f"select pg_terminate_backend(pid) from ({_WAITING}) as waiting"


class Standby:
    """One that is awaited and never comes, until it is given up."""

    def __init__(self, owner: Connection, dsn: str) -> None:
        self._owner, self._dsn = owner, dsn

    async def stops(self) -> None:
        """Return when commits wait for it: a server takes its time to read its settings again."""
        await self._set("synchronous_standby_names = 'nobody'")
        committing = asyncio.create_task(self._commit_until_it_waits())
        waiting, _ = await self.is_awaited()
        await self._owner.fetch("select pg_terminate_backend($1)", waiting)
        with pytest.raises(asyncpg.PostgresConnectionError):
            await committing

    async def _commit_until_it_waits(self) -> None:
        connection = await asyncpg.connect(self._dsn)
        while True:
            await connection.execute("select pg_logical_emit_message(true, 'tests', '')")

    async def is_given_up(self) -> None:
        await self._set("synchronous_standby_names = ''")

    async def is_awaited(self, *, instead_of: Waits | None = None) -> Waits:
        """The server process that waits for it and its transaction, another than `instead_of`."""
        async with asyncio.timeout(30):
            while True:
                found = await self._owner.fetch(_WAITING)
                for row in found:
                    if tuple(row) != instead_of:
                        return row["pid"], row["xact_start"]
                await asyncio.sleep(0.02)

    async def is_awaited_by_nobody(self) -> None:
        async with asyncio.timeout(30):
            while True:
                if not await self._owner.fetch(_WAITING):
                    return
                await asyncio.sleep(0.02)

    async def _set(self, setting: str) -> None:
        await self._owner.execute(f"alter system set {setting}")
        await self._owner.execute("select pg_reload_conf()")


@pytest.fixture
async def owner(database: "Database") -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database.owner_dsn)
    yield connection
    await connection.close()


@pytest.fixture
async def standby(database: "Database", owner: Connection) -> AsyncIterator[Standby]:
    # The tests' server flushes nothing, and so waits for nobody; here it does.
    name = await owner.fetchval("select current_database()")
    await owner.execute(f"alter database {name} set synchronous_commit = on")
    awaited = Standby(owner, database.owner_dsn)
    yield awaited
    await awaited.is_given_up()


@pytest.fixture
async def ledger(database: "Database", standby: Standby) -> AsyncIterator[PostgresLedger]:
    async with await open_pool(database.app_dsn) as pool:
        made = PostgresLedger(pool)
        await made.append(submission(event("first")))
        yield made


@pytest.fixture
async def hasty(database: "Database", standby: Standby) -> AsyncIterator[PostgresLedger]:
    """One that gives up soon."""
    async with await open_pool(database.app_dsn) as pool:
        yield PostgresLedger(pool, patience=1.0)


@pytest.mark.parametrize("ended_by", [_CANCEL, _TERMINATE], ids=["cancelled", "terminated"])
async def test_an_append_whose_wait_was_ended_is_acknowledged_when_the_standby_has_it(
    ledger: PostgresLedger, standby: Standby, owner: Connection, ended_by: str
) -> None:
    await standby.stops()
    append = asyncio.ensure_future(ledger.append(submission(event("a"), unless="a")))
    first = await standby.is_awaited()
    await owner.fetch(ended_by)

    await standby.is_awaited(instead_of=first)  # the second call found it, and waits again
    assert await owner.fetchval("select size from twinledger.head") == 2
    assert not append.done()

    await standby.is_given_up()
    receipt = await append
    assert (receipt.first_position, receipt.replayed) == (2, False)


async def test_it_is_in_doubt_also_where_the_role_is_to_be_told_of_errors_only(
    database: "Database", standby: Standby, owner: Connection
) -> None:
    await owner.execute(f"alter role {database.app_role} set client_min_messages = error")
    try:
        async with await open_pool(database.app_dsn) as pool:
            assert await pool.fetchval("show client_min_messages") == "error"
            await standby.stops()
            append = asyncio.ensure_future(PostgresLedger(pool).append(submission(event("a"))))
            first = await standby.is_awaited()
            await owner.fetch(_CANCEL)
            await standby.is_awaited(instead_of=first)
            assert not append.done()
            await standby.is_given_up()
            await append
    finally:
        await owner.execute(f"alter role {database.app_role} reset client_min_messages")


async def test_a_warning_of_something_else_is_no_doubt(database: "Database") -> None:
    async with await open_pool(database.app_dsn) as pool, pool.acquire() as connection:
        with heard(connection):
            await connection.execute("do $$ begin raise warning 'the queue is half full'; end $$")


async def test_the_notary_signs_nothing_that_a_standby_may_not_have(
    ledger: PostgresLedger,
    database: "Database",
    standby: Standby,
    owner: Connection,
    tmp_path: Path,
) -> None:
    async with (
        await open_pool(database.app_dsn) as pool,
        at_the_notary(pool, tmp_path / "notary") as desk,
    ):
        assert await desk.sign() == 1
        await standby.stops()
        append = asyncio.ensure_future(ledger.append(submission(event("a"))))
        first = await standby.is_awaited()
        await owner.fetch(_CANCEL)
        again = await standby.is_awaited(instead_of=first)
        signing = asyncio.ensure_future(desk.notary.step())
        await standby.is_awaited(instead_of=again)
        await owner.fetch(_CANCEL)
        with pytest.raises(NotDurable, match="may be on one server alone"):
            await signing

        await standby.is_given_up()
        await append
        assert await desk.sign() == 2


async def test_a_notary_at_work_says_what_it_waits_for_and_goes_on_without_reading_all_again(
    ledger: PostgresLedger,
    database: "Database",
    standby: Standby,
    owner: Connection,
    tmp_path: Path,
) -> None:
    signed: asyncio.Queue[int] = asyncio.Queue()
    stop = asyncio.Event()
    async with await open_pool(database.app_dsn) as pool:
        notary = NotaryAtWork(
            pool,
            Desk(tmp_path / "notary", "twinledger"),
            told=lambda _signers, done: signed.put_nowait(done.size),
            period=0.01,
            pause=3600.0,  # before everything is read again
        )
        at_work = asyncio.create_task(notary.keep(stop))
        while await signed.get() < 1:
            pass
        await standby.stops()
        append = asyncio.ensure_future(ledger.append(submission(event("a"))))
        first = await standby.is_awaited()
        await owner.fetch(_CANCEL)
        async with asyncio.timeout(30):
            while "one server alone" not in (await Standings(pool).now()).notice.problem:
                await standby.is_awaited(instead_of=first)
                await owner.fetch(_CANCEL)

        await standby.is_given_up()
        await append
        while await signed.get() < 2:
            pass
        async with asyncio.timeout(30):
            while True:
                if (await Standings(pool).now()).notice == Notice():
                    break
                await asyncio.sleep(0.02)
        stop.set()
        await at_work


Ask: TypeAlias = Callable[[PostgresLedger], Awaitable[object]]
ACT = submission(event("a"), key="k", unless="a", reply=b"done")


async def _again(ledger: PostgresLedger) -> object:
    return await ledger.append(ACT)


async def _first_answer(ledger: PostgresLedger) -> object:
    return await ledger.receipt_of(ACT.command_scope, ACT.command_key, ACT.digest)


@pytest.mark.parametrize("ask", [_again, _first_answer])
async def test_who_repeats_an_act_that_no_standby_may_have_is_told_that_nobody_knows(
    ledger: PostgresLedger, hasty: PostgresLedger, standby: Standby, owner: Connection, ask: Ask
) -> None:
    await standby.stops()
    append = asyncio.ensure_future(hasty.append(ACT))
    await standby.is_awaited()
    await owner.fetch(_CANCEL)
    with pytest.raises(OutcomeUnknown, match="'k'"):
        await append
    await owner.fetch(_CANCEL)  # what the cut line left waiting
    assert await owner.fetchval("select size from twinledger.head") == 2

    with pytest.raises(OutcomeUnknown, match="'k'"):
        await ask(hasty)

    await standby.is_given_up()
    receipt = await ledger.append(ACT)
    assert (receipt.first_position, receipt.reply, receipt.replayed) == (2, b"done", True)


async def test_who_asks_for_the_answer_in_vain_leaves_nobody_waiting_in_the_database(
    ledger: PostgresLedger, hasty: PostgresLedger, standby: Standby
) -> None:
    await ledger.append(ACT)
    await standby.stops()
    with pytest.raises(OutcomeUnknown, match="'k'"):
        await _first_answer(hasty)
    await standby.is_awaited_by_nobody()


async def test_what_is_signed_is_answered_also_while_no_standby_answers(
    ledger: PostgresLedger,
    hasty: PostgresLedger,
    database: "Database",
    standby: Standby,
    tmp_path: Path,
) -> None:
    await ledger.append(ACT)
    async with (
        await open_pool(database.app_dsn) as pool,
        at_the_notary(pool, tmp_path / "notary") as desk,
    ):
        await desk.sign()
    await standby.stops()
    assert await _first_answer(hasty) == await _first_answer(ledger)
