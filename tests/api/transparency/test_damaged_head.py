"""The one row that says where the ledger ends, changed by who owns the database."""

import asyncio
from pathlib import Path
from typing import TypeAlias

import asyncpg
import pytest

from adapters.ledger import PostgresLedger
from adapters.notary.errors import HeadAltered
from adapters.notary.standing import Standings
from domain.errors import HeadUnsound
from projections.runner import Runner
from tests.adapters.notary.desk import NotaryDesk, altered, record
from tests.adapters.submissions import event, submission
from tests.api.rest.programs import PROPOSAL, a_program
from tests.api.transparency.restored import guarded_on
from tests.conftest import Database

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
MISSING = "The ledger's head, the one row that says where it ends, is missing."
TWICE = "The ledger's head, the one row that says where it ends, stands there 2 times."
DELETED = "delete from twinledger.head"
DOUBLED = "insert into twinledger.head select * from twinledger.head"
BEYOND = "update twinledger.head set size = size + 3"
NEVER = "update twinledger.head set recorded_at = '294276-12-31'"
every_way = pytest.mark.parametrize(
    ("change", "told"), [(DELETED, MISSING), (DOUBLED, TWICE)], ids=["missing", "twice"]
)


async def _changed(database: Database, change: str) -> None:
    await altered(database.owner_dsn, change, tables=("head",))


@every_way
async def test_whoever_comes_is_told_in_a_sentence_what_is_wrong_and_what_helps(
    change: str, told: str, pool: Pool, tmp_path: Path, database: Database
) -> None:
    async with a_program(pool, guarded_on(pool, tmp_path, demo=False)) as program:
        await program.act("/actions/submit-proposal", PROPOSAL)
        await _changed(database, change)
        for address in ("/healthz", "/metrics", "/partnerships", "/entries/1", "/verify"):
            shown = await program.client.get(address)
            assert shown.status_code in (200, 503), (address, shown.text)
            assert "one row that says where it ends" in shown.text, address
        asked = await program.client.get("/api/v1/entries?after=0")
        moment = await program.client.get("/api/v1/partnerships?known-at=2026-11-01")
        act = await program.act("/actions/submit-proposal", PROPOSAL)

    for answer in (asked, moment, act):
        assert (answer.status_code, answer.json()["code"]) == (503, "register-damaged")
        assert answer.json()["detail"].startswith(told)
        assert "restore the newest backup" in answer.json()["detail"]
        assert answer.json()["retryable"] is False


@every_way
async def test_the_ledger_reads_and_records_nothing_as_if_all_were_well(
    change: str, told: str, pool: Pool, database: Database
) -> None:
    await record(pool, 2)
    await _changed(database, change)
    ledger = PostgresLedger(pool)

    for tags in (frozenset({"n:0"}), frozenset({"n:0", "n:1"}), frozenset({"another"})):
        with pytest.raises(HeadUnsound, match=told):
            await ledger.read(tags)
    with pytest.raises(Exception, match="where the ledger ends is missing, or there are several"):
        await ledger.append(submission(event("record:a")))
    assert len(await ledger.read_after(0, 10)) == 2


@every_way
async def test_the_notary_takes_it_for_what_it_is(
    change: str, told: str, notary: NotaryDesk, database: Database
) -> None:
    await record(notary.pool, 2)
    await notary.sign()
    await _changed(database, change)

    with pytest.raises(HeadAltered, match=told):
        await notary.notary.step()
    with pytest.raises(HeadAltered, match=told):
        await notary.load()


@every_way
async def test_the_pages_are_built_on_when_the_end_was_put_back(
    change: str, told: str, pool: Pool, database: Database
) -> None:
    await record(pool, 2)
    ledger, stop = PostgresLedger(pool), asyncio.Event()
    runner = Runner(pool, ledger)
    await runner.catch_up()
    await pool.execute("create table twinledger_views.kept as select * from twinledger.head")
    await _changed(database, change)
    running = asyncio.create_task(runner.run(stop))
    done, _ = await asyncio.wait([running], timeout=0.5)
    assert not done

    await _changed(
        database,
        "delete from twinledger.head; "
        "insert into twinledger.head select * from twinledger_views.kept",
    )
    stop.set()
    await asyncio.wait_for(running, 10)
    assert await runner.catch_up() == 2


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (BEYOND, "The ledger is said to end at entry 5, but no entry stands there."),
        (NEVER, "The time at which the ledger is said to end is none."),
    ],
    ids=["beyond", "never"],
)
async def test_an_end_that_cannot_be_closes_the_register_also_where_no_notary_works(
    change: str, told: str, pool: Pool, database: Database
) -> None:
    await record(pool, 2)
    await _changed(database, change)

    notice = (await Standings(pool).now()).notice
    assert (notice.closes, notice.problem) == (True, told)


async def test_who_waits_for_what_is_recorded_waits_for_no_entries_that_there_are_not(
    pool: Pool, database: Database
) -> None:
    await record(pool, 2)
    await _changed(database, BEYOND)

    assert await asyncio.wait_for(Runner(pool, PostgresLedger(pool)).catch_up(), 20) == 2
