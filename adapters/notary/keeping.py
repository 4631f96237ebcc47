"""A notary at work: it signs once a second at most, and begins anew after any failure."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import asyncpg
import structlog
from msgspec import Struct
from msgspec.structs import replace

from adapters.clock import wait_at_most
from adapters.notary.entries import StoredEntries
from adapters.notary.errors import AnotherNotary, LedgerAltered, NotDurable
from adapters.notary.keys import key_files, signers_in
from adapters.notary.lost import note_lost
from adapters.notary.notary import Notary, Progress, Signed
from adapters.notary.published import PublishedLog
from adapters.notary.standing import Notice, Notices
from adapters.notary.state import owned
from adapters.postgres.errors import LOST
from adapters.problems import CannotRun
from domain.transparency.note import Signer, format_vkey

PERIOD = 1.0  # seconds between two signatures, at least
PAUSE = 30.0  # seconds after a failure, before everything is read and hashed again

_log = structlog.get_logger("twinledger.notary")


class Desk(Struct, frozen=True):
    """Where a notary works: its folder, and the ledger in the schema of a database."""

    folder: Path
    schema: str
    origin: str | None = None


class NotaryAtWork:
    """Signs for the ledger of `desk`; `told` hears of each load and each signature."""

    def __init__(
        self,
        pool: "asyncpg.Pool[asyncpg.Record]",
        desk: Desk,
        *,
        told: Callable[[Sequence[Signer], Signed], None] = lambda _signers, _signed: None,
        progress: Progress | None = None,
        period: float = PERIOD,
        pause: float = PAUSE,
    ) -> None:
        self._pool, self._desk, self._told, self._progress = pool, desk, told, progress
        self._period, self._pause = period, pause
        self._entries = StoredEntries(pool, schema=desk.schema)
        self._log = PublishedLog(pool, schema=desk.schema)
        self._notices = Notices(pool, schema=desk.schema)

    async def keep(self, stop: asyncio.Event) -> None:
        """Sign until `stop` is set.

        Whatever fails is said in the log and in the notary's notice; after the pause everything is
        loaded again.
        """
        while not stop.is_set():
            try:
                await self._sign(stop)
            except Exception as error:
                await self._tell(error)
                await wait_at_most(self._pause, stop)

    async def _sign(self, stop: asyncio.Event) -> None:
        """Load, and sign until `stop` is set, something fails, or there are other keys."""
        with owned(self._desk.folder) as state:
            keys = key_files(self._desk.folder)
            signers = signers_in(
                self._desk.folder, schema=self._desk.schema, origin=self._desk.origin
            )
            notary = Notary(self._entries, self._log, state, signers)
            signed = await notary.load(self._progress)
            await self._notices.give(Notice())
            _log.info("notary_loaded", key=format_vkey(signers[0].key), signed=signed.size)
            self._told(signers, signed)
            keys = keys or key_files(self._desk.folder)  # made just now, the first time
            waits = False
            while not stop.is_set() and key_files(self._desk.folder) == keys:
                before = signed.size
                try:
                    signed = await notary.step()
                except NotDurable as error:
                    # Nothing was begun, so nothing has to be read again.
                    if not waits:
                        await self._tell(error)
                    waits = True
                else:
                    if waits:
                        await self._notices.give(Notice())
                    waits = False
                if signed.size > before:
                    self._told(signers, signed)
                await wait_at_most(self._period, stop)

    async def _tell(self, error: Exception) -> None:
        notice = _notice_of(error)
        if isinstance(error, LedgerAltered):
            with suppress(*LOST, asyncpg.PostgresError, CannotRun):
                notice = await self._with_loss(notice)
        if isinstance(error, CannotRun):
            _log.error("notary_stopped", problem=notice.problem, remedy=notice.remedy)
        else:
            _log.error("notary_stopped", problem=notice.problem, exc_info=error)
        # Of another notary nothing is said: that one signs.
        if not isinstance(error, AnotherNotary):
            with suppress(*LOST, asyncpg.PostgresError):
                await self._notices.give(notice)

    async def _with_loss(self, notice: Notice) -> Notice:
        """The notice with the first entry that differs and how many are lost, where that is known;
        which they are is noted.
        """
        loss = await note_lost(self._pool, self._desk.folder, self._desk.schema)
        if loss is None:
            return notice
        lost = "1 signed entry is" if loss.entries == 1 else f"{loss.entries} signed entries are"
        told = f"The first entry that differs is {loss.first}; {lost} lost, listed at /verify."
        return replace(notice, problem=f"{notice.problem} {told}")


def _notice_of(error: Exception) -> Notice:
    match error:
        case CannotRun():
            return Notice(isinstance(error, LedgerAltered), error.problem, error.remedy)
        case _:
            said = str(error).partition("\n")[0] or type(error).__name__
            return Notice(
                False,
                f"The notary was stopped by a fault: {said}.",
                "It reads everything again by itself and goes on. If this stays, see its log.",
            )
