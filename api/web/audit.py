"""The audit log: every act of the register, filtered, page by page and as a file."""

from functools import partial
from typing import Any

from litestar import Response, route
from litestar.response import Stream

from api import as_at, same_history
from api.audit import BODIES, KINDS, TYPES, Question, in_a_sentence, read_question
from api.exports import MEDIA_TYPES, Format, export
from api.problems import Told
from api.requests import READ, HttpRequest, services_of
from api.typed import Typed
from api.web.typed import read_query
from api.web.visitors import page
from projections.words import capitalised, word

AT_ONCE = 50
_FILTERS = (
    *("recorder", "body", "kind", "community", "partnership", "recorded-from", "recorded-to"),
    *("known-at", "position", "before", "after"),
)
_UNREAD = "Some of what was asked of the log cannot be read"


@route("/history", http_method=READ)
async def history(request: HttpRequest) -> Response[bytes]:
    """The latest acts that fit; what was asked stays in the form, also where it cannot be read."""
    services, typed = services_of(request), read_query(request)
    question = await read_question(services, typed)
    if question.mistakes:
        return await _unread(request, typed, question)
    filters = question.filters
    found = await services.timeline.log(
        filters, limit=AT_ONCE, before=question.before, after=question.after
    )
    return await page(
        request,
        "history.html",
        found=found,
        counts=await services.timeline.counts(filters),
        asked=in_a_sentence(typed),
        as_at=str(await as_at.as_at(services.ledger, filters.position or 0)),
        position=filters.position,
        incomplete_from=question.incomplete_from,
        **_form(typed),
    )


@route("/history.csv", http_method=READ)
async def history_as_csv(request: HttpRequest) -> Response[Any]:
    """The same entries as a table for spreadsheets, oldest first."""
    return await _file(request, "csv")


@route("/history.jsonl", http_method=READ)
async def history_as_json_lines(request: HttpRequest) -> Response[Any]:
    """The same entries for programs, one JSON object a line, oldest first."""
    return await _file(request, "jsonl")


async def _file(request: HttpRequest, format: Format) -> Response[Any]:
    services, typed = services_of(request), read_query(request)
    question = await read_question(services, typed)
    if question.mistakes:
        return await _unread(request, typed, question)
    position, incomplete_from = question.filters.position or 0, question.incomplete_from
    known = await as_at.as_at(services.ledger, position)
    # A file in which nothing was found has no row to say what it lacks: its name does.
    lacks = f"-incomplete-from-entry-{incomplete_from}" if incomplete_from else ""
    name = f"audit-log-to-entry-{position}{lacks}.{format}"
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "last-position": str(position),
        "as-at": str(known),
    }
    if request.method == "HEAD":
        # A stream as well: its length is not known before it is read, and 0 would be wrong.
        return Stream((), media_type=MEDIA_TYPES[format], headers=headers)
    entries = services.timeline.entries(question.filters)
    require = partial(same_history.require, services, known)
    pieces = export(entries, format, str(known), require, incomplete_from=incomplete_from)
    return Stream(pieces, media_type=MEDIA_TYPES[format], headers=headers)


async def _unread(request: HttpRequest, typed: Typed, question: Question) -> Response[bytes]:
    told = Told(400, _UNREAD, question.mistakes)
    return await page(
        request,
        "history.html",
        status=400,
        told=told,
        found=None,
        asked=[],
        incomplete_from=None,
        **_form(typed),
    )


def _form(typed: Typed) -> dict[str, Any]:
    return {
        "section": "history",
        "typed": typed,
        "kinds": KINDS,
        "types": dict(sorted(TYPES.items(), key=lambda one: one[1])),
        "bodies": {body: capitalised(word(body)) for body in BODIES},
        "filtered": any(typed.one(name) for name in _FILTERS),
    }
