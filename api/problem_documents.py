"""Problem documents (RFC 9457): what a program is told whose request is not done."""

from collections.abc import Sequence

import msgspec
from litestar import Response
from msgspec import Struct

from projections.views import TimelineItem

MEDIA_TYPE = "application/problem+json"


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


def address(code: str) -> str:
    """Where the page is that explains a code."""
    return f"/help/problems/{code}"


def answer(problem: Problem) -> Response[bytes]:
    """The document with its headers."""
    headers = {"www-authenticate": "Bearer"} if problem.status == 401 else {}
    return Response(
        msgspec.json.encode(problem),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )


def pointer(field: str) -> str:
    """`home.name` and `evidence[0].title` as RFC 6901 pointers, relative to what they are in."""
    parts = field.replace("[", ".").replace("]", "").split(".")
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts if part)
