"""A register that people visit, and its notary."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from tests.adapters.notary.desk import NotaryDesk, at_the_notary


@pytest.fixture
async def notary(pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path) -> AsyncIterator[NotaryDesk]:
    async with at_the_notary(pool, tmp_path / "notary") as opened:
        yield opened
