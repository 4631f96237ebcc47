"""The one clock of the service. Whoever needs another takes it as an argument."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime


def utc_now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


async def wait_at_most(seconds: float, event: asyncio.Event) -> None:
    """Wait for the event, but no longer than that."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
