"""For people who write programs: the reference made from the OpenAPI document, and each problem."""

import asyncio
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

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

_FEW = 3  # operations
_MARKED = re.compile("`([^`]+)`")


class Operation(Struct, frozen=True):
    """One operation: how it is asked, and what the document says of it.

    `own` are the parameters that few others have, `shared` the names of those that recur.
    """

    method: str
    path: str
    told: Json
    own: tuple[Json, ...]
    shared: tuple[str, ...]

    @property
    def done(self) -> Json:
        """What is answered where nothing is refused, by status."""
        answers = self.told["responses"]
        return {status: one for status, one in answers.items() if status.startswith("2")}


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
        recurring=_recurring(),
        commons=_commons(),
        sections=_sections(),
        shapes=_shapes(),
        responses=document["components"]["responses"],
        marked=_marked,
    )
    return Markup(made.content.decode())  # noqa: S704 - rendered, so escaped


class Common(Struct, frozen=True):
    """What all reads, or all commands, have in common: the headers of an answer, the refusals."""

    heading: str
    headers: Json
    refused: Json


def _operations() -> list[tuple[str, str, Json]]:
    """Path, method and operation, in the order of the document."""
    return [
        (path, method, told)
        for path, methods in described()["paths"].items()
        for method, told in methods.items()
    ]


def _recurring() -> dict[str, Json]:
    """Each parameter that more than a few operations have in the same words, by its name."""
    found = [one for _, _, told in _operations() for one in told.get("parameters", ())]
    return {one["name"]: one for one in found if found.count(one) > _FEW}


def _commons() -> tuple[Common, ...]:
    first = {method: told for _, method, told in reversed(_operations())}
    return tuple(
        Common(
            heading,
            first[method]["responses"][done]["headers"],
            {
                status: answer
                for status, answer in first[method]["responses"].items()
                if "$ref" in answer
            },
        )
        for heading, method, done in (("read", "get", "200"), ("command", "post", "201"))
    )


def _shapes() -> dict[str, dict[str, Json]]:
    """The shapes by what they are for; each part stands by itself, and is only linked."""
    schemas = described()["components"]["schemas"]
    answered = {name for _, _, told in _operations() for name in _named(told["responses"])}
    sent = {name for _, _, told in _operations() for name in _named(told.get("requestBody"))}
    parts = schemas.keys() - answered - sent
    return {
        heading: {name: schema for name, schema in schemas.items() if name in names}
        for heading, names in (
            ("Answers", answered),
            ("Bodies of commands", sent),
            ("Parts", parts),
        )
    }


def _named(part: Any) -> Iterator[str]:
    """The shapes that a part of the document names itself."""
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"].rpartition("/")[2]
        for one in part.values():
            yield from _named(one)


def _sections() -> tuple[Section, ...]:
    """What is read by noun, in the order of the document; then what changes things."""
    found: dict[str, list[Operation]] = {}
    recurring = _recurring()
    for path, method, told in _operations():
        noun = path.removeprefix("/api/v1").strip("/").partition("/")[0] or "index"
        heading = "Commands" if method == "post" else noun.capitalize()
        asked = told.get("parameters", ())
        own = tuple(one for one in asked if recurring.get(one["name"]) != one)
        shared = tuple(one["name"] for one in asked if recurring.get(one["name"]) == one)
        found.setdefault(heading, []).append(Operation(method.upper(), path, told, own, shared))
    commands = found.pop("Commands")
    return tuple(
        Section(name, tuple(ones)) for name, ones in (*found.items(), ("Commands", commands))
    )


def _marked(text: str) -> Markup:
    """Words between backquotes as code."""
    return Markup(_MARKED.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


PAGES = (reference, problems, problem)
