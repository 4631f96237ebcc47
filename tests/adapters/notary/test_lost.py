"""What was signed and is lost: named entry by entry, as far as the notary's folder knows it."""

from pathlib import Path
from typing import TypeAlias

import asyncpg
import pytest

from adapters.notary.errors import LedgerForked, StateRefused
from adapters.notary.lost import Loss, LossNow, LostEntries, note_lost
from adapters.notary.published import PublishedLog
from adapters.notary.rotation import renew
from tests.adapters.notary.desk import SCHEMA, Broken, altered, at_the_notary, record
from tests.conftest import Database

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


async def signed(pool: Pool, folder: Path, entries: int) -> dict[int, bytes]:
    """Record so many more entries and sign them: the leaf hash of each of the ledger."""
    await record(pool, entries)
    async with at_the_notary(pool, folder) as desk:
        await desk.sign()
    rows = await pool.fetch("select position, leaf_hash from twinledger.event order by position")
    return dict(map(tuple, rows))


async def set_back(database: Database, to: int) -> None:
    """As a backup that was made when the ledger ended there."""
    await altered(
        database.owner_dsn,
        f"delete from twinledger.event where position > {to}",
        f"update twinledger.head set size = {to}",
    )


async def noted(pool: Pool) -> dict[int, bytes]:
    return {one.position: one.leaf_hash for one in await LostEntries(pool).some(100)}


async def test_after_an_older_backup_what_is_missing_is_listed_with_its_leaf_hash(
    pool: Pool, tmp_path: Path, database: Database
) -> None:
    before = await signed(pool, tmp_path, 5)
    await set_back(database, 3)

    assert await note_lost(pool, tmp_path, SCHEMA) == Loss(2, 4, 5)
    assert await noted(pool) == {4: before[4], 5: before[5]}


async def test_entries_of_another_history_in_their_place_are_told_apart(
    pool: Pool, tmp_path: Path, database: Database
) -> None:
    before = await signed(pool, tmp_path, 5)
    await set_back(database, 3)
    await record(pool, 4)

    async with at_the_notary(pool, tmp_path) as desk:
        with pytest.raises(LedgerForked):
            await desk.load()
    assert await note_lost(pool, tmp_path, SCHEMA) == Loss(2, 4, 5)
    lost = LostEntries(pool)
    assert await lost.first(5, before[5]) == 4
    assert await lost.first(3, before[3]) is None
    assert await lost.first(5, bytes(32)) is None


async def test_it_is_noted_once_however_often_it_is_looked_at(
    pool: Pool, tmp_path: Path, database: Database
) -> None:
    await signed(pool, tmp_path, 5)
    await set_back(database, 3)
    for _ in range(2):
        await note_lost(pool, tmp_path, SCHEMA)

    assert len(await noted(pool)) == 2


async def test_what_was_brought_back_is_no_longer_lost(
    pool: Pool, tmp_path: Path, database: Database
) -> None:
    await signed(pool, tmp_path, 5)
    await altered(database.owner_dsn, "create table public.kept as select * from twinledger.event")
    await set_back(database, 3)
    await note_lost(pool, tmp_path, SCHEMA)
    back = "insert into twinledger.event select * from public.kept where position > 3"
    await altered(database.owner_dsn, back, "update twinledger.head set size = 5")

    assert await LostEntries(pool).all() is None
    assert await note_lost(pool, tmp_path, SCHEMA) is None


async def test_who_read_the_first_of_two_lost_histories_learns_of_both_losses(
    pool: Pool, tmp_path: Path, database: Database
) -> None:
    first = await signed(pool, tmp_path, 6)
    await set_back(database, 4)
    await note_lost(pool, tmp_path, SCHEMA)
    await renew(tmp_path, PublishedLog(pool), schema=SCHEMA, origin=None, trusted=4)
    second = await signed(pool, tmp_path, 2)
    await set_back(database, 2)
    await note_lost(pool, tmp_path, SCHEMA)

    lost = LostEntries(pool)
    assert [await lost.first(6, first[6]), await lost.first(6, second[6])] == [3, 3]
    assert await lost.all() == LossNow(6, 3, 6, ends_before=6, replaced=0)


