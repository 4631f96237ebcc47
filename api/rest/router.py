"""All of `/api/v1`: every noun's handlers behind one gate, and the document that describes them."""

import asyncio
from functools import cache

import msgspec
from litestar import Response, Router, route

from api.gate.middleware import gate
from api.requests import READ
from api.rest import (
    actions,
    communities,
    entries,
    index,
    lists,
    lost,
    partnerships,
    private,
    regimes,
    reports,
    reviews,
)
from api.rest.openapi import Json, document
from api.rest.who import known_token_only

NOUNS = (
    *(index, partnerships, private, communities, reviews, entries, lost, lists, regimes),
    *(reports, actions),
)
"""A module per noun; each has its `HANDLERS`."""

PATH = "/api/v1"


def router() -> Router:
    """The interface for programs."""
    handlers = [handler for noun in NOUNS for handler in noun.HANDLERS]
    return Router(
        PATH,
        route_handlers=[*handlers, openapi],
        middleware=[gate],
        before_request=known_token_only,
    )


@cache
def described() -> Json:
    """What the interface is, as OpenAPI 3.1."""
    return document(router())


@cache
def _encoded() -> bytes:
    return msgspec.json.encode(described())


@route("/openapi.json", http_method=READ, include_in_schema=False)
async def openapi() -> Response[bytes]:
    """The document, for programs that make programs."""
    return Response(await asyncio.to_thread(_encoded), media_type="application/json")
