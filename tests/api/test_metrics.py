"""What a monitor reads: recorded is counted and parked, or it raises an alarm."""

from pathlib import Path

import asyncpg

from adapters.ledger import MemoryLedger, PostgresLedger
from adapters.notary.standing import Notice, Standing
from api.metrics import lines, signing
from projections.census import Census, Censuses
from tests.adapters.notary.desk import at_the_notary, record
from tests.api.desk import Desk
from tests.conftest import SCHEMA
from tests.projections.played import LODZ, NORFOLK, Clerks, legacy
from tests.projections.test_parked import unknown


async def scraped(desk: Desk) -> dict[str, int]:
    answer = await desk.client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    told = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: int(value) for name, _, value in (line.rpartition(" ") for line in told)}


async def test_recorded_is_what_is_counted_and_parked(
    desk: Desk, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    ledger = PostgresLedger(pool)
    await unknown(ledger, await Clerks(ledger).found(legacy()))
    await desk.services.wait_for(2)

    found = await scraped(desk)
    assert found["twinledger_ledger_entries"] == found["twinledger_ledger_entries_counted"] == 2
    assert found['twinledger_recorded_events{type="partnership.renamed.v9"}'] == 1
    assert found['twinledger_projection_position{projection="register"}'] == 2
    assert found['twinledger_parked_keys{projection="communities"}'] == 2
    assert {value for name, value in found.items() if "unaccounted" in name} == {0}


async def test_an_event_that_was_skipped_is_unaccounted_for(
    desk: Desk, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    await Clerks(PostgresLedger(pool)).found(legacy())
    await desk.services.wait_for(1)
    await pool.execute(f"update {SCHEMA}_views.projection_cursor set counted = '{{}}'")
    assert (await scraped(desk))['twinledger_unaccounted_events{projection="register"}'] == 1


async def test_entries_that_are_not_read_yet_are_the_lag(
    desk: Desk, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    await Clerks(PostgresLedger(pool)).found(legacy())
    assert (await scraped(desk))['twinledger_projection_lag{projection="register"}'] == 1


async def test_a_restored_ledger_is_counted_from_its_beginning(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    one, other = MemoryLedger(), MemoryLedger()
    await Clerks(one).found(legacy())
    await Clerks(other).found(legacy(NORFOLK, LODZ))
    censuses = Censuses(pool, one)
    assert (await censuses.take()).recorded_to == 1
    censuses._ledger = other  # what a restore under a running service comes to
    assert (await censuses.take()).recorded == {"partnership.legacy_recorded.v1": 1}


def test_a_type_is_text_in_quotes_whatever_it_holds() -> None:
    told = list(lines(Census(1, 1, {'a"\\\n': 1}, ())))
    assert r'twinledger_recorded_events{type="a\"\\\n"} 1' in told


async def test_what_is_not_signed_yet_is_the_notary_s_lag(
    desk: Desk, pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    await record(pool, 3)
    async with at_the_notary(pool, tmp_path) as notary:
        await notary.sign()
    await record(pool, 2)

    found = await scraped(desk)
    assert found["twinledger_signed_entries"] == 3
    assert found["twinledger_signing_lag"] == 2
    assert found["twinledger_notary_stopped"] == found["twinledger_read_only"] == 0


def test_a_notary_that_stopped_raises_the_alarm() -> None:
    told = list(signing(Standing(3, notice=Notice(True, "Entry 2 was changed.", "")), 3))
    assert {"twinledger_notary_stopped 1", "twinledger_read_only 1"} <= set(told)
