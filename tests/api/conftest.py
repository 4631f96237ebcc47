"""Desks: of the demo, where one chooses a role, and of a register of one's own."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.api.desk import Desk, at_the_desk


@pytest.fixture
async def desk(pool: "asyncpg.Pool[asyncpg.Record]") -> AsyncIterator[Desk]:
    async with at_the_desk(pool) as opened:
        yield opened


@pytest.fixture
async def own_desk(pool: "asyncpg.Pool[asyncpg.Record]") -> AsyncIterator[Desk]:
    """A register that is no demo: who acts signs in."""
    async with at_the_desk(pool, demo=False) as opened:
        yield opened
