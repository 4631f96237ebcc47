"""The keys that other tests use keep what every store of keys promises."""

import pytest

from tests.adapters.private.key_store_contract import KeyStoreContract
from tests.adapters.private.keys import MemoryKeys


@pytest.fixture
def store() -> MemoryKeys:
    return MemoryKeys()


class TestMemoryKeys(KeyStoreContract):
    """The contract, in memory."""
