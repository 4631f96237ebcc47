"""Errors to HTTP, the one place: what people and programs are told, and with which status.

Told                 what a route shows on its own page instead of failing: see `attempt`
Unreadable           a request whose bytes are no text: nothing of it was used
TooLarge             more was sent than the route takes

Below `/api` every answer that is not "done" is a problem document, whatever is asked for.
"""

from collections.abc import Awaitable, Iterable, Iterator
from functools import cache
from typing import Any, TypeVar

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap
from msgspec import Struct
from msgspec.structs import replace

from adapters.notary.errors import LedgerClosed, LogUnreadable
from adapters.postgres.errors import LOST, NoFreeConnection
from api.gate.errors import (
    AddressTooLong,
    BodyTooLarge,
    BodyTooSlow,
    Malformed,
    NotJson,
    Unfit,
)
from api.problem_documents import Fault, Problem, address, answer, faults_of, retry_after
from api.problem_pages import page, page_of
from api.problem_types import explained
from api.refusals import AnotherHistory, RecordChanged, RequestRefused
from api.rest.who import NotSignedIn, ReadOnlyToken
from domain.errors import (
    CommandKeyReused,
    ConditionFailed,
    EntryUnreadable,
    HeadUnsound,
    LedgerAnswer,
    NotCanonical,
    OutcomeUnknown,
    RowUnsound,
    UnknownEventType,
)
from domain.refusals import AlreadyPaired, Invalid, NotFound, NotNow, NotYours, Refused
from domain.transparency.errors import Malformed as NotOfTheLog
from domain.transparency.errors import OutsideTree

T = TypeVar("T")
AnyRequest = Request[Any, Any, Any]

_log = structlog.stdlib.get_logger("api.problems")


class Unreadable(Exception):
    """The address or the form holds bytes that are no text in UTF-8, or is put together wrongly."""


class TooLarge(Exception):
    """More was sent than is taken; the message says how much is."""


TABLE: tuple[tuple[type[Exception], int, str, str], ...] = (
    (Invalid, 422, "Something cannot be as it is", ""),
    (NotFound, 404, "There is no such record", ""),
    (NotNow, 409, "Not possible now", ""),
    (NotYours, 403, "Not yours to record", ""),
    (Refused, 409, "Not possible", ""),
    (ConditionFailed, 409, "Somebody else was quicker", "busy"),
    (CommandKeyReused, 422, "This form was used before", "idempotency-key-reused"),
    (NotCanonical, 422, "Something cannot be recorded as it is", "invalid"),
    (OutcomeUnknown, 503, "Not known whether it was recorded", "outcome-unknown"),
    (LedgerClosed, 503, "This register is read-only", "read-only"),
    (LedgerAnswer, 503, "Nothing was recorded", "not-recorded"),
    (NoFreeConnection, 503, "Too many ask at once", "database-busy"),
    (UnknownEventType, 503, "This register is newer than its program", "newer-release"),
    (EntryUnreadable, 409, "An entry cannot be read as it was recorded", "entry-unreadable"),
    (HeadUnsound, 503, "The end of the ledger is not known", "register-damaged"),
    (RowUnsound, 503, "What the register rests on was changed", "register-damaged"),
    (LogUnreadable, 503, "What was signed cannot be read", "register-damaged"),
    (NotSignedIn, 401, "Sign in first", ""),
    (ReadOnlyToken, 403, "This token only reads", ""),
    (Malformed, 400, "This cannot be read", ""),
    (BodyTooSlow, 408, "The request did not arrive in time", ""),
    (BodyTooLarge, 413, "Too large", ""),
    (AddressTooLong, 414, "The address is too long", ""),
    (NotJson, 415, "The body is not plain JSON", ""),
    (Unfit, 422, "Something cannot be recorded as it is", ""),
    (NotOfTheLog, 404, "There is no such file of the log", "no-such-address"),
    (OutsideTree, 404, "Not signed yet", "not-signed-yet"),
    (Unreadable, 400, "This cannot be read", "malformed"),
    (TooLarge, 413, "Too large", "body-too-large"),
)
"""The first row whose type fits counts. The code is the error's own where the row has none."""

OF_CODE: dict[str, int] = {
    "idempotency-key-missing": 400,
    "idempotency-key-unfit": 400,
    "if-match-unfit": 400,
    "not-signed-yet": 404,
    "another-history": 409,
    "record-changed": 412,
    "invalid": 422,
    "idempotency-key-reused": 422,
    "if-match-missing": 428,
    "not-shown-yet": 503,
    "too-many-waiting": 503,
    "too-many-reports": 503,
    "too-many-bundles": 503,
}
"""The status of what is refused before the rules are asked (`RequestRefused`)."""

RETRYABLE = frozenset(
    {
        *("busy", "outcome-unknown", "not-recorded", "not-shown-yet", "body-too-slow"),
        *("too-many-waiting", "too-many-reports", "too-many-bundles"),
        *("database-away", "database-busy", "not-signed-yet"),
    }
)
"""The same request may succeed a little later."""

CODE_OF_STATUS = {404: "no-such-address", 405: "method-not-possible", 413: "body-too-large"}
FAULT = "fault"
AWAY = "database-away"


