"""The notary signs what is there, once for each size, and nothing more after anything failed."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeAlias

import asyncpg
import pytest

from adapters.notary.entries import StoredEntries
from adapters.notary.errors import (
    AnotherNotary,
    EntryMissing,
    LeafChanged,
    LedgerBehind,
    LedgerForked,
    NotaryStopped,
    NotContinued,
    NotDurable,
    StateRefused,
    TileChanged,
)
from adapters.notary.keys import signers_in
from adapters.notary.notary import Notary
from adapters.notary.state import owned, read_state
from domain.transparency.proofs import verify_consistency
from domain.transparency.tree import root_of
from tests.adapters.notary.desk import (
    SCHEMA,
    Broken,
    Fails,
    NotaryDesk,
    altered,
    at_the_notary,
    record,
)
from tests.api.set_back import cut
from tests.conftest import Database

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


@pytest.fixture
async def desk(pool: Pool, tmp_path: Path) -> AsyncIterator[NotaryDesk]:
    """A notary at a ledger of three entries."""
    await record(pool, 3)
    async with at_the_notary(pool, tmp_path / "notary") as opened:
        yield opened


async def test_an_empty_ledger_is_not_signed(pool: Pool, tmp_path: Path) -> None:
    async with at_the_notary(pool, tmp_path) as desk:
        assert await desk.sign() == 0
        assert await desk.checkpoint() is None


async def test_each_entry_is_proven_by_what_was_published(desk: NotaryDesk) -> None:
    assert await desk.sign() == 3
    assert [(await desk.verified(position)).size for position in (1, 2, 3)] == [3, 3, 3]

    rows = await desk.pool.fetch("select leaf_hash from twinledger.event order by position")
    checkpoint = await desk.checkpoint()
    assert checkpoint is not None
    assert checkpoint.root == root_of(row[0] for row in rows)


async def test_where_nothing_has_come_nothing_is_signed_again(desk: NotaryDesk) -> None:
    await desk.sign()
    await desk.notary.step()
    assert await desk.pool.fetchval("select count(*) from twinledger.checkpoint") == 1


async def test_a_later_checkpoint_begins_with_the_earlier_one_over_many_tiles(
    desk: NotaryDesk,
) -> None:
    await desk.sign()
    old = await desk.checkpoint()
    await record(desk.pool, 66_000)
    await desk.notary.step()
    new = await desk.checkpoint()

    assert old is not None
    assert new is not None
    assert new.size == 66_003
    verify_consistency(
        old_size=3,
        old_root=old.root,
        new_size=new.size,
        new_root=new.root,
        proof=await desk.log.consistency(3, new.size),
    )
    assert (await desk.verified(65_537)).size == (await desk.verified(1)).size == 66_003
    assert await desk.load() == 66_003


@pytest.mark.parametrize("fails", ["before", "after"])
@pytest.mark.parametrize("call", ["state", "log"])
async def test_after_a_failure_it_signs_nothing_until_it_has_loaded_and_then_one_root_for_a_size(
    desk: NotaryDesk, call: str, fails: Fails
) -> None:
    await desk.load()
    (desk.state if call == "state" else desk.log).fails = fails
    with pytest.raises(Broken):
        await desk.notary.step()
    in_the_state = read_state(desk.folder)
    with pytest.raises(StateRefused, match="has not loaded"):
        await desk.notary.step()

    await record(desk.pool, 1)
    await desk.sign()
    published = await desk.pool.fetch(
        "select size, note from twinledger.checkpoint order by number"
    )
    signed_first = 3 if in_the_state else 4
    assert [row["size"] for row in published] == sorted({signed_first, 4})
    if in_the_state:
        assert published[0]["note"] == in_the_state.note
    assert (await desk.verified(4)).size == 4


async def test_a_state_that_was_lost_is_taken_from_what_was_published(desk: NotaryDesk) -> None:
    await desk.sign()
    (desk.folder / "state.json").unlink()

    assert await desk.load() == 3
    state = read_state(desk.folder)
    assert state is not None
    assert state.size == 3


async def test_a_state_that_was_set_back_signs_no_second_root(
    desk: NotaryDesk, database: Database
) -> None:
    await desk.sign()
    older = (desk.folder / "state.json").read_bytes()
    await record(desk.pool, 2)
    await desk.notary.step()
    (desk.folder / "state.json").write_bytes(older)
    assert await desk.load() == 5

    (desk.folder / "state.json").write_bytes(older)
    await altered(database.owner_dsn, _with_hash("leaf = leaf || ' '", 5))
    with pytest.raises(LedgerForked):
        await desk.load()


def _with_hash(change: str, position: int) -> str:
    """A change of a leaf that a superuser covers by its hash."""
    return (
        f"update twinledger.event set {change} where position = {position};"
        "update twinledger.event set leaf_hash = sha256('\\x00'::bytea || leaf) "
        f"where position = {position}"
    )


ALTERED = [
    ("update twinledger.event set leaf = set_byte(leaf, 9, 65) where position = 2", LeafChanged),
    ("update twinledger.event set leaf_hash = decode(repeat('ab', 32), 'hex') where position = 2",
     LeafChanged),
    (_with_hash("leaf = set_byte(leaf, 9, 65)", 2), LedgerForked),
    ("delete from twinledger.event where position = 2", EntryMissing),
    ("update twinledger.event set position = 9 where position = 2", EntryMissing),
    ("delete from twinledger.event where position = 3; update twinledger.head set size = 2",
     LedgerBehind),
]  # fmt: skip


@pytest.mark.parametrize(("change", "found"), ALTERED)
async def test_what_a_superuser_changes_after_signing_is_found_when_it_loads(
    desk: NotaryDesk, database: Database, change: str, found: type[NotaryStopped]
) -> None:
    await desk.sign()
    await altered(database.owner_dsn, change)

    with pytest.raises(found):
        await desk.load()
    with pytest.raises(StateRefused):
        await desk.notary.step()


@pytest.mark.parametrize(("change", "found"), [ALTERED[0], ALTERED[1], ALTERED[3]])
async def test_what_is_changed_before_signing_is_not_signed(
    desk: NotaryDesk, database: Database, change: str, found: type[NotaryStopped]
) -> None:
    await desk.load()
    await altered(database.owner_dsn, change)

    with pytest.raises(found):
        await desk.notary.step()
    assert await desk.checkpoint() is None


@pytest.mark.parametrize(
    "change",
    [
        "delete from twinledger.event where position > 1; update twinledger.head set size = 1",
        _with_hash("leaf = set_byte(leaf, 9, 65)", 3),
    ],
)
async def test_a_ledger_that_was_set_back_or_forked_is_noticed_while_it_runs(
    desk: NotaryDesk, database: Database, change: str
) -> None:
    await desk.sign()
    await altered(database.owner_dsn, change)
    await record(desk.pool, 4)

    with pytest.raises((LedgerBehind, LedgerForked)):
        await desk.notary.step()


@pytest.mark.parametrize(
    "change",
    [
        _with_hash("leaf = set_byte(leaf, 9, 65)", 2),
        "update twinledger.event set leaf_hash = decode('abab', 'hex') where position = 2",
        "delete from twinledger.event where position = 2",
    ],
)
async def test_an_old_entry_that_was_altered_is_told_as_such_with_the_next_signature(
    desk: NotaryDesk, database: Database, change: str
) -> None:
    await desk.sign()
    await altered(database.owner_dsn, change)
    await record(desk.pool, 1)

    with pytest.raises(NotContinued, match=r"^The ledger does not go on from the 3 .* Stop the"):
        await desk.notary.step()
    assert await desk.pool.fetchval("select count(*) from twinledger.checkpoint") == 1


async def reading_by(entries: type[StoredEntries], desk: NotaryDesk) -> Notary:
    """A notary at the desk, loaded, that reads the ledger in another way."""
    signers = signers_in(desk.folder, schema=SCHEMA, origin=None)
    notary = Notary(entries(desk.pool), desk.log, desk.state, signers)
    await notary.load()
    return notary


async def test_what_a_fail_over_took_away_before_it_was_signed_is_waited_for_and_not_missed(
    desk: NotaryDesk, database: Database
) -> None:
    class TakenOver(StoredEntries):
        async def durable(self) -> None:
            await cut(database, 5)

    await desk.sign()
    await record(desk.pool, 3)
    notary = await reading_by(TakenOver, desk)

    with pytest.raises(NotDurable):
        await notary.step()

    assert (await notary.step()).size == 5


async def test_what_a_fail_over_took_away_is_not_missed_where_others_came_after_the_look(
    desk: NotaryDesk, database: Database
) -> None:
    class TakenOver(StoredEntries):
        async def durable(self) -> None:
            await cut(database, 3)

        async def hashes(
            self, after: int, up_to: int, progress: Callable[[int, int], None] | None = None
        ) -> AsyncIterator[list[bytes]]:
            try:
                async for hashes in super().hashes(after, up_to, progress):
                    yield hashes
            except EntryMissing:
                await record(desk.pool, 3)
                raise

    await desk.sign()
    await record(desk.pool, 2)
    notary = await reading_by(TakenOver, desk)

    with pytest.raises(NotDurable):
        await notary.step()


async def test_what_came_in_the_place_of_what_was_waited_for_is_waited_for_too(
    desk: NotaryDesk, database: Database
) -> None:
    waits = 0

    class TakenOver(StoredEntries):
        async def durable(self) -> None:
            nonlocal waits
            waits += 1
            if waits == 1:
                await cut(database, 4)
                await record(desk.pool, 3)

    await desk.sign()
    await record(desk.pool, 2)
    notary = await reading_by(TakenOver, desk)

    with pytest.raises(NotDurable):
        await notary.step()

    assert (await notary.step()).size == 7
    assert waits == 2


async def test_a_hash_of_a_tile_that_was_changed_is_named_with_its_entries(
    desk: NotaryDesk, database: Database
) -> None:
    await record(desk.pool, 600)
    await desk.sign()
    change = "update twinledger.tile_hash set hash = sha256(hash) where index = 1"
    await altered(database.owner_dsn, change, tables=("tile_hash",))

    with pytest.raises(TileChanged, match="the entries 257 to 512"):
        await desk.load()


async def test_two_notaries_cannot_have_one_folder(desk: NotaryDesk) -> None:
    with pytest.raises(AnotherNotary, match="has the folder"), owned(desk.folder):
        pass


async def test_two_notaries_with_one_key_tell_one_story(desk: NotaryDesk, tmp_path: Path) -> None:
    await desk.sign()
    async with at_the_notary(desk.pool, _copy_of(desk.folder, tmp_path / "copy")) as other:
        await other.load()
        await record(desk.pool, 1)
        desk.log.fails = "before"
        with pytest.raises(Broken):
            await desk.notary.step()
        await record(desk.pool, 1)
        assert (await other.notary.step()).size == 5

        assert await desk.load() == 5  # not the 4 of its own state, which nobody has seen
        sizes = await desk.pool.fetch("select size from twinledger.checkpoint order by number")
        assert [row["size"] for row in sizes] == [3, 5]


async def test_a_checkpoint_is_not_published_behind_a_larger_one(
    desk: NotaryDesk, tmp_path: Path
) -> None:
    await desk.sign()
    older = read_state(desk.folder)
    assert older is not None
    checkpoint = older.checkpoint()
    assert checkpoint is not None
    await record(desk.pool, 1)
    await desk.notary.step()

    with pytest.raises(AnotherNotary, match="has published a checkpoint of 4 entries"):
        await desk.log.publish(checkpoint, older.note, [], [])


def _copy_of(folder: Path, copy: Path) -> Path:
    copy.mkdir()
    for name in ("key", "state.json"):
        (copy / name).write_bytes((folder / name).read_bytes())
        (copy / name).chmod(0o600)
    return copy


async def test_a_notary_without_the_key_of_the_log_signs_nothing(
    desk: NotaryDesk, tmp_path: Path
) -> None:
    await desk.sign()
    async with at_the_notary(desk.pool, tmp_path / "other") as other:
        with pytest.raises(AnotherNotary, match="is signed as twinledger/twinledger/"):
            await other.load()


async def test_a_key_that_is_gone_is_not_replaced(desk: NotaryDesk) -> None:
    await desk.sign()
    (desk.folder / "key").unlink()

    with pytest.raises(StateRefused, match=r"is gone.*Put it back"):
        signers_in(desk.folder, schema="twinledger", origin=None)


async def test_a_state_that_was_tampered_with_is_refused(desk: NotaryDesk) -> None:
    await desk.sign()
    file = desk.folder / "state.json"
    file.write_bytes(file.read_bytes().replace(b'"size": 3', b'"size": 2'))

    with pytest.raises(StateRefused, match="not as the notary wrote it"):
        await desk.load()
