"""The worker beside the service: it keeps the projections at the end of the ledger.

It is a process of its own, so that the core that answers people does not also build what they read.
It lives and dies with the service: the only other end of its standard input is here.
"""

import asyncio
from collections import deque

import msgspec
import structlog
from msgspec import Struct

from adapters.problems import CannotRun
from api.child import Child, started

_log = structlog.get_logger("twinledger.worker")

_SILENT = 30.0  # seconds without a sign of life after which one is taken for hung
_PAUSE = 1.0  # seconds before one that was killed is replaced
# Killed so often in so many seconds, something here kills it, and the pages would stand still.
_KILLED_AT_MOST, _SOON = 5, 60.0


class Work(Struct, frozen=True):
    """What the worker is told first, as a line of JSON: the ledger, and where its log goes.

    `log` is a file's path, empty for standard error. `listen_dsn` leads past a pooler, which
    forgets who listens; empty where there is no such way.
    """

    dsn: str
    schema: str
    statement_cache: int
    log: str = ""
    listen_dsn: str = ""

    def __repr__(self) -> str:
        """Without the DSNs: they hold passwords."""
        return f"Work(schema={self.schema!r})"


class Stopped(Struct, frozen=True):
    """What the worker says, as JSON, when it cannot go on."""

    problem: str
    remedy: str


class WorkerStopped(CannotRun):
    """The projections cannot go on until somebody acts."""


class Worker:
    """One worker at a time. It may be killed at any moment: the next goes on from its cursors.

    It gives a sign of life every second; one that is `silent` for so many seconds is killed here.
    """

    def __init__(self, work: Work, *, silent: float = _SILENT) -> None:
        self._work, self._silent = work, silent
        self._at_work: Child | None = None

    @property
    def process_id(self) -> int | None:
        """Of the one at work now; None while there is none."""
        return self._at_work.process.pid if self._at_work else None

    def ring(self) -> None:
        """Ask it to look at the ledger now, if there is one; losing this costs a moment."""
        if self._at_work is not None:
            self._at_work.ring()

    async def keep(self, stop: asyncio.Event) -> None:
        """Have one at work until `stop` is set; whoever is killed is replaced.

        Raises `WorkerStopped` as soon as one says that it cannot go on, or ends by a fault, or one
        after the other is killed.
        """
        loop = asyncio.get_running_loop()
        killed: deque[float] = deque(maxlen=_KILLED_AT_MOST)
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                self._at_work = await started("api.worker_program", self._work)
                code, told = await self._at_work.ended(stopping, self._silent)
                if told or code > 0:
                    raise _stopped(code, told)
                if stop.is_set():
                    break
                if code != 0:  # with 0 it ended because somebody asked it to
                    _log.error("worker_killed", code=code)
                    killed.append(loop.time())
                if len(killed) == _KILLED_AT_MOST and loop.time() - killed[0] < _SOON:
                    raise _killed(code)
                await asyncio.wait([stopping], timeout=_PAUSE)
        finally:
            stopping.cancel()
            self._at_work = None


def _killed(code: int) -> WorkerStopped:
    return WorkerStopped(
        f"The worker that builds the pages was killed {_KILLED_AT_MOST} times within "
        f"{_SOON:.0f} seconds (last by signal {-code}).",
        "See whether the system has enough memory for it; what was recorded stays. Start again.",
    )


def _stopped(code: int, told: bytes) -> WorkerStopped:
    if told:
        stopped = msgspec.json.decode(told, type=Stopped)
        return WorkerStopped(stopped.problem, stopped.remedy)
    return WorkerStopped(
        f"The worker that builds the pages ended by a fault (code {code}).",
        "The log says more. What was recorded stays; start again, and report the fault.",
    )