@cache
def codes_of(status: int) -> tuple[str, ...]:
    """Every code that a problem with this status may have."""
    codes = {code for code, known in OF_CODE.items() if known == status}
    codes |= {code for known, code in CODE_OF_STATUS.items() if known == status}
    codes |= {500: {FAULT}, 503: {AWAY}}.get(status, set())
    for kind in _kinds(row[0] for row in TABLE):
        row = next(row for row in TABLE if issubclass(kind, row[0]))
        if row[1] == status:
            codes.add(row[3] or getattr(kind, "code", FAULT))
    return tuple(sorted(codes))


def statuses_of(code: str) -> tuple[int, ...]:
    """The statuses with which a problem of that code comes."""
    return tuple(status for status in range(400, 600) if code in codes_of(status))


def _kinds(kinds: Iterable[type[Exception]]) -> Iterator[type[Exception]]:
    """These and everything below them."""
    for kind in kinds:
        yield kind
        yield from _kinds(kind.__subclasses__())


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
    except (Refused, LedgerAnswer, UnknownEventType, EntryUnreadable, RowUnsound) as error:
        return told(error)


def told(error: Exception) -> Told:
    """What `error` is to a person."""
    status, title, _ = _row(error)
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


def _row(error: Exception) -> tuple[int, str, str]:
    """Status, title and code."""
    for kind, status, title, code in TABLE:
        if isinstance(error, kind):
            return status, title, code or getattr(error, "code", "")
    raise AssertionError(f"{type(error).__name__} has no row") from error


def _handle_known(request: AnyRequest, error: Exception) -> Response[bytes]:
    shown = told(error)
    text = shown.items[0].text
    status, _, code = _row(error)
    if not _is_program(request):
        answered = page(shown.status, shown.title, text, alone=isinstance(error, LOST))
        answered.headers.update(retry_after(code, retryable=code in RETRYABLE))
        return answered
    return answer(_problem(request, status, code, text, *faults_of(request, code, error)))


def _handle_refused(request: AnyRequest, error: RequestRefused) -> Response[bytes]:
    status = OF_CODE[error.code]
    if not _is_program(request):
        shown = page(status, error.problem, error.remedy)
        shown.headers.update(retry_after(error.code, retryable=error.code in RETRYABLE))
        return shown
    faults = faults_of(request, error.code, error)
    problem = _problem(request, status, error.code, str(error), *faults)
    if isinstance(error, RecordChanged):
        problem = replace(problem, etag=error.etag, timeline=error.timeline, changes=error.changes)
    if isinstance(error, AnotherHistory):
        problem = replace(problem, differs_from=error.first, differs_at=error.differs)
    return answer(problem)


def _handle_http(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    status = error.status_code
    if status >= 500:
        return _handle_fault(request, error)
    response = _told_http(request, error, status)
    response.headers.update(error.headers or {})  # with 405 the methods that there are
    return response


def _told_http(request: AnyRequest, error: HTTPException, status: int) -> Response[bytes]:
    if not _is_program(request):
        return page_of(status)
    code = CODE_OF_STATUS.get(status, "malformed")
    if isinstance(error, ValidationException):
        status, code = 422, "invalid"
    text = _in_general(code)
    return answer(_problem(request, status, code, text, *faults_of(request, code, error)))


def _handle_fault(request: AnyRequest, error: Exception) -> Response[bytes]:
    _log.error(FAULT, path=request.scope["path"], exc_info=error)
    return _failed(request, 500, FAULT)


def _handle_away(request: AnyRequest, error: Exception) -> Response[bytes]:
    # A line each: in an outage there are thousands, and the way through the code says nothing.
    said = str(error).partition("\n")[0] or type(error).__name__
    _log.error("database_away", path=request.scope["path"], reason=said)
    return _failed(request, 503, AWAY)


def _handle_busy(request: AnyRequest, error: Exception) -> Response[bytes]:
    _log.warning("database_busy", path=request.scope["path"])
    return _handle_known(request, error)


def _failed(request: AnyRequest, status: int, code: str) -> Response[bytes]:
    if _is_program(request):
        return answer(_problem(request, status, code, _in_general(code)))
    return page_of(status, alone=code == AWAY)


def _in_general(code: str) -> str:
    """What is to be said where nothing particular is known: what it means, and what helps."""
    known = explained(code)
    return f"{known.meaning} {known.remedy}"


def _is_program(request: AnyRequest) -> bool:
    """Below `/api` always; elsewhere who accepts no page, and JSON or a file for programs."""
    accept = request.headers.get("accept", "")
    inside = f"{request.scope['path']}/".startswith("/api/")
    asked_for = request.scope.get("route_handler")
    file = asked_for is not None and asked_for.opt.get("for_programs", False)
    return inside or ("html" not in accept and (file or "json" in accept))


def _problem(request: AnyRequest, status: int, code: str, detail: str, *faults: Fault) -> Problem:
    return Problem(
        type=address(code),
        title=explained(code).title,
        status=status,
        detail=detail,
        instance=request.scope["path"],
        code=code,
        retryable=code in RETRYABLE,
        errors=faults,
    )


HANDLERS: ExceptionHandlersMap = {
    **{row[0]: _handle_known for row in TABLE},
    RequestRefused: _handle_refused,
    HTTPException: _handle_http,
    **dict.fromkeys(LOST, _handle_away),
    NoFreeConnection: _handle_busy,
    Exception: _handle_fault,
}
