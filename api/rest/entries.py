"""The entries of the ledger: the feed on which everything else can be built, and one of them."""

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import date
from typing import Annotated, Any, cast

from litestar import Response, route
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, HeaderParameter
from msgspec import Struct

from api import as_at, same_history
from api.requests import READ, HttpRequest, services_of
from api.rest import parameters
from api.rest.ledger_watch import watch_of
from api.rest.moments import (
    AsOf,
    KnownAt,
    Pinned,
    Position,
    ReadAt,
    asked,
    day_of,
    known_until,
    refuse_negative,
    refuse_unrecorded,
    today,
)
from api.rest.paging import (
    Limit,
    Listing,
    Total,
    answered,
    check_limit,
    listed,
)
from api.rest.recorded import EntryRange, RecordedEvent, event_of
from api.rest.stream import stream
from api.services import Services
from domain.ports import Recorded
from domain.refusals import Invalid, NotFound

LONGEST_WAIT = 30
"""Seconds of a long poll, at most."""


class EntryList(Listing, frozen=True, kw_only=True):
    """Entries in the order of their recording. `next` is null at the end that there is now; from
    there go on later behind the last entry.
    """

    items: tuple[RecordedEvent, ...]


class EntryAt(Struct, frozen=True):
    """One entry, in a ledger that was read up to `position`. `leaf` are the very bytes that are
    hashed, as text in UTF-8; where the entry is `unreadable`, what stands there now, with U+FFFD
    for what is no text. The proof that it is signed is at `/entries/{position}/proof`.
    """

    as_of: date
    position: int
    entry: RecordedEvent
    leaf: str


LaterThan = Annotated[
    int | None,
    parameters.position("after", "Only entries later than this position."),
]
EntryCursor = Annotated[
    str | None,
    parameters.named(
        "cursor",
        "`POSITION-LEAFHASH` of the last entry read: goes on behind it, and tells when "
        "the register no longer has the history that was read.",
        pattern=as_at.PATTERN,
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
    parameters.named(
        "wait",
        f"Where there is nothing later yet: wait for it, 0 to {LONGEST_WAIT} seconds.",
        minimum=0,
        maximum=LONGEST_WAIT,
    ),
]


async def range_of(
    request: HttpRequest,
    *,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    position: Position = None,
    after: LaterThan = None,
    cursor: EntryCursor = None,
    last_event_id: LastEventId = None,
    read_at: ReadAt = None,
) -> EntryRange:
    """What the request asks for. Raises `Invalid`, and what `require_written` raises."""
    services = services_of(request)
    await same_history.require_written(services, read_at or "", parameter="as-at")
    day = day_of(as_of, "as-of")
    until = await known_until(services, known_at, position)
    for parameter, asked_for in (("after", after), ("position", position)):
        refuse_negative(asked_for, parameter)
        if asked_for is not None:
            await refuse_unrecorded(services, asked_for, parameter)
    behind = await _behind(services, after, cursor, last_event_id)
    return EntryRange(behind, until, day)


@route(
    "/entries",
    http_method=READ,
    summary="The feed of all entries",
    opt={"streams": True},
    dependencies={"asked_for": Provide(range_of)},
)
async def entries(
    request: HttpRequest,
    asked_for: NamedDependency[EntryRange],
    limit: Limit = 50,
    total: Total = None,
    wait: Wait = 0,
) -> Response[EntryList]:
    """Every entry of the ledger, in order and without a gap; `wait` makes it a long poll.

    With `Accept: text/event-stream` it is a stream (server-sent events) that stays open: each
    entry as JSON, its id the `cursor` behind it. Where a day is asked by `as-of`, a page looks
    through `limit` entries and has those that had possibly taken place by then.
    """
    check_limit(limit)
    if not 0 <= wait <= LONGEST_WAIT:
        remedy = f"Wait 0 to {LONGEST_WAIT} seconds, and ask again."
        raise Invalid("wait", f"{wait} is not from 0 to {LONGEST_WAIT}", remedy)
    if total is not None and asked_for.day is not None:
        raise Invalid("total", "entries by a day are not counted", "Leave out `total` or `as-of`.")
    services, watch = services_of(request), watch_of(request.app)
    if request.method == "GET" and "text/event-stream" in request.headers.get("accept", ""):
        watch.refuse_when_full()
        return cast("Response[Any]", stream(services.ledger, watch, asked_for))
    read = await _next(services, asked_for, limit)
    if not read and wait and asked_for.until is None:
        with watch.waiting():
            await _while_there(request, watch.beyond(asked_for.behind.position, wait))
        read = await _next(services, asked_for, limit)
    end = await _end(services, asked_for)
    more = bool(read) and read[-1].position < end.position
    return listed(
        request,
        EntryList(
            as_of=asked_for.day or today(services),
            position=end.position,
            leaf_hash=end.leaf_hash.hex(),
            items=tuple(map(event_of, asked_for.fitting(read))),
            next=str(as_at.of(read[-1])) if more else None,
            total=end.position if total is not None else None,
        ),
    )


@route(
    "/entries/{entry:int}",
    http_method=READ,
    summary="One entry",
    dependencies={"at": Provide(asked)},
)
async def entry(request: HttpRequest, entry: FromPath[int], at: Pinned) -> Response[EntryAt]:
    """With the very bytes that its hash is made of. A day does not matter to an entry."""
    services = services_of(request)
    found = await services.ledger.read_after(entry - 1, 1) if 1 <= entry <= at.position else ()
    if not found:
        raise NotFound("entry", str(entry), f"Here they are numbered from 1 to {at.position}.")
    leaf = found[0].leaf.decode(errors="replace")
    return answered(EntryAt(at.as_of, at.position, event_of(found[0]), leaf), at)


async def _while_there(request: HttpRequest, work: Coroutine[Any, Any, object]) -> None:
    """Wait for `work` until it is done or whoever asked has gone: nobody keeps that one's place."""
    working, leaving = asyncio.create_task(work), asyncio.create_task(_gone(request))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
    finally:
        working.cancel()
        leaving.cancel()


async def _gone(request: HttpRequest) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        continue


async def _behind(
    services: Services, after: int | None, cursor: str | None, last_event_id: str | None
) -> as_at.AsAt:
    """Behind which entry to begin. What a stream has read last counts before the address."""
    if last_event_id is None and cursor is None:
        return await as_at.as_at(services.ledger, after or 0)
    if last_event_id is None and after is not None:
        raise Invalid("cursor", "it is sent together with `after`", "Send one of them.")
    named = {"header": "Last-Event-ID"} if last_event_id is not None else {"parameter": "cursor"}
    read = as_at.written(last_event_id or cursor or "", **named)
    await same_history.require(services, read, **named)
    return read


async def _next(services: Services, asked_for: EntryRange, limit: int) -> Sequence[Recorded]:
    """What follows. Raises `AnotherHistory`, also where the register was set back meanwhile."""
    read = await as_at.entries_behind(services.ledger, asked_for.behind, limit)
    if read is None:
        raise await same_history.another_history(services, asked_for.behind)
    return read


async def _end(services: Services, asked_for: EntryRange) -> as_at.AsAt:
    if asked_for.until is not None:
        return await as_at.as_at(services.ledger, asked_for.until)
    head = await services.ledger.head()
    return as_at.AsAt(head.position, head.leaf_hash)


HANDLERS = (entries, entry)
