"""A ledger on which reports are made."""

from datetime import UTC, datetime

import pytest

from adapters.ledger.memory import MemoryLedger
from tests.api.reported import happened

FOUR_DAYS = [datetime(2026, 11, day, 23, 59, 59, 999999, UTC) for day in (1, 2, 3, 4)]


@pytest.fixture
async def ledger() -> MemoryLedger:
    """Three events, each at the very end of a day in November; a fourth can come."""
    times = iter(FOUR_DAYS)
    ledger = MemoryLedger(clock=lambda: next(times))
    for _ in range(3):
        await happened(ledger)
    return ledger
