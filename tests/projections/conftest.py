"""The ledger, the projections on it, and their readers, on a fresh database."""

import asyncpg
import pytest

from adapters.ledger import PostgresLedger
from projections.register import PostgresRegister
from projections.runner import Runner
from projections.timeline import PostgresTimeline
from tests.projections.played import Clerks


@pytest.fixture
def ledger(pool: "asyncpg.Pool[asyncpg.Record]") -> PostgresLedger:
    return PostgresLedger(pool)


@pytest.fixture
def clerks(ledger: PostgresLedger) -> Clerks:
    return Clerks(ledger)


@pytest.fixture
def runner(pool: "asyncpg.Pool[asyncpg.Record]", ledger: PostgresLedger) -> Runner:
    return Runner(pool, ledger)


@pytest.fixture
def register(pool: "asyncpg.Pool[asyncpg.Record]") -> PostgresRegister:
    return PostgresRegister(pool)


@pytest.fixture
def timeline(pool: "asyncpg.Pool[asyncpg.Record]") -> PostgresTimeline:
    return PostgresTimeline(pool)
