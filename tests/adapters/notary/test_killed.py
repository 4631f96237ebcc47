"""A notary that is killed at any of its steps: the next one publishes what was signed, or signs as
if nothing had been. Never two roots for one size."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import asyncpg
import pytest

from adapters.notary.state import read_state
from tests.adapters.notary.desk import at_the_notary, record
from tests.conftest import Database

ROOT = Path(__file__).parents[3]


async def killed(database: Database, step: str, folder: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.adapters.notary.killed", *step.split(), str(folder)),
        cwd=ROOT,
        env=os.environ | {"NOTARY_DSN": database.app_dsn},
    )
    async with asyncio.timeout(60):
        assert await process.wait() == -signal.SIGKILL


@pytest.mark.parametrize(
    ("step", "signed"),
    [("before save", 0), ("after save", 3), ("before publish", 3), ("after publish", 3)],
)
async def test_the_next_notary_publishes_exactly_what_was_signed(
    step: str,
    signed: int,
    database: Database,
    pool: "asyncpg.Pool[asyncpg.Record]",
    tmp_path: Path,
) -> None:
    await record(pool, 3)
    await killed(database, step, tmp_path)
    state = read_state(tmp_path)
    assert (state.size if state else 0) == signed
    published = await pool.fetchval("select count(*) from twinledger.checkpoint")
    assert published == (step == "after publish")

    await record(pool, 1)
    async with at_the_notary(pool, tmp_path) as desk:
        assert await desk.sign() == 4
        assert (await desk.verified(2)).size == 4
    notes = await pool.fetch("select size, note from twinledger.checkpoint order by number")
    assert [row["size"] for row in notes] == ([3, 4] if signed else [4])
    if state:
        assert notes[0]["note"] == state.note
