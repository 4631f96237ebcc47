"""A ledger, and a file with whatever a list may hold."""

from pathlib import Path

import pytest

from adapters.ledger import MemoryLedger
from tests.api.imported import Written


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(content: str) -> Path:
        path = tmp_path / "list.csv"
        path.write_text(content)
        return path

    return write
