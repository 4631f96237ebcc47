"""Desks: of the demo, where one chooses a role, and of a register of one's own."""

from collections.abc import AsyncIterator, Iterator, MutableMapping
from typing import Any

import asyncpg
import pytest
import structlog
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from tests.api.desk import Desk, at_the_desk


@pytest.fixture
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    """What is logged, at whatever level, however an earlier test set the log up."""
    as_found = structlog.get_config()
    structlog.reset_defaults()
    with capture_logs([merge_contextvars]) as lines:
        yield lines
    structlog.configure(**as_found)


@pytest.fixture
async def desk(pool: "asyncpg.Pool[asyncpg.Record]") -> AsyncIterator[Desk]:
    async with at_the_desk(pool) as opened:
        yield opened


@pytest.fixture
async def own_desk(pool: "asyncpg.Pool[asyncpg.Record]") -> AsyncIterator[Desk]:
    """A register that is no demo: who acts signs in."""
    async with at_the_desk(pool, demo=False) as opened:
        yield opened
