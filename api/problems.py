"""Errors to HTTP, the one table: what a person is told, and with which status.

Told                 what a route shows on its own page instead of failing: see `attempt`
Unreadable           a request whose bytes are no text: nothing of it was used
TooLarge             more was sent than the route takes
"""

from collections.abc import Awaitable
from typing import Any, TypeVar

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap
from msgspec import Struct

from api.web.rendering import render
from domain.errors import (
    CommandKeyReused,
    ConditionFailed,
    LedgerAnswer,
    NotCanonical,
    OutcomeUnknown,
)
from domain.refusals import AlreadyPaired, Invalid, NotFound, NotNow, NotYours, Refused

T = TypeVar("T")

_log = structlog.stdlib.get_logger("api.problems")


class Unreadable(Exception):
    """The address or the form holds bytes that are no text in UTF-8, or is put together wrongly."""


class TooLarge(Exception):
    """More was sent than is taken; the message says how much is."""


TABLE: tuple[tuple[type[Exception], int, str], ...] = (
    (Invalid, 422, "Something cannot be as it is"),
    (NotFound, 404, "There is no such record"),
    (NotNow, 409, "Not possible now"),
    (NotYours, 403, "Not yours to record"),
    (Refused, 409, "Not possible"),
    (ConditionFailed, 409, "Somebody else was quicker"),
    (CommandKeyReused, 409, "This form was used before"),
    (NotCanonical, 422, "Something cannot be recorded as it is"),
    (OutcomeUnknown, 503, "Not known whether it was recorded"),
    (LedgerAnswer, 503, "Nothing was recorded"),
    (Unreadable, 400, "This cannot be read"),
    (TooLarge, 413, "Too large"),
)
"""The first row whose type fits counts."""

_OF_STATUS: dict[int, tuple[str, str]] = {
    400: (
        "This cannot be read",
        "The request is not as a browser sends it. Go back and try again.",
    ),
    404: ("There is no such page", "Check the address, or search the register."),
    405: ("Not possible here", "This address can be read, or takes a form, not both."),
    413: ("Too large", "A form takes at most 2 MB, a file for its SHA-256 at most 25 MB."),
    403: (
        "This form came from elsewhere",
        "Forms are taken from the pages of this register only. Open the page here and try again.",
    ),
    415: ("This cannot be read", "Send the form as a browser does."),
}


class Item(Struct, frozen=True):
    """One line of an error summary. `field` is the path of a field, empty for the whole form."""

    field: str
    text: str
    link: str = ""


class Told(Struct, frozen=True):
    """An answer that is not "done": the status, its title, and what is wrong, item by item."""

    status: int
    title: str
    items: tuple[Item, ...]
    error: Exception | None = None

    def at(self, field: str) -> str:
        """What is wrong with that field, empty when nothing is."""
        return " ".join(item.text for item in self.items if item.field == field)


async def attempt(work: Awaitable[T]) -> T | Told:
    """The result of `work`, or what to tell where the rules or the ledger say no."""
    try:
        return await work
    except (Refused, LedgerAnswer) as error:
        return told(error)


def told(error: Exception) -> Told:
    """What `error` is to a person."""
    status, title = next((row[1:] for row in TABLE if isinstance(error, row[0])), (500, ""))
    match error:
        case Invalid():
            item = Item(error.field, f"{_sentence(error.problem)}. {error.remedy}")
        case NotCanonical():
            field = error.field.rpartition(".public.")[2]
            item = Item(field, f"{_sentence(error.problem)}. {error.remedy}")
        case AlreadyPaired():
            item = Item("", str(error), f"/partnerships/{error.partnership}")
        case CommandKeyReused():
            item = Item(
                "",
                "What this form showed first is recorded already, with other content. "
                "Check again to record this as an act of its own.",
            )
        case OutcomeUnknown():
            item = Item(
                "",
                "It is not known whether this act was recorded. Record it again: "
                "it is never recorded twice.",
            )
        case _:
            item = Item("", str(error))
    return Told(status, title, (item,), error)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _handle_known(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    answer = told(error)
    return _page(request, answer.status, answer.title, answer.items[0].text)


def _handle_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    status = error.status_code
    if status >= 500:
        return _handle_fault(request, error)
    title, detail = _OF_STATUS.get(status, _OF_STATUS[400])
    return _page(request, status, title, detail)


def _handle_fault(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    _log.error("fault", path=request.scope["path"], exc_info=error)
    return _page(
        request,
        500,
        "Something is broken here",
        "The fault is on our side and is in the log. Nothing was recorded unless you saw a "
        "receipt; sending the same form again never records twice.",
    )


def _page(request: Request[Any, Any, Any], status: int, title: str, detail: str) -> Response[bytes]:
    """A page for browsers, a problem document (RFC 9457) for programs."""
    accept = request.headers.get("accept", "")
    if "json" in accept and "html" not in accept:
        problem = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        return Response(
            msgspec.json.encode(problem),
            status_code=status,
            media_type="application/problem+json",
        )
    return render("problem.html", status=status, title=title, detail=detail)


HANDLERS: ExceptionHandlersMap = {
    **{row[0]: _handle_known for row in TABLE},
    HTTPException: _handle_http,
    Exception: _handle_fault,
}
