"""Erasures after a standby took over that lacked the last entries, while the service went on.

What a process has read of certificates is remembered by the entry that it read last, not by how
many there were: others may stand there.
"""

import asyncpg

from tests.api.desk import Desk, at_the_desk
from tests.api.set_back import Pool, set_back
from tests.api.test_erasure import CONTACT, Stubborn, approve, keys_of, put_back, request
from tests.conftest import Database

KOBE = {"counterpart.community": "jp-kobe", "counterpart.name": "神戸市"}


async def pending(desk: Desk) -> int:
    found: int = (await desk.client.get("/healthz")).json()["erasures_pending"]
    return found


async def erase(desk: Desk, record: str, position: str, at: int) -> None:
    """The private values of the entry at `position`, with the request as entry `at`."""
    await desk.acts_as("clerk")
    asked = {"position": position, "ground": "consent_withdrawn", "body": "staff"}
    await desk.record(f"{record}/acts/request-erasure", asked)
    await approve(desk, record, at)


async def erased_and_set_back(desk: Desk, pool: Pool, database: Database) -> str:
    """Of two records with something private the first is erased, and that is lost; the second's
    page.
    """
    first = await desk.propose(contact=CONTACT)
    second = await desk.propose(contact=CONTACT, **KOBE)
    await erase(desk, first, "1", 3)
    assert await pending(desk) == 0
    assert len(keys_of(desk).kept) == 1
    await set_back(pool, database, 2)
    await desk.services.wait_for(2)
    return second


async def test_a_certificate_in_the_place_of_a_lost_one_is_carried_out(
    desk: Desk, pool: Pool, database: Database
) -> None:
    second = await erased_and_set_back(desk, pool, database)

    await erase(desk, second, "2", 3)

    assert keys_of(desk).kept == {}


async def test_a_certificate_in_its_place_is_found_behind_later_entries_too(
    desk: Desk, pool: Pool, database: Database
) -> None:
    second = await erased_and_set_back(desk, pool, database)
    async with at_the_desk(pool) as of_another_process:  # which has other keys
        await erase(of_another_process, second, "2", 3)
        await of_another_process.propose(
            **{"counterpart.community": "jp-nara", "counterpart.name": "奈良市"}
        )

    assert await desk.events() == 5
    assert await pending(desk) == 1
    await desk.services.erasures.carry_out()
    assert keys_of(desk).kept == {}


async def test_what_a_standby_brings_back_is_destroyed_again_without_a_new_start(
    desk: Desk, pool: Pool, database: Database
) -> None:
    first = await desk.propose(contact=CONTACT)
    row: asyncpg.Record | None = await pool.fetchrow("select * from twinledger.private_value")
    await request(desk, first)
    await approve(desk, first)
    await desk.propose(**KOBE)
    assert await pending(desk) == 0
    await set_back(pool, database, 3)
    await put_back(database, row)

    assert await pending(desk) == 1
    await desk.services.erasures.carry_out()
    assert await pool.fetchval("select count(*) from twinledger.private_value") == 0


async def test_a_certificate_that_is_lost_erases_nothing_any_more(
    desk: Desk, pool: Pool, database: Database
) -> None:
    stubborn = Stubborn()
    desk.services.private._keys = stubborn
    first = await desk.propose(contact=CONTACT)
    stubborn.fails = "before"
    await request(desk, first)
    await approve(desk, first)
    assert await pending(desk) == 1
    await set_back(pool, database, 2)
    stubborn.fails = ""

    assert await desk.services.erasures.carry_out() == 0
    assert len(stubborn.kept) == 1
