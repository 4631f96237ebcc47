"""A hint that the ledger has grown. Losing it costs a moment; polling is the truth."""

import asyncio

import asyncpg
import structlog

_log = structlog.get_logger("twinledger.projections")

_TRY_AGAIN = 30.0  # seconds after the listening connection was lost


class WakeUp:
    """Waits for the ledger's notification, for `ring`, or for a time, whichever comes first.

    `dsn` is a direct one: a transaction pooler forgets who listens. Without it there is only time.
    """

    def __init__(self, dsn: str | None, channel: str) -> None:
        self._dsn, self._channel = dsn, channel
        self._rung = asyncio.Event()
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._not_before = 0.0

    def ring(self) -> None:
        """Wake whoever waits, or let the next one not wait at all."""
        self._rung.set()

    async def wait(self, seconds: float) -> None:
        """Return early when something may have happened."""
        await self._listen()
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            pass
        self._rung.clear()

    async def close(self) -> None:
        """Stop listening."""
        if self._connection is not None and not self._connection.is_closed():
            await self._connection.close()

    async def _listen(self) -> None:
        now = asyncio.get_running_loop().time()
        lost = self._connection is None or self._connection.is_closed()
        if self._dsn is None or not lost or now < self._not_before:
            return
        self._not_before = now + _TRY_AGAIN
        try:
            self._connection = await asyncpg.connect(self._dsn, timeout=5)
            await self._connection.add_listener(self._channel, lambda *_: self.ring())
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            _log.warning("not_listening", reason=str(error))
