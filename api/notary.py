"""The notary beside the service: it signs what is recorded.

It is a process of its own: what hashes a whole ledger holds up neither the pages nor what builds
them, and the private key lies in no process that reads what strangers send.
"""

import asyncio

import structlog
from msgspec import Struct

from adapters.notary.keeping import NotaryAtWork
from adapters.witness.asking import AskingWitnesses
from api.child import started

_log = structlog.get_logger("twinledger.notary")

_SILENT = 60.0  # seconds without a sign of life after which it is taken for hung
_PAUSE = 1.0  # seconds before one that was killed is replaced
_LONGEST_PAUSE = 60.0  # what they become where one after the other ends by itself


class Signing(Struct, frozen=True):
    """What the notary is told first, as a line of JSON: the ledger, its folder, the log's name.

    `origin` is empty where the folder decides; `log` is a file's path, empty for standard error.
    `witnesses` are those whom it asks, as a policy file.
    """

    dsn: str
    schema: str
    statement_cache: int
    folder: str
    origin: str = ""
    log: str = ""
    witnesses: str = "quorum none\n"

    def __repr__(self) -> str:
        """Without the DSN: it holds a password."""
        return f"Signing(schema={self.schema!r}, folder={self.folder!r})"


class NotaryBeside:
    """One notary at a time. Without it the service goes on: the pages say up to where is signed."""

    def __init__(self, signing: Signing) -> None:
        self._signing = signing
        self.process_id: int | None = None
        """Of the one at work now; None while there is none."""

    async def keep(self, stop: asyncio.Event) -> None:
        """Have one at work until `stop` is set; whoever ends before is replaced.

        What it finds, it says itself, in the log and to all who serve. It may be killed at any
        moment: its state says what it has signed.
        """
        stopping = asyncio.create_task(stop.wait())
        pause = _PAUSE
        try:
            while not stop.is_set():
                child = await started("api.notary_program", self._signing)
                self.process_id = child.process.pid
                code, _ = await child.ended(stopping, _SILENT)
                if stop.is_set():
                    break
                _log.error("notary_ended", code=code)
                await asyncio.wait([stopping], timeout=pause)
                pause = min(2 * pause, _LONGEST_PAUSE) if code > 0 else _PAUSE
        finally:
            stopping.cancel()
            self.process_id = None


async def sign(
    notary: NotaryAtWork,
    asking: AskingWitnesses,
    stop: asyncio.Event,
    *ends: "asyncio.Task[object]",
) -> None:
    """Sign, and have the witnesses sign, until `stop` is set or one of `ends` is done.

    The reading of a whole ledger is given up then: nothing is signed by half. Raises what ended the
    notary by itself.
    """
    working = asyncio.create_task(notary.keep(stop))
    witnessing = asyncio.create_task(asking.keep(stop))
    witnessing.add_done_callback(_say_its_fault)
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([working, stopping, *ends], return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            await working  # it ends by itself by a fault alone, which is to be seen
    finally:
        for task in (working, witnessing, stopping):
            task.cancel()
        await asyncio.wait([working, witnessing])


def _say_its_fault(witnessing: "asyncio.Task[None]") -> None:
    """At once: the notary goes on signing without witnesses, and somebody has to know."""
    if not witnessing.cancelled() and (fault := witnessing.exception()):
        _log.error("asking_witnesses_ended", exc_info=fault)
