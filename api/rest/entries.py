"""The entries of the ledger: the feed on which everything else can be built, and one of them."""

import re
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, cast
from uuid import UUID

import msgspec
from litestar import Response, route
from litestar.di import Provide
from litestar.params import FromPath, HeaderParameter, QueryParameter
from litestar.response import Stream
from msgspec import Struct

from api.refusals import AnotherHistory, RequestRefused
from api.rest.growth import Growth, growth_of
from api.rest.moments import (
    AsOf,
    KnownAt,
    Pinned,
    Position,
    asked,
    day_of,
    known_until,
    refuse_unrecorded,
    today,
)
from api.rest.paging import (
    Limit,
    Listing,
    Total,
    answered,
    check_limit,
    hash_at,
    next_link,
)
from api.web.visitors import READ, WebRequest, services_of
from domain.dates import parse
from domain.ports import Actor, Ledger, Recorded
from domain.refusals import Invalid, NotFound

LONGEST_WAIT = 30
"""Seconds of a long poll, at most."""

_HEARTBEAT = 15.0  # seconds after which a silent stream says that it is still there
_STREAM_ENDS = 900.0  # seconds: who reads on comes again with the id of the last entry
_AT_ONCE = 200  # entries that a stream reads in one go
_PLACE = re.compile("(?P<position>0|[1-9][0-9]{0,15})-(?P<leaf_hash>[0-9a-f]{64})", re.ASCII)


class RecordedEvent(Struct, frozen=True):
    """One entry. `effective` is an EDTF date, null where the act has none in the world.

    `leaf_hash` is SHA-256(0x00 || leaf) in hexadecimal (RFC 6962, 2.1). `POSITION-LEAFHASH` is the
    cursor that goes on behind this entry.
    """

    position: int
    id: UUID
    type: str
    recorded_at: datetime
    effective: str | None
    actor: Actor
    on_behalf_of: str
    command: str
    tags: tuple[str, ...]
    public: dict[str, Any]
    leaf_hash: str


class EntryList(Listing, frozen=True, kw_only=True):
    """Entries in the order of their recording. `next` is null at the end that there is now; from
    there go on later behind the last entry.
    """

    items: tuple[RecordedEvent, ...]


class EntryAt(Struct, frozen=True):
    """One entry, in a ledger that was read up to `position`. `leaf` are the very bytes that are
    hashed, as text in UTF-8.
    """

    as_of: date
    position: int
    entry: RecordedEvent
    leaf: str


LaterThan = Annotated[
    int | None,
    QueryParameter(
        name="after",
        description="Only entries later than this position.",
        schema_extra={"minimum": 0, "maximum": 2**53 - 1},
    ),
]
EntryCursor = Annotated[
    str | None,
    QueryParameter(
        name="cursor",
        description="`POSITION-LEAFHASH` of the last entry read: goes on behind it, and tells when "
        "the register no longer has the history that was read.",
        schema_extra={"pattern": "^(0|[1-9][0-9]{0,15})-[0-9a-f]{64}$"},
    ),
]
LastEventId = Annotated[
    str | None,
    HeaderParameter(
        name="Last-Event-ID",
        description="Of a stream that was cut: the id of the last entry read, a `cursor`.",
    ),
]
Wait = Annotated[
    int,
    QueryParameter(
        name="wait",
        description=f"Where there is nothing later yet: wait for it, 0 to {LONGEST_WAIT} seconds.",
        schema_extra={"minimum": 0, "maximum": LONGEST_WAIT},
    ),
]


class _Span(Struct, frozen=True):
    """Which entries are asked for: later than `after`, up to `until` (None: to the end there is)
    and, where a day is asked, only what had possibly taken place by then.
    """

    after: int
    until: int | None
    day: date | None

    def fitting(self, recorded: Sequence[Recorded]) -> tuple[Recorded, ...]:
        """Those of the next entries that are asked for."""
        return tuple(
            one
            for one in recorded
            if self.until is None or one.position <= self.until
            if self.day is None or happened_by(one.effective or "", one.recorded_at, self.day)
        )


