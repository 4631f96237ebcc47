"""What every store of data keys promises. A test file gives the `store`."""

import secrets

import pytest

from domain.private import KeyStore

NAME, OTHER = secrets.token_hex(32), secrets.token_hex(32)
KEY = secrets.token_bytes(32)


class KeyStoreContract:
    async def test_a_key_is_found_by_its_name(self, store: KeyStore) -> None:
        await store.keep(NAME, KEY)

        assert await store.find(NAME) == KEY
        assert await store.find(OTHER) is None

    async def test_a_name_never_gets_a_second_key(self, store: KeyStore) -> None:
        await store.keep(NAME, KEY)

        with pytest.raises(Exception, match="cannot be kept"):
            await store.keep(NAME, bytes(32))
        assert await store.find(NAME) == KEY

    async def test_a_destroyed_key_is_gone_and_the_others_stay(self, store: KeyStore) -> None:
        await store.keep(NAME, KEY)
        await store.keep(OTHER, KEY)

        await store.destroy(NAME)

        assert (await store.find(NAME), await store.find(OTHER)) == (None, KEY)

    async def test_destroying_again_is_no_error(self, store: KeyStore) -> None:
        await store.destroy(NAME)
        await store.destroy(NAME)
