"""What the notary's process runs. Standard input is `Signing`; its end is the end of the service,
and so of this. Standard output is an empty line each second, as a sign of life."""

import asyncio
import sys
from pathlib import Path

import structlog

from adapters.log import configure_log
from adapters.notary.keeping import Desk, NotaryAtWork
from adapters.postgres.pool import open_pool
from adapters.witness.asking import AskingWitnesses
from api.child import beat, stopped_by_signals, told_first
from api.event_loop import run_program
from api.notary import Signing, sign
from domain.transparency.policy import parse_witnesses

_log = structlog.get_logger("twinledger.notary")


def main() -> None:
    """Sign until standard input ends, or SIGINT or SIGTERM."""
    run_program(_run())


async def _run() -> None:
    told = await told_first(Signing)
    if told is None:
        return
    signing, lines = told
    configure_log(Path(signing.log) if signing.log else None, level="WARNING")
    stop = stopped_by_signals()
    hearing = asyncio.create_task(_until_the_end_of(lines, stop))
    beating = asyncio.create_task(beat())
    try:
        await _keep(signing, stop)
    except Exception:
        _log.exception("notary_fault")
        sys.exit(1)
    finally:
        hearing.cancel()
        beating.cancel()


async def _keep(signing: Signing, stop: asyncio.Event) -> None:
    # Not tried: a database that is away is waited for.
    pool = await open_pool(
        signing.dsn, size=4, statement_cache_size=signing.statement_cache, tried=False
    )
    desk = Desk(Path(signing.folder), signing.schema, signing.origin or None)
    asking = AskingWitnesses(pool, parse_witnesses(signing.witnesses), schema=signing.schema)
    try:
        await sign(NotaryAtWork(pool, desk, told=asking.ring), asking, stop)
    finally:
        pool.terminate()


async def _until_the_end_of(told: asyncio.StreamReader, stop: asyncio.Event) -> None:
    try:
        while await told.readline():
            pass
    finally:
        stop.set()
