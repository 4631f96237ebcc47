"""For people who write programs: the reference made from the OpenAPI document, and each problem."""

import asyncio
import re
from functools import cache

from litestar import Response, route
from litestar.params import FromPath
from markupsafe import Markup, escape
from msgspec import Struct

from api.problem_types import EXPLAINED
from api.problems import statuses_of
from api.requests import READ, HttpRequest
from api.rest.openapi import Json
from api.rest.router import described
from api.web.rendering import render
from api.web.visitors import page
from domain.refusals import NotFound

_MARKED = re.compile("`([^`]+)`")


class Operation(Struct, frozen=True):
    """One operation: how it is asked, and what the document says of it."""

    method: str
    path: str
    told: Json


class Section(Struct, frozen=True):
    """The operations of one noun, and all commands together."""

    heading: str
    operations: tuple[Operation, ...]


@route("/api/docs", http_method=READ)
async def reference(request: HttpRequest) -> Response[bytes]:
    """Every address and every shape."""
    # The first time takes a fifth of a second, in which others are answered.
    body = await asyncio.to_thread(_reference)
    return await page(request, "reference.html", section="help", body=body)


@route("/help/problems", http_method=READ)
async def problems(request: HttpRequest) -> Response[bytes]:
    """All that a program may be told instead of "done"."""
    return await page(
        request,
        "problems.html",
        section="help",
        problems=tuple(EXPLAINED.values()),
        statuses_of=statuses_of,
        marked=_marked,
    )


@route("/help/problems/{code:str}", http_method=READ)
async def problem(request: HttpRequest, code: FromPath[str]) -> Response[bytes]:
    """One of them. Raises `NotFound`."""
    known = EXPLAINED.get(code)
    if known is None:
        raise NotFound("problem", code[:60], "The list of problems is at /help/problems.")
    return await page(
        request,
        "problem_type.html",
        section="help",
        problem=known,
        statuses=statuses_of(code),
        marked=_marked,
    )


@cache
def _reference() -> Markup:
    """What is the same for everybody."""
    document = described()
    made = render(
        "reference_body.html",
        about=document["info"]["description"],
        sections=_sections(),
        schemas=document["components"]["schemas"],
        responses=document["components"]["responses"],
        marked=_marked,
    )
    return Markup(made.content.decode())  # noqa: S704 - rendered, so escaped


def _sections() -> tuple[Section, ...]:
    """What is read by noun, in the order of the document; then what changes things."""
    found: dict[str, list[Operation]] = {}
    for path, methods in described()["paths"].items():
        for method, told in methods.items():
            noun = path.removeprefix("/api/v1").strip("/").partition("/")[0] or "index"
            heading = "Commands" if method == "post" else noun.capitalize()
            found.setdefault(heading, []).append(Operation(method.upper(), path, told))
    commands = found.pop("Commands")
    return tuple(
        Section(name, tuple(ones)) for name, ones in (*found.items(), ("Commands", commands))
    )


def _marked(text: str) -> Markup:
    """Words between backquotes as code."""
    return Markup(_MARKED.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


PAGES = (reference, problems, problem)
