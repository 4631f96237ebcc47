from pathlib import Path

import pytest

from tests.verifier.auditor import Auditor
from tests.verifier.register import Register, leaf


@pytest.fixture
def auditor(tmp_path: Path) -> Auditor:
    return Auditor(tmp_path)


@pytest.fixture(scope="session")
def register() -> Register:
    """Two full tiles and a part of a third."""
    return Register(leaf(position) for position in range(1, 601))


@pytest.fixture(scope="session")
def rewritten(register: Register) -> Register:
    """The same key signs another history: entry 300 is another one, and all hashes are right."""
    leaves = list(register.leaves)
    leaves[299] = leaf(300, "as if it had always been so")
    return Register(leaves)
