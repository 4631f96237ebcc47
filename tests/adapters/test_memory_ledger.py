"""The ledger in memory keeps the contract."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.ledger import MemoryLedger
from tests.adapters.ledger_contract import LedgerContract
from tests.adapters.submissions import event, submission


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


class TestMemoryLedger(LedgerContract):
    pass


async def test_a_clock_that_runs_back_does_not_take_the_record_along() -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    times = iter([noon, noon - timedelta(hours=1)])
    ledger = MemoryLedger(clock=lambda: next(times))

    await ledger.append(submission(event("a")))
    receipt = await ledger.append(submission(event("a")))

    assert receipt.recorded_at == noon
