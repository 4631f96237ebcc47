"""All of `/api/v1`: every noun's handlers behind one gate."""

from litestar import Router

from api.gate.middleware import gate
from api.rest import actions

NOUNS = (actions,)
"""A module per noun; each has its `HANDLERS`."""

PATH = "/api/v1"


def router() -> Router:
    """The interface for programs."""
    handlers = [handler for noun in NOUNS for handler in noun.HANDLERS]
    return Router(PATH, route_handlers=handlers, middleware=[gate])
