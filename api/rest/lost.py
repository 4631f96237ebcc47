"""Entries that were signed and are lost, for whoever holds a receipt or has read them."""

from datetime import datetime

from litestar import Response, route
from litestar.di import Provide
from msgspec import Struct

from api.requests import READ, HttpRequest, services_of
from api.rest.paging import Listing, PagePinned, cursor_after, listed, no_cursor, place


class LostEntry(Struct, frozen=True):
    """The `leaf_hash` that was signed at a position where it no longer stands. The entry itself is
    not here: who holds its receipt has its bytes.
    """

    position: int
    leaf_hash: str
    noted_at: datetime


class LostEntryList(Listing, frozen=True, kw_only=True):
    """In order of position, as noted now: of several lost histories each has its own entry there.

    Empty where nothing was ever lost. What was recorded in the last second or two before a loss and
    not signed yet is in no list.
    """

    items: tuple[LostEntry, ...]


@route(
    "/entries/lost",
    http_method=READ,
    summary="Entries that were lost",
    dependencies={"page": Provide(place)},
)
async def lost_entries(request: HttpRequest, page: PagePinned) -> Response[LostEntryList]:
    """What a restore from an earlier copy took away, by the hash on its receipts. The clocks change
    nothing here.
    """
    lost = services_of(request).log.lost
    found = await lost.some(page.limit + 1, after=_behind(page.after_as(tuple[int, str])))
    shown = found[: page.limit]
    last = (shown[-1].position, shown[-1].leaf_hash.hex()) if len(found) > len(shown) else None
    counted = await lost.all() if page.total else None
    return listed(
        request,
        LostEntryList(
            as_of=page.at.as_of,
            position=page.at.position,
            leaf_hash=page.at.leaf_hash.hex(),
            items=tuple(
                LostEntry(one.position, one.leaf_hash.hex(), one.noted_at) for one in shown
            ),
            next=cursor_after(request, page.at, last),
            total=(counted.entries if counted else 0) if page.total else None,
        ),
    )


def _behind(last: tuple[int, str] | None) -> tuple[int, bytes]:
    position, leaf_hash = last or (0, "")
    try:
        if not 0 <= position < 2**53:
            raise ValueError("no position")
        return position, bytes.fromhex(leaf_hash)
    except ValueError:
        raise no_cursor() from None


HANDLERS = (lost_entries,)
