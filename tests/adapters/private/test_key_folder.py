"""Data keys in a folder: its owner's alone, whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from adapters.ledger.errors import LedgerUnavailable
from adapters.private.key_folder import KeyFolder
from tests.adapters.private.key_store_contract import KEY, NAME, KeyStoreContract


@pytest.fixture
def store(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "keys" / "twinledger")


class TestKeyFolder(KeyStoreContract):
    """The contract, on files."""


async def test_nobody_else_may_read_a_key(store: KeyFolder) -> None:
    await store.keep(NAME, KEY)

    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(f.stat().st_mode) for f in store.folder.iterdir()] == [0o600]


async def test_a_destroyed_key_leaves_no_bytes_under_another_name(store: KeyFolder) -> None:
    await store.keep(NAME, KEY)
    os.link(store.folder / NAME, store.folder / "copy")

    await store.destroy(NAME)

    assert (store.folder / "copy").read_bytes() == bytes(len(KEY))


async def test_what_a_killed_process_left_of_a_key_is_destroyed_with_it(store: KeyFolder) -> None:
    await store.keep(NAME, KEY)
    (store.folder / f"{NAME}.0a1b2c3d").write_bytes(KEY)

    await store.destroy(NAME)

    assert list(store.folder.iterdir()) == []


async def test_where_no_key_can_be_kept_nothing_is_recorded(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file where the folder should be")

    with pytest.raises(LedgerUnavailable, match="cannot be kept"):
        await KeyFolder(tmp_path / "keys").keep(NAME, KEY)


async def test_a_name_that_leads_elsewhere_is_refused(store: KeyFolder) -> None:
    with pytest.raises(ValueError, match="commitment"):
        await store.find("../../etc/passwd")
