"""Problem documents (RFC 9457): what a program is told whose request is not done."""

from collections.abc import Iterable, Sequence
from typing import Any, assert_never

import msgspec
from litestar import Request, Response
from litestar.exceptions import ValidationException
from msgspec import Struct

from adapters.shapes import Mistake, in_words
from api.gate.errors import Finding, GateRefusal
from api.refusals import RequestRefused, UnfitBody
from domain.errors import NotCanonical
from domain.refusals import Invalid
from projections.views import TimelineItem

MEDIA_TYPE = "application/problem+json"
_SECONDS = {"too-many-bundles": "60"}
_POSSIBLE = "What is possible stands at this address in /api/v1/openapi.json."


class Fault(Struct, frozen=True, omit_defaults=True):
    """One thing that is wrong. `pointer` leads into the body (RFC 6901); the body as a whole is "".

    At most one of `pointer`, `parameter` and `header` is there.
    """

    code: str
    message: str
    hint: str = ""
    pointer: str | None = None
    parameter: str = ""
    header: str = ""


class Problem(Struct, frozen=True, omit_defaults=True):
    """`type` leads to a page that explains `code`; both stay as they are, words may change.

    With `retryable` the same request may succeed a little later. `changes`, `etag` and `timeline`
    come where a record changed: the acts not seen yet, its version now, where all acts are.
    `differs_from` and `differs_at` come where somebody has read another history: the first entry
    that differs, where it is known, and one that does.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    retryable: bool
    errors: Sequence[Fault] = ()
    etag: str = ""
    timeline: str = ""
    changes: Sequence[TimelineItem] = ()
    differs_from: int | None = None
    differs_at: int | None = None


def address(code: str) -> str:
    """Where the page is that explains a code."""
    return f"/help/problems/{code}"


def answer(problem: Problem) -> Response[bytes]:
    """The document with its headers."""
    headers = {"www-authenticate": "Bearer"} if problem.status == 401 else {}
    headers |= retry_after(problem.code, retryable=problem.retryable)
    return Response(
        msgspec.json.encode(problem),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )


def retry_after(code: str, *, retryable: bool) -> dict[str, str]:
    """The header of what may succeed a little later: in a second, but for what takes minutes."""
    return {"retry-after": _SECONDS.get(code, "1")} if retryable else {}


def pointer(path: Iterable[str | int]) -> str:
    """A path as an RFC 6901 pointer; the empty one is the whole document."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def faults_of(request: Request[Any, Any, Any], code: str, error: Exception) -> list[Fault]:
    """What of the request `error` is about; nothing where it is about the record."""
    match error:
        case UnfitBody(mistakes=mistakes):
            return [_of_member(code, mistake) for mistake in mistakes]
        case RequestRefused(parameter="", header=""):
            return []
        case RequestRefused():
            return [
                Fault(
                    code,
                    error.problem,
                    error.remedy,
                    parameter=error.parameter,
                    header=error.header,
                )
            ]
        case GateRefusal():
            return [_found(finding) for finding in error.findings]
        case Invalid() | NotCanonical():
            return [_of_field(request, code, error)]
        case ValidationException(extra=list() as wrong):
            return [_of_parameter(code, one) for one in wrong if isinstance(one, dict)]
        case _:
            return []


def _of_member(code: str, mistake: Mistake) -> Fault:
    problem, remedy = in_words(mistake)
    message = f"{problem[:1].upper()}{problem[1:]}."
    return Fault(code, message, remedy, pointer(mistake.path))


def _of_parameter(code: str, wrong: dict[str, Any]) -> Fault:
    """Litestar names a parameter as Python does: its own name has dashes."""
    name = str(wrong.get("key", "")).replace("_", "-")
    remedy = "The reference at /api/docs says what it takes."
    return Fault(code, f"{wrong['message']}.", remedy, parameter=name)


def _found(finding: Finding) -> Fault:
    message = f"This {finding.problem}."
    match finding.place:
        case "body":
            return Fault(finding.code, message, finding.remedy, pointer=finding.name)
        case "header":
            return Fault(finding.code, message, finding.remedy, header=finding.name)
        case "parameter" | "path":
            return Fault(finding.code, message, finding.remedy, parameter=finding.name)
        case _:
            assert_never(finding.place)


def _of_field(request: Request[Any, Any, Any], code: str, error: Invalid | NotCanonical) -> Fault:
    """Where the field of a command is in the body; of a question, which parameter it is."""
    message, field = f"{error.problem[:1].upper()}{error.problem[1:]}.", error.field
    if isinstance(error, NotCanonical):
        field = field.rpartition(".public.")[2]
    if field == "reference":
        return Fault(code, message, error.remedy, parameter="ref")
    if request.method != "POST":
        return Fault(code, message, error.remedy, parameter=field)
    parts = field.replace("[", ".").replace("]", "").split(".")
    inside = pointer(part for part in parts if part)
    of_act = field in ("on", "deciding_body", "deciding_body_name")
    return Fault(code, message, error.remedy, inside if of_act else f"/command{inside}")
