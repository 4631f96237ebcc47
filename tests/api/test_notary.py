"""The notary beside the service: it signs what is recorded, and one that is killed is replaced."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import asyncpg

from adapters.notary.published import PublishedLog
from api.notary import NotaryBeside, Signing
from domain.transparency.checkpoint import Checkpoint, parse_checkpoint
from domain.transparency.note import parse_note
from domain.transparency.proofs import verify_consistency
from tests.adapters.notary.desk import record
from tests.conftest import SCHEMA, Database

PATIENCE = 60.0
"""Seconds after which a test gives up: none of them waits for a time to pass."""


@asynccontextmanager
async def kept(database: Database, folder: Path) -> AsyncIterator[NotaryBeside]:
    """A notary at work."""
    notary = NotaryBeside(Signing(database.app_dsn, SCHEMA, database.statement_cache, str(folder)))
    stop = asyncio.Event()
    keeping = asyncio.create_task(notary.keep(stop))
    try:
        yield notary
    finally:
        stop.set()
        await keeping


async def signed(log: PublishedLog, size: int) -> None:
    """Return when so many entries are signed."""
    async with asyncio.timeout(PATIENCE):
        while (found := await log.latest()) is None or found.size < size:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)


async def checkpoints(pool: "asyncpg.Pool[asyncpg.Record]") -> list[Checkpoint]:
    """All that were ever published."""
    rows = await pool.fetch("select note from twinledger.checkpoint order by number")
    return [parse_checkpoint(parse_note(row["note"]).text) for row in rows]


async def test_a_notary_that_is_killed_again_and_again_tells_one_story(
    database: Database, pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    log = PublishedLog(pool)
    async with kept(database, tmp_path / "notary") as notary:
        for times in range(1, 4):
            await record(pool, 300)
            await signed(log, 300 * times)
            assert notary.process_id is not None
            os.kill(notary.process_id, signal.SIGKILL)
        await record(pool, 1)
        await signed(log, 901)

    found = await checkpoints(pool)
    for old, new in pairwise(found):
        verify_consistency(
            old_size=old.size,
            old_root=old.root,
            new_size=new.size,
            new_root=new.root,
            proof=await log.consistency(old.size, new.size),
        )
    assert len({one.origin for one in found}) == 1
