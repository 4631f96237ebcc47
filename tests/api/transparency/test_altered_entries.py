"""The page of an entry that was changed behind the register's back vouches for it no more."""

import asyncpg
import pytest

from adapters.notary.lost import note_lost
from domain.transparency.tree import leaf_hash
from tests.adapters.notary.desk import SCHEMA, NotaryDesk, altered, record
from tests.api.desk import Desk, Page
from tests.api.transparency.restored import rewritten
from tests.conftest import Database

CHANGED = "This is not the entry that was signed."
CHANGED_OR_ANOTHER = "This is not the entry that was signed, or another one is not."


@pytest.fixture
async def signed(desk: Desk, notary: NotaryDesk) -> Desk:
    """A register of three entries, all of them signed."""
    for number in range(3):
        names = {"counterpart.community": f"us-town-{number}", "counterpart.country": "US"}
        await desk.propose(**names, **{"counterpart.name": f"Town {number}"})
    await notary.sign()
    return desk


async def _bytes_of(pool: "asyncpg.Pool[asyncpg.Record]", position: int) -> bytes:
    leaf: bytes = await pool.fetchval(
        "select leaf from twinledger.event where position = $1", position
    )
    return leaf


def _vouches(page: Page) -> bool:
    words = ("Signed. Everything up to", "Whoever keeps the two files", "itnessed by")
    return any(one in page.text for one in words) or any("/proof" in link for link in page.links)


async def test_an_entry_whose_bytes_were_changed_is_told_as_not_the_signed_one(
    signed: Desk, notary: NotaryDesk, database: Database
) -> None:
    was = leaf_hash(await _bytes_of(notary.pool, 2))
    await altered(database.owner_dsn, rewritten(2)[0])
    page = await signed.get("/entries/2")

    assert (page.status, CHANGED in page.text, _vouches(page)) == (200, True, False)
    assert 'class="notice fork" role="alert"' in page.html
    assert "/verify#wrong" in page.links
    assert was.hex() in page.text
    assert leaf_hash(await _bytes_of(notary.pool, 2)).hex() in page.text


async def test_an_entry_whose_hash_was_changed_too_is_told_by_what_the_notary_remembers(
    signed: Desk, notary: NotaryDesk, database: Database
) -> None:
    was = leaf_hash(await _bytes_of(notary.pool, 2))
    await altered(database.owner_dsn, *rewritten(2))
    await note_lost(notary.pool, notary.folder, SCHEMA)
    page = await signed.get("/entries/2")

    assert (CHANGED in page.text, _vouches(page)) == (True, False)
    assert was.hex() in page.text


@pytest.mark.parametrize("position", [1, 2, 3])
async def test_where_one_of_several_was_changed_and_nobody_can_say_which_none_is_vouched_for(
    position: int, signed: Desk, database: Database
) -> None:
    await altered(database.owner_dsn, *rewritten(2))
    page = await signed.get(f"/entries/{position}")

    assert (CHANGED_OR_ANOTHER in page.text, _vouches(page)) == (True, False)


async def test_what_an_earlier_log_lost_says_nothing_of_an_entry_that_was_signed_since(
    desk: Desk, notary: NotaryDesk, database: Database
) -> None:
    await notary.pool.execute(
        "insert into twinledger.lost_entry (loss, position, leaf_hash) values (1, 1, $1)", bytes(32)
    )
    await desk.propose()
    await desk.propose(
        **{
            "counterpart.community": "us-town",
            "counterpart.name": "Town",
            "counterpart.country": "US",
        }
    )
    await notary.sign()
    assert _vouches(await desk.get("/entries/1"))
    await altered(database.owner_dsn, *rewritten(2))

    assert CHANGED_OR_ANOTHER in (await desk.get("/entries/1")).text


async def test_an_entry_far_from_the_changed_one_stays_proven(
    signed: Desk, notary: NotaryDesk, database: Database
) -> None:
    await record(notary.pool, 600)
    await notary.sign()
    await altered(database.owner_dsn, *rewritten(2))

    assert _vouches(await signed.get("/entries/300"))


async def test_where_signed_entries_are_missing_those_left_are_not_vouched_for(
    signed: Desk, database: Database
) -> None:
    await altered(database.owner_dsn, "delete from twinledger.event where position = 3")
    page = await signed.get("/entries/1")

    assert (page.status, CHANGED_OR_ANOTHER in page.text, _vouches(page)) == (200, True, False)


async def test_a_changed_entry_that_was_not_signed_yet_is_no_fault(
    desk: Desk, database: Database
) -> None:
    await desk.propose(**{"counterpart.name": "Town"})
    await altered(database.owner_dsn, rewritten(1)[0])
    page = await desk.get("/entries/1")

    assert (page.status, "Not signed yet." in page.text) == (200, True)


async def test_an_entry_that_was_taken_away_is_not_shown_as_the_next_one(
    signed: Desk, database: Database
) -> None:
    await altered(database.owner_dsn, "delete from twinledger.event where position = 2")
    page = await signed.get("/entries/2")

    assert page.status == 404
    assert "It is missing, though later ones are there: see /verify" in page.text


async def test_an_entry_that_was_signed_and_is_lost_is_told_so(
    signed: Desk, notary: NotaryDesk, database: Database
) -> None:
    await altered(
        database.owner_dsn,
        "delete from twinledger.event where position > 1",
        "update twinledger.head set size = 1",
    )
    await note_lost(notary.pool, notary.folder, SCHEMA)
    page = await signed.get("/entries/3")
    program = await signed.client.get("/entries/3/proof")

    assert page.status == program.status_code == 404
    assert "Entry 3 was signed and is lost: see /verify" in page.text
    assert "Entry 3 was signed and is lost: see /verify" in program.json()["detail"]
    assert page.links.count("/verify") == 2
    assert "was signed and is lost" not in (await signed.get("/entries/4")).text
