"""The feed as a stream of server-sent events (HTML, section 9.2) that stays open."""

from collections.abc import AsyncIterator

import msgspec
from litestar.response import Stream

from api.rest.growth import Growth
from api.rest.recorded import Span, event_of
from domain.ports import Ledger, Recorded

_HEARTBEAT = 15.0  # seconds after which a silent stream says that it is still there
_STREAM_ENDS = 900.0  # seconds without news: who reads on comes again with the id of the last entry
_AT_ONCE = 200  # entries that a stream reads in one go


def stream(ledger: Ledger, growth: Growth, span: Span) -> Stream:
    """Every entry of `span`, and those that come, each with the id behind which to go on."""
    return Stream(
        _events(ledger, growth, span),
        media_type="text/event-stream",
        # A proxy that keeps events back until there are many makes a feed of yesterday.
        headers={"x-accel-buffering": "no"},
    )


async def _events(ledger: Ledger, growth: Growth, span: Span) -> AsyncIterator[bytes]:
    reached, spent = span.after, 0.0
    with growth.seat():
        yield b"retry: 2000\n\n"
        while not growth.closed and spent < _STREAM_ENDS:
            if span.until is not None and reached >= span.until:
                return
            read = await ledger.read_after(reached, _AT_ONCE)
            for one in span.fitting(read):
                yield _event(one)
            if read:
                reached = read[-1].position
            elif not await growth.beyond(reached, _HEARTBEAT):
                spent += _HEARTBEAT
                yield b": nothing new yet\n\n"


def _event(recorded: Recorded) -> bytes:
    place = f"id: {recorded.position}-{recorded.leaf_hash.hex()}\n".encode()
    return place + b"data: " + msgspec.json.encode(event_of(recorded)) + b"\n\n"
