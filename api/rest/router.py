"""All of `/api/v1`: every noun's handlers behind one gate."""

from litestar import Router

from api.rest import actions

NOUNS = (actions,)
"""A module per noun; each has its `HANDLERS`."""

PATH = "/api/v1"


def router() -> Router:
    """The interface for programs."""
    return Router(PATH, route_handlers=[handler for noun in NOUNS for handler in noun.HANDLERS])
