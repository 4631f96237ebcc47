"""Waiting for the ledger to grow: all who wait share one look at its end."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from litestar import Litestar

from api.refusals import TooManyWaiting
from api.services import Services
from domain.ports import Ledger

MOST_WAITING = 256
"""How many may wait in one process."""

_LOOK = 0.1  # seconds between two looks at the ledger's end while somebody waits
_log = structlog.stdlib.get_logger("twinledger.watch")


class LedgerWatch:
    """Who waits holds no connection: one task asks for all of them, while there are any."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._waiting = 0
        self._end = 0
        self._closed = False
        self._moved = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    def refuse_when_full(self) -> None:
        """Raise `TooManyWaiting` where as many wait as may."""
        if self._waiting >= MOST_WAITING:
            raise TooManyWaiting

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """To be among those who wait. Raises `TooManyWaiting`."""
        self.refuse_when_full()
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1

    @property
    def closed(self) -> bool:
        """Whether nobody waits here any more."""
        return self._closed

    def close(self) -> None:
        """Let go whoever waits: a server that is to end waits for all its answers to be whole."""
        self._closed = True
        self._moved.set()

    async def beyond(self, position: int, seconds: float) -> bool:
        """Whether an entry later than `position` is recorded before the time has passed.

        For who is among those who wait. Returns at once when this is closed.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while self._end <= position:
            left = deadline - loop.time()
            if left <= 0 or self._closed:
                return False
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look())
            try:
                # A look that failed is taken up again by whoever comes round first.
                async with asyncio.timeout(min(left, 1.0)):
                    await self._moved.wait()
            except TimeoutError:
                continue
        return True

    async def _look(self) -> None:
        try:
            while self._waiting and not self._closed:
                # An end that lies further back than before is that of a restored register.
                if (end := (await self._ledger.head()).position) != self._end:
                    self._end = end
                    self._moved.set()
                    self._moved = asyncio.Event()
                await asyncio.sleep(_LOOK)
        except Exception as error:
            _log.warning("look_failed", reason=str(error) or type(error).__name__)


def watch_of(app: Litestar) -> LedgerWatch:
    """The one of this application."""
    if "watch" not in app.state:
        services: Services = app.state.services
        app.state["watch"] = LedgerWatch(services.ledger)
    watch: LedgerWatch = app.state["watch"]
    return watch
