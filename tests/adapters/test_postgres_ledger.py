"""The ledger in Postgres keeps the contract, and what only a database can promise."""

import asyncpg
import pytest

from adapters.ledger import PostgresLedger
from tests.adapters.ledger_contract import LedgerContract


@pytest.fixture
def ledger(pool: "asyncpg.Pool[asyncpg.Record]") -> PostgresLedger:
    return PostgresLedger(pool)


class TestPostgresLedger(LedgerContract):
    pass
