"""A program at a register that is empty and runs."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.api.rest.programs import Program, a_program


@pytest.fixture
async def program(pool: "asyncpg.Pool[asyncpg.Record]") -> AsyncIterator[Program]:
    async with a_program(pool) as opened:
        yield opened
