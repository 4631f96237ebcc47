"""What the notary's process runs. Standard input is `Signing`; its end is the end of the service,
and so of this. Standard output is an empty line each second, as a sign of life."""

import asyncio
import signal
import sys
from contextlib import suppress
from pathlib import Path

import msgspec
import structlog

from adapters.log import configure_log
from adapters.notary.keeping import Desk, NotaryAtWork
from adapters.postgres.pool import open_pool
from adapters.witness.asking import AskingWitnesses
from api.child import beat
from api.event_loop import run_program
from api.notary import Signing
from domain.transparency.policy import parse_witnesses

_log = structlog.get_logger("twinledger.notary")


def main() -> None:
    """Sign until standard input ends, or SIGINT or SIGTERM."""
    run_program(_run())


async def _run() -> None:
    loop = asyncio.get_running_loop()
    told = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(told), sys.stdin)
    first = await told.readline()
    if not first:
        return  # the service was gone before this had begun
    signing = msgspec.json.decode(first, type=Signing)
    configure_log(Path(signing.log) if signing.log else None, level="WARNING")
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    hearing = asyncio.create_task(_until_the_end_of(told, stop))
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
    working = asyncio.create_task(NotaryAtWork(pool, desk, told=asking.ring).keep(stop))
    witnessing = asyncio.create_task(asking.keep(stop))
    witnessing.add_done_callback(_say_its_fault)
    stopping = asyncio.create_task(stop.wait())
    try:
        # The reading of a whole ledger is given up: nothing is signed by half.
        await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
        working.cancel()
        witnessing.cancel()
        await asyncio.wait([witnessing])
        with suppress(asyncio.CancelledError):
            await working
    finally:
        stopping.cancel()
        pool.terminate()


def _say_its_fault(witnessing: asyncio.Task[None]) -> None:
    """At once: the notary goes on signing without witnesses, and somebody has to know."""
    if not witnessing.cancelled() and (fault := witnessing.exception()):
        _log.error("asking_witnesses_ended", exc_info=fault)


async def _until_the_end_of(told: asyncio.StreamReader, stop: asyncio.Event) -> None:
    try:
        while await told.readline():
            pass
    finally:
        stop.set()
