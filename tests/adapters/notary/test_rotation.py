"""Replacing a key, and a new log where one is lost or stolen: what was proven stays proven."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import asyncpg
import pytest

from adapters.notary.errors import AnotherNotary, StateRefused, TileChanged
from adapters.notary.keeping import Desk, NotaryAtWork
from adapters.notary.keys import signers_in
from adapters.notary.notary import Signed
from adapters.notary.published import PublishedLog
from adapters.notary.rotation import renew, retire, rotate
from adapters.notary.standing import Standings
from adapters.signing.ed25519 import verify
from domain.transparency.errors import Unsigned
from domain.transparency.note import Signer, VerifierKey, format_vkey, parse_vkey
from domain.transparency.policy import LogKey, Policy, verify_checkpoint
from tests.adapters.notary.desk import altered, at_the_notary, record
from tests.conftest import SCHEMA, Database

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
LATER = datetime.now(UTC) + timedelta(days=31)


async def signs(pool: Pool, folder: Path, entries: int = 1) -> bytes:
    """Record so many entries and let the notary sign them; what is published then."""
    await record(pool, entries)
    async with at_the_notary(pool, folder) as desk:
        await desk.sign()
        published = await desk.log.latest()
    assert published is not None
    return published.cosigned


def accepts(key: VerifierKey, note: bytes, last_size: int | None = None) -> bool:
    """Whether somebody who knows this key only believes a checkpoint."""
    try:
        verify_checkpoint(note, Policy((LogKey(key, last_size),)), verify)
    except Unsigned:
        return False
    return True


@pytest.fixture
async def first(pool: Pool, tmp_path: Path) -> VerifierKey:
    """The key of a log of three entries, in `tmp_path`."""
    await signs(pool, tmp_path, 3)
    return signers_in(tmp_path, schema=SCHEMA, origin=None)[0].key


@asynccontextmanager
async def at_work(pool: Pool, folder: Path) -> AsyncIterator["asyncio.Queue[int]"]:
    """While the notary works, as `serve` has it: by how many keys each checkpoint was signed."""
    stop, signed = asyncio.Event(), asyncio.Queue[int]()

    def told(signers: Sequence[Signer], _: Signed) -> None:
        signed.put_nowait(len(signers))

    working = asyncio.create_task(
        NotaryAtWork(pool, Desk(folder, SCHEMA), told=told, period=0.01).keep(stop)
    )
    try:
        yield signed
    finally:
        stop.set()
        await working


async def test_during_the_overlap_both_keys_sign_and_both_are_believed(
    first: VerifierKey, pool: Pool, tmp_path: Path
) -> None:
    second = rotate(tmp_path, schema=SCHEMA, origin=None)
    note = await signs(pool, tmp_path)

    assert second.name == first.name
    assert accepts(first, note)
    assert accepts(second, note)
    policy = (await PublishedLog(pool).policy(first.name)).decode()
    assert format_vkey(first) in policy
    assert format_vkey(second) in policy


async def test_after_it_the_second_key_alone_signs_and_the_first_one_s_file_is_gone(
    first: VerifierKey, pool: Pool, tmp_path: Path
) -> None:
    second = rotate(tmp_path, schema=SCHEMA, origin=None)
    both = await signs(pool, tmp_path)
    gone_on = await retire(tmp_path, PublishedLog(pool), schema=SCHEMA, origin=None, now=LATER)
    alone = await signs(pool, tmp_path)

    assert gone_on == (second, 4)
    assert not accepts(first, alone)
    assert accepts(second, alone)
    assert accepts(first, both, last_size=4)
    assert [signer.key for signer in signers_in(tmp_path, schema=SCHEMA, origin=None)] == [second]
    assert format_vkey(first) not in (await PublishedLog(pool).policy(first.name)).decode()


async def test_a_notary_at_work_meets_the_second_key_by_itself_and_misses_the_first(
    pool: Pool, tmp_path: Path
) -> None:
    await record(pool, 1)
    async with asyncio.timeout(30), at_work(pool, tmp_path) as signed:
        while await signed.get() != 1 or (await PublishedLog(pool).latest()) is None:
            pass
        rotate(tmp_path, schema=SCHEMA, origin=None)
        while await signed.get() != 2:
            pass
        await record(pool, 1)
        await signed.get()
        await retire(tmp_path, PublishedLog(pool), schema=SCHEMA, origin=None, now=LATER)
        while await signed.get() != 1:
            pass


async def test_the_first_key_does_not_end_before_both_have_signed_for_thirty_days(
    first: VerifierKey, pool: Pool, tmp_path: Path
) -> None:
    log, now = PublishedLog(pool), datetime.now(UTC)
    with pytest.raises(StateRefused, match="no second key"):
        await retire(tmp_path, log, schema=SCHEMA, origin=None, now=LATER)
    rotate(tmp_path, schema=SCHEMA, origin=None)
    with pytest.raises(StateRefused, match="Nothing was signed with both keys yet"):
        await retire(tmp_path, log, schema=SCHEMA, origin=None, now=LATER)
    await signs(pool, tmp_path)
    with pytest.raises(StateRefused, match=f"until {now + timedelta(days=30):%Y-%m-%d}"):
        await retire(tmp_path, log, schema=SCHEMA, origin=None, now=now)

    assert len(await log.present_keys(first.name)) == 2
    await retire(tmp_path, log, schema=SCHEMA, origin=None, now=now, early=True)


async def test_a_key_is_not_replaced_twice_at_once_nor_before_there_is_one(
    first: VerifierKey, tmp_path: Path
) -> None:
    rotate(tmp_path, schema=SCHEMA, origin=None)
    with pytest.raises(StateRefused, match="being replaced already"):
        rotate(tmp_path, schema=SCHEMA, origin=None)
    with pytest.raises(StateRefused, match="no key"):
        rotate(tmp_path / "other", schema=SCHEMA, origin=None)


async def test_a_new_log_has_another_name_and_covers_the_same_entries(
    first: VerifierKey, pool: Pool, tmp_path: Path
) -> None:
    await record(pool, 600)
    async with at_the_notary(pool, tmp_path) as desk:
        await desk.sign()
    made = await renew(
        tmp_path, PublishedLog(pool), schema=SCHEMA, origin="norfolk.example/2", trusted=500
    )
    async with at_the_notary(pool, tmp_path) as desk:
        assert await desk.sign() == 603
        assert (await desk.verified(2)).origin == "norfolk.example/2"
        assert await desk.load() == 603

    assert (made.before, made.last_size) == (first.name, 500)
    assert {file.name for file in made.kept.iterdir()} == {"key", "state.json", "leaves"}
    keys = {parse_vkey(key.vkey): key.last_size for key in await PublishedLog(pool).keys()}
    assert keys == {first: 500, made.key: None}


async def test_where_entries_are_lost_for_ever_a_new_log_opens_the_register_again(
    first: VerifierKey, pool: Pool, tmp_path: Path, database: Database
) -> None:
    lost = "delete from twinledger.event where position > 2; update twinledger.head set size = 2"
    await altered(database.owner_dsn, lost)
    assert (await Standings(pool, folder=tmp_path).now()).notice.closes

    await renew(tmp_path, PublishedLog(pool), schema=SCHEMA, origin=None, trusted=2)
    assert not (await Standings(pool, folder=tmp_path).now()).notice.closes
    assert accepts(
        signers_in(tmp_path, schema=SCHEMA, origin=None)[0].key, await signs(pool, tmp_path)
    )


@pytest.mark.parametrize("lost", ["key", "state.json"])
async def test_a_new_log_begins_also_where_the_key_or_the_state_is_lost(
    lost: str, first: VerifierKey, pool: Pool, tmp_path: Path
) -> None:
    (tmp_path / lost).unlink()
    made = await renew(tmp_path, PublishedLog(pool), schema=SCHEMA, origin=None, trusted=None)

    assert made.last_size == 3
    assert accepts(made.key, await signs(pool, tmp_path))


async def test_a_name_is_never_used_again(first: VerifierKey, pool: Pool, tmp_path: Path) -> None:
    with pytest.raises(StateRefused, match="never used"):
        await renew(tmp_path, PublishedLog(pool), schema=SCHEMA, origin=first.name, trusted=None)
    assert signers_in(tmp_path, schema=SCHEMA, origin=None)[0].key == first


async def test_a_log_is_not_ended_under_a_notary_at_work(
    first: VerifierKey, pool: Pool, tmp_path: Path
) -> None:
    async with at_the_notary(pool, tmp_path):
        with pytest.raises(AnotherNotary):
            await renew(tmp_path, PublishedLog(pool), schema=SCHEMA, origin=None, trusted=None)


async def test_a_new_log_over_hashes_that_were_changed_is_not_published(
    first: VerifierKey, pool: Pool, tmp_path: Path, database: Database
) -> None:
    await signs(pool, tmp_path, 300)
    await renew(tmp_path, PublishedLog(pool), schema=SCHEMA, origin=None, trusted=None)
    change = "update twinledger.tile_hash set hash = sha256(hash)"
    await altered(database.owner_dsn, change, tables=("tile_hash",))

    with pytest.raises(TileChanged, match="the entries 1 to 256"):
        await signs(pool, tmp_path)
