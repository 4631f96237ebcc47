"""A program at a register that is empty and runs."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.api.rest.programs import Program, a_program
from tests.projections.played import Clerks


@pytest.fixture
async def program(pool: "asyncpg.Pool[asyncpg.Record]") -> AsyncIterator[Program]:
    async with a_program(pool) as opened:
        yield opened


@pytest.fixture
def clerks(program: Program) -> Clerks:
    return Clerks(program.services.ledger)
