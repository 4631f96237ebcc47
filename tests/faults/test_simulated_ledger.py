"""The model of the database keeps the contract of a ledger, behind the real batcher."""

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from adapters.clock import utc_now
from adapters.ledger import PostgresLedger
from tests.adapters.ledger_contract import LedgerContract
from tests.faults.database import Database
from tests.faults.failing import Faults
from tests.faults.line import Pool, Server


class _Quiet(Faults):
    async def pass_time(self) -> None:
        """Nothing takes time here: the contract runs by the real clock."""

    def strikes(self) -> bool:
        return False


@pytest.fixture
def ledger() -> PostgresLedger:
    faults = cast(Any, _Quiet)(None, often=0.0)
    earliest = datetime(1, 1, 1, tzinfo=UTC)
    database = Database(
        clock=utc_now, flush=faults.pass_time, replicated=faults.replicated, earliest=earliest
    )
    return PostgresLedger(cast(Any, Pool(Server(database, faults))))


class TestSimulatedLedger(LedgerContract):
    pass