@route("/entries", http_method=READ, summary="The feed of all entries", opt={"streams": True})
async def entries(
    request: WebRequest,
    *,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    position: Position = None,
    after: LaterThan = None,
    cursor: EntryCursor = None,
    limit: Limit = 50,
    total: Total = None,
    wait: Wait = 0,
    last_event_id: LastEventId = None,
) -> Response[EntryList]:
    """Every entry of the ledger, in order and without a gap; `wait` makes it a long poll.

    With `Accept: text/event-stream` it is a stream (server-sent events) that stays open: each
    entry as JSON, its id the `cursor` behind it. Where a day is asked by `as-of`, a page looks
    through `limit` entries and has those that had possibly taken place by then.
    """
    services = services_of(request)
    check_limit(limit)
    if not 0 <= wait <= LONGEST_WAIT:
        remedy = f"Wait 0 to {LONGEST_WAIT} seconds, and ask again."
        raise Invalid("wait", f"{wait} is not from 0 to {LONGEST_WAIT}", remedy)
    streamed = request.method == "GET" and _takes_events(request)
    start = await _start(services.ledger, after, cursor, last_event_id if streamed else None)
    if after is not None:
        await refuse_unrecorded(services, after, "after")
    if position is not None:
        await refuse_unrecorded(services, position, "position")
    until = await known_until(services, known_at, position)
    day = day_of(as_of, "as-of")
    if total is not None and day is not None:
        raise Invalid("total", "entries by a day are not counted", "Leave out `total` or `as-of`.")
    span = _Span(start, until, day)
    growth = growth_of(request.app)
    if streamed:
        with growth.seat():
            pass  # nobody is let in where all seats are taken
        return cast("Response[Any]", _streamed(services.ledger, growth, span))
    read = await services.ledger.read_after(start, limit)
    if not read and wait and until is None:
        with growth.seat():
            await growth.beyond(start, wait)
        read = await services.ledger.read_after(start, limit)
    end = (await services.ledger.head()).position if until is None else until
    reached = read[-1].position if read else start
    link = f"{reached}-{read[-1].leaf_hash.hex()}" if read and reached < end else None
    headers = {"last-position": str(end)}
    if link is not None:
        headers["link"] = next_link(request, cursor=link)
    return Response(
        EntryList(
            as_of=day or today(services),
            position=end,
            items=tuple(map(event_of, span.fitting(read))),
            next=link,
            total=end if total is not None else None,
        ),
        headers=headers,
    )


@route(
    "/entries/{entry:int}",
    http_method=READ,
    summary="One entry",
    dependencies={"at": Provide(asked)},
)
async def entry(request: WebRequest, entry: FromPath[int], at: Pinned) -> Response[EntryAt]:
    """With the very bytes that its hash is made of. A day does not matter to an entry."""
    services = services_of(request)
    found = await services.ledger.read_after(entry - 1, 1) if 1 <= entry <= at.position else ()
    if not found:
        raise NotFound("entry", str(entry), f"Here they are numbered from 1 to {at.position}.")
    return answered(EntryAt(at.as_of, at.position, event_of(found[0]), found[0].leaf.decode()), at)


def event_of(recorded: Recorded) -> RecordedEvent:
    """An entry as it is shown."""
    return RecordedEvent(
        recorded.position,
        recorded.id,
        recorded.type,
        recorded.recorded_at,
        recorded.effective,
        recorded.actor,
        recorded.on_behalf_of,
        recorded.command,
        recorded.tags,
        msgspec.json.decode(recorded.public, type=dict[str, Any]),
        recorded.leaf_hash.hex(),
    )


def happened_by(effective: str, recorded_at: datetime, day: date) -> bool:
    """Whether an act had possibly taken place by `day`: by its date, or its recording without."""
    if not effective:
        return recorded_at.astimezone(UTC).date() <= day
    return parse(effective).possibly_reached(day)


async def _start(
    ledger: Ledger, after: int | None, cursor: str | None, last_event_id: str | None
) -> int:
    """Behind which position to begin. What a stream has read last counts before the address."""
    if last_event_id is not None:
        return await _behind(ledger, last_event_id, header="Last-Event-ID")
    if cursor is None:
        return after or 0
    if after is not None:
        raise Invalid("cursor", "it is sent together with `after`", "Send one of them.")
    return await _behind(ledger, cursor, parameter="cursor")


async def _behind(ledger: Ledger, place: str, *, parameter: str = "", header: str = "") -> int:
    """The position of a `POSITION-LEAFHASH`. Raises `RequestRefused`, `AnotherHistory` for a
    history that this register no longer has.
    """
    if (read := _PLACE.fullmatch(place)) is None:
        raise RequestRefused(
            "invalid",
            f"{place[:30]!r} is no position with its leaf hash.",
            "Write the position, a hyphen and the leaf hash of the last entry read.",
            parameter=parameter,
            header=header,
        )
    position = int(read["position"])
    if await hash_at(ledger, position) != bytes.fromhex(read["leaf_hash"]):
        raise AnotherHistory(position, parameter=parameter, header=header)
    return position


def _takes_events(request: WebRequest) -> bool:
    return "text/event-stream" in request.headers.get("accept", "").lower()


def _streamed(ledger: Ledger, growth: Growth, span: _Span) -> Stream:
    return Stream(
        _events(ledger, growth, span),
        media_type="text/event-stream",
        # A proxy that keeps events back until there are many makes a feed of yesterday.
        headers={"x-accel-buffering": "no"},
    )


async def _events(ledger: Ledger, growth: Growth, span: _Span) -> AsyncIterator[bytes]:
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


HANDLERS = (entries, entry)