async def test_an_entry_whose_bytes_alone_were_changed_is_lost_whatever_its_hash_column_says(
    pool: Pool, tmp_path: Path, database: Database
) -> None:
    before = await signed(pool, tmp_path, 3)
    changed = "update twinledger.event set leaf = set_byte(leaf, 60, {}) where position = 2"
    byte = await pool.fetchval("select get_byte(leaf, 60) from twinledger.event where position = 2")
    await altered(database.owner_dsn, changed.format(byte ^ 1))

    assert await note_lost(pool, tmp_path, SCHEMA) == Loss(1, 2, 2)
    lost = LostEntries(pool)
    assert await lost.all() == LossNow(1, 2, 2, ends_before=0, replaced=1)
    assert await noted(pool) == {2: before[2]}
    assert await lost.first(2, before[2]) == 2

    await altered(database.owner_dsn, changed.format(byte))
    assert await lost.all() is None


async def test_it_is_told_what_stands_in_the_place_of_what_is_lost(
    pool: Pool, tmp_path: Path, database: Database
) -> None:
    await signed(pool, tmp_path, 6)
    await altered(database.owner_dsn, "delete from twinledger.event where position = 2")
    await set_back(database, 4)
    await altered(
        database.owner_dsn,
        "update twinledger.event set leaf = set_byte(leaf, 60, 0) where position = 3",
    )
    await note_lost(pool, tmp_path, SCHEMA)

    assert await LostEntries(pool).all() == LossNow(4, 2, 6, ends_before=2, replaced=1)


async def test_nothing_is_said_by_a_folder_whose_leaf_hashes_are_not_those_that_were_signed(
    pool: Pool, tmp_path: Path, database: Database
) -> None:
    await signed(pool, tmp_path, 5)
    leaves = tmp_path / "leaves"
    for content in (leaves.read_bytes()[:-32], bytes(32) + leaves.read_bytes()[32:]):
        leaves.write_bytes(content)
        await set_back(database, 3)
        assert await note_lost(pool, tmp_path, SCHEMA) is None


async def test_a_folder_of_another_register_names_nothing_as_lost(
    pool: Pool, tmp_path: Path, database: Database
) -> None:
    await signed(pool, tmp_path, 3)
    await set_back(database, 0)
    await record(pool, 2)

    assert await note_lost(pool, tmp_path, SCHEMA) is None
    assert await noted(pool) == {}


async def test_a_folder_of_an_older_release_gets_its_leaf_hashes_at_the_next_load(
    pool: Pool, tmp_path: Path
) -> None:
    before = await signed(pool, tmp_path, 5)
    leaves = tmp_path / "leaves"
    for content in (b"", leaves.read_bytes()[:70], bytes(32) + leaves.read_bytes()[32:]):
        leaves.write_bytes(content)
        async with at_the_notary(pool, tmp_path) as desk:
            await desk.load()
        assert leaves.read_bytes() == b"".join(before.values())


@pytest.mark.parametrize("fails", ["before", "after"])
async def test_a_crash_between_the_leaf_hashes_and_the_state_loses_neither(
    fails: str, pool: Pool, tmp_path: Path
) -> None:
    await signed(pool, tmp_path, 2)
    await record(pool, 3)
    async with at_the_notary(pool, tmp_path) as desk:
        await desk.load()
        desk.state.fails = fails  # type: ignore[assignment]  # one of the two
        with pytest.raises(Broken):
            await desk.notary.step()
        assert await desk.sign() == 5

    whole = await pool.fetch("select leaf_hash from twinledger.event order by position")
    assert (tmp_path / "leaves").read_bytes() == b"".join(row[0] for row in whole)


async def test_a_file_that_cannot_be_read_stops_the_notary_and_is_named(
    pool: Pool, tmp_path: Path
) -> None:
    await signed(pool, tmp_path, 1)
    (tmp_path / "leaves").unlink()
    (tmp_path / "leaves").mkdir()
    async with at_the_notary(pool, tmp_path) as desk:
        with pytest.raises(StateRefused, match=r"leaves cannot be read"):
            await desk.load()
