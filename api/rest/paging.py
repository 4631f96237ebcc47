"""Lists in pages: a cursor that stays on its moment and knows on which history it stands."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlencode

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from msgspec import Meta, Raw, Struct
from msgspec.structs import replace

from api import as_at, same_history
from api.requests import HttpRequest, services_of
from api.rest import parameters
from api.rest.moments import After, AsOf, At, KnownAt, Position, ReadAt, asked
from domain.refusals import Invalid

T = TypeVar("T")

MOST = 500
"""Items in one answer, at most."""

Limit = Annotated[
    int,
    parameters.named(
        "limit", f"How many items one answer has at most: 1 to {MOST}.", minimum=1, maximum=MOST
    ),
]
Cursor = Annotated[
    str | None,
    parameters.named(
        "cursor",
        "Goes on where an earlier answer ended: its `next`. The other parameters "
        "stay as they were, and so does the position that is read at.",
    ),
]
Total = Annotated[
    Literal["yes"] | None,
    parameters.named("total", "With `yes` the answer says how many there are in all."),
]

_BESIDE_THE_QUESTION = frozenset({"cursor", "limit", "total", "after", "as-at"})


class _Stored(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What a cursor holds: the moment, the history, the question, and the last item shown."""

    position: Annotated[int, Meta(ge=0, le=2**53 - 1)]
    leaf_hash: bytes
    as_of: date
    question: bytes
    after: Raw


class Place(Struct, frozen=True):
    """Where in which list: at which moment, after which item, how many."""

    at: At
    limit: int
    total: bool
    after: Raw | None

    def after_as(self, shape: type[T]) -> T | None:
        """The last item that was shown, None at the beginning. Raises `Invalid`."""
        if self.after is None:
            return None
        try:
            return msgspec.json.decode(self.after, type=shape)
        except msgspec.MsgspecError:
            raise no_cursor() from None

    def after_position(self) -> int:
        """Where the items are entries: the last one that was shown, 0 at the beginning."""
        last = self.after_as(int) or 0
        if not 0 <= last < 2**53:
            raise no_cursor()
        return last


PagePinned = NamedDependency[Place]
"""What a handler is given that depends on `place`."""


class Listing(Struct, frozen=True, kw_only=True):
    """Base of every list. `next` is the cursor that goes on, null at the end.

    `as_of` and `position` are the moment at which all its pages are read, `leaf_hash` that of the
    entry at `position`, in hexadecimal: together they tell whether the register still has what was
    read. `total` is how many there are in all, null where nobody asked. `incomplete_from` is the
    first entry that cannot be shown and that this list may be about: it is recorded, and what it
    concerns is missing or as it stood before. Null, as nearly always, where all of them are shown.
    """

    as_of: date
    position: int
    leaf_hash: str
    next: str | None
    total: int | None
    incomplete_from: int | None = None


L = TypeVar("L", bound=Listing)


async def place(
    request: HttpRequest,
    *,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    position: Position = None,
    after: After = None,
    cursor: Cursor = None,
    limit: Limit = 50,
    total: Total = None,
    read_at: ReadAt = None,
) -> Place:
    """The page of a list that the query asks for.

    Raises what `asked` raises, `Invalid` for a cursor that is none or belongs to another question,
    and `AnotherHistory` for one of a history that this register no longer has.
    """
    check_limit(limit)
    if cursor is None:
        at = await asked(request, as_of, known_at, position, after=after, read_at=read_at)
        return Place(at, limit, total is not None, None)
    stored = _read(cursor)
    if stored.question != _question(request):
        raise Invalid(
            "cursor",
            "it belongs to a list that was asked for with other parameters",
            "Send it with the parameters of the first page, or begin again without it.",
        )
    read = as_at.AsAt(stored.position, stored.leaf_hash)
    await same_history.require(services_of(request), read, parameter="cursor")
    at = await asked(request, None, None, stored.position, after=after, read_at=read_at)
    at = replace(at, as_of=stored.as_of, leaf_hash=stored.leaf_hash)
    return Place(at, limit, total is not None, stored.after)


def cursor_after(request: HttpRequest, at: At, last: object | None) -> str | None:
    """The cursor behind `last`, by which the list's next page begins; None where that is None."""
    if last is None:
        return None
    stored = _Stored(
        at.position, at.leaf_hash, at.as_of, _question(request), Raw(msgspec.json.encode(last))
    )
    return urlsafe_b64encode(msgspec.json.encode(stored)).rstrip(b"=").decode()


def answered(answer: T, at: At, **headers: str) -> Response[T]:
    """The answer with the entry that it was read at."""
    where = {"last-position": str(at.position), "as-at": str(at.last_entry)}
    return Response(answer, headers={**where, **headers})


def listed(request: HttpRequest, listing: L) -> Response[L]:
    """The list with its headers: the entry it was read at, and the address that goes on (RFC
    8288).
    """
    headers = {
        "last-position": str(listing.position),
        "as-at": f"{listing.position}-{listing.leaf_hash}",
    }
    if listing.next is not None:
        kept = {name: value for name, value in request.query_params.items() if name != "after"}
        query = urlencode({**kept, "cursor": listing.next})
        headers["link"] = f'<{request.scope["path"]}?{query}>; rel="next"'
    return Response(listing, headers=headers)


def check_limit(limit: int) -> None:
    """Raise `Invalid` for a number of items that no answer has."""
    if not 1 <= limit <= MOST:
        raise Invalid("limit", f"{limit} is not from 1 to {MOST}", f"Ask for 1 to {MOST} items.")


def one_of(text: str | None, known: Sequence[T], field: str) -> T | None:
    """The member of `known` that is written as `text`; None where nothing is. Raises `Invalid`."""
    if text is None:
        return None
    for value in known:
        if value == text:
            return value
    names = ", ".join(map(str, known))
    raise Invalid(field, f"{text[:40]!r} is none of those there are", f"Use one of {names}.")


def _read(cursor: str) -> _Stored:
    try:
        written = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        # A NUL within a text would come as far as Postgres, which has no text with one.
        if b"\\u0000" in written:
            raise ValueError("a cursor has no NUL")
        return msgspec.json.decode(written, type=_Stored)
    except (ValueError, msgspec.MsgspecError):
        raise no_cursor() from None


def no_cursor() -> Invalid:
    """What is told of a cursor that is none."""
    return Invalid(
        "cursor",
        "it is not one that this register gave out",
        "Take it unchanged from `next` of an answer, or begin again without it.",
    )


def _question(request: HttpRequest) -> bytes:
    """What the list is about, in 6 bytes: the address and all parameters that choose its items."""
    chosen = sorted(
        pair for pair in request.query_params.items() if pair[0] not in _BESIDE_THE_QUESTION
    )
    asked_for = msgspec.json.encode((request.scope["path"], chosen))
    return sha256(asked_for).digest()[:6]
