"""The feed as a stream of server-sent events (HTML, section 9.2) that stays open."""

from collections.abc import AsyncIterator

import msgspec
from litestar.response import Stream

from api import as_at
from api.rest.ledger_watch import LedgerWatch
from api.rest.recorded import EntryRange, event_of
from domain.ports import Ledger, Recorded

_HEARTBEAT = 15.0  # seconds after which a silent stream says that it is still there
_STREAM_ENDS = 900.0  # seconds without news: who reads on comes again with the id of the last entry
_AT_ONCE = 200  # entries that a stream reads in one go


def stream(ledger: Ledger, watch: LedgerWatch, asked_for: EntryRange) -> Stream:
    """Every entry of `asked_for`, and those that come, each with the id behind which to go on.

    It ends where the ledger no longer has the entry that was given last.
    """
    return Stream(
        _events(ledger, watch, asked_for),
        media_type="text/event-stream",
        # A proxy that keeps events back until there are many makes a feed of yesterday.
        headers={"x-accel-buffering": "no"},
    )


async def _events(
    ledger: Ledger, watch: LedgerWatch, asked_for: EntryRange
) -> AsyncIterator[bytes]:
    behind, spent = asked_for.behind, 0.0
    with watch.waiting():
        yield b"retry: 2000\n\n"
        while not watch.closed and spent < _STREAM_ENDS:
            if asked_for.until is not None and behind.position >= asked_for.until:
                return
            read = await as_at.entries_behind(ledger, behind, _AT_ONCE)
            if read is None:
                # Who comes again with the id of the last entry is told from which one on.
                yield b": this register has another history now\n\n"
                return
            for one in asked_for.fitting(read):
                yield _event(one)
            if read:
                behind = as_at.of(read[-1])
            elif not await watch.beyond(behind.position, _HEARTBEAT):
                spent += _HEARTBEAT
                yield b": nothing new yet\n\n"


def _event(recorded: Recorded) -> bytes:
    place = f"id: {as_at.of(recorded)}\n".encode()
    return place + b"data: " + msgspec.json.encode(event_of(recorded)) + b"\n\n"
