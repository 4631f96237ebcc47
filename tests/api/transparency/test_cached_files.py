"""A cache keeps for ever what leads to the signed root by the very bytes that go out; no more."""

from collections.abc import Sequence

import msgspec
import pytest

from adapters.ledger import PostgresLedger
from domain.ports import Recorded
from domain.transparency.tiles import Bundle, Tile
from tests.adapters.notary.desk import NotaryDesk, altered, record
from tests.api.desk import Desk
from tests.conftest import Database

FOR_EVER = "public, max-age=31536000, immutable"
HASH_SWAPPED = "update twinledger.event set leaf_hash = sha256('another') where position = {}"
BYTES_ADDED = "update twinledger.event set leaf = leaf || ' ' where position = {}"
COPIED = "create table public.kept as select * from twinledger.event"
PUT_RIGHT = (
    "update twinledger.event e set leaf = k.leaf, leaf_hash = k.leaf_hash "
    "from public.kept k where k.position = e.position"
)
CHANGED_OR_ANOTHER = "This is not the entry that was signed, or another one is not."


@pytest.fixture
async def signed(desk: Desk, notary: NotaryDesk) -> Desk:
    """A visitor at a register of 600 entries, all of them signed."""
    await record(notary.pool, 600)
    await notary.sign()
    return desk


async def _kept_for(desk: Desk, address: str) -> str:
    answer = await desk.client.get(address)
    assert answer.status_code == 200, answer.text
    return str(answer.headers["cache-control"])


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("tile/entries/000", BYTES_ADDED.format(2)),
        ("tile/entries/002.p/88", BYTES_ADDED.format(599)),
        ("tile/entries/001.p/7", BYTES_ADDED.format(260)),
        ("tile/0/000", HASH_SWAPPED.format(2)),
        ("tile/0/002.p/3", HASH_SWAPPED.format(514)),
    ],
)
async def test_changed_bytes_that_are_put_right_while_they_go_out_are_kept_by_no_cache(
    path: str, change: str, signed: Desk, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await altered(database.owner_dsn, COPIED, change)
    read = signed.services.log.resource

    async def then_put_right(resource: Tile | Bundle, size: int) -> bytes:
        data = await read(resource, size)
        await altered(database.owner_dsn, PUT_RIGHT)
        return data

    monkeypatch.setattr(signed.services.log, "resource", then_put_right)
    changed = await signed.client.get(f"/{path}")
    monkeypatch.undo()
    right = await signed.client.get(f"/{path}")

    assert changed.content != right.content
    assert changed.headers["cache-control"] == "no-store"
    assert right.headers["cache-control"] == FOR_EVER


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("tile/entries/000", BYTES_ADDED.format(256)),
        ("tile/entries/002.p/5", BYTES_ADDED.format(513)),
        ("tile/0/001", HASH_SWAPPED.format(512)),
        ("tile/0/002.p/88", HASH_SWAPPED.format(600)),
        ("tile/1/000.p/2", "update twinledger.tile_hash set hash = sha256('another')"),
        ("tile/1/000.p/1", "update twinledger.tile_hash set hash = sha256('another')"),
    ],
)
async def test_a_file_is_kept_for_ever_until_anything_in_it_is_changed(
    path: str, change: str, signed: Desk, database: Database
) -> None:
    assert await _kept_for(signed, f"/{path}") == FOR_EVER
    await altered(database.owner_dsn, change, tables=("event", "tile_hash"))

    assert await _kept_for(signed, f"/{path}") == "no-store"


async def test_a_file_for_whose_proof_something_is_missing_is_handed_out_and_kept_by_no_cache(
    signed: Desk, database: Database
) -> None:
    await altered(database.owner_dsn, "delete from twinledger.tile_hash", tables=("tile_hash",))

    for path in ("tile/0/000", "tile/entries/000"):
        assert await _kept_for(signed, f"/{path}") == "no-store"


async def test_the_entries_of_a_bundle_are_not_read_again_to_prove_it(
    signed: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read_again(_ledger: PostgresLedger, _after: int, _limit: int) -> Sequence[Recorded]:
        raise AssertionError("A bundle of 256 entries cost eight times as much as before.")

    monkeypatch.setattr(PostgresLedger, "read_after", read_again)

    assert await _kept_for(signed, "/tile/entries/000") == FOR_EVER


@pytest.fixture
async def signed_by_a_newer_release(desk: Desk, notary: NotaryDesk, database: Database) -> Desk:
    """Three entries, all of them signed; the second says something in a way of a newer release."""
    await record(notary.pool, 3)
    (entry,) = await desk.services.ledger.read_after(1, 1)
    newer = msgspec.json.encode(msgspec.json.decode(entry.leaf) | {"newer": 1})
    recorded = rf"leaf = '\x{newer.hex()}', leaf_hash = sha256('\x00'::bytea || '\x{newer.hex()}')"
    change = f"update twinledger.event set {recorded} where position = 2"
    await altered(database.owner_dsn, change)
    await notary.sign()
    return desk


async def test_an_entry_that_only_a_newer_release_can_read_may_be_kept_as_it_was_signed(
    signed_by_a_newer_release: Desk,
) -> None:
    desk = signed_by_a_newer_release

    for address in ("/entries/2/leaf", "/tile/entries/000.p/3", "/tile/0/000.p/3"):
        assert await _kept_for(desk, address) == FOR_EVER
    assert "This entry cannot be read." in (await desk.get("/entries/2")).text


async def test_an_entry_that_cannot_be_read_is_not_blamed_for_the_change_of_another(
    signed_by_a_newer_release: Desk, database: Database
) -> None:
    desk, hash_too = signed_by_a_newer_release, r"leaf_hash = sha256('\x00'::bytea || leaf || ' ')"
    change = f"update twinledger.event set leaf = leaf || ' ', {hash_too} where position = 1"
    await altered(database.owner_dsn, change)

    assert CHANGED_OR_ANOTHER in (await desk.get("/entries/2")).text
    assert await _kept_for(desk, "/entries/2/leaf") == "no-store"


async def test_an_entry_that_cannot_be_read_may_be_kept_for_a_second_before_it_is_signed(
    signed_by_a_newer_release: Desk, notary: NotaryDesk, database: Database
) -> None:
    await record(notary.pool, 1)
    no_leaf = r"leaf = '\x00', leaf_hash = sha256('\x0000')"
    await altered(database.owner_dsn, f"update twinledger.event set {no_leaf} where position = 4")
    answer = await signed_by_a_newer_release.client.get("/entries/4/leaf")

    assert answer.headers["cache-control"] == "public, max-age=1"
    assert answer.headers["content-type"] == "application/octet-stream"
