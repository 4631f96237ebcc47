"""How the parameters of a question are declared: the name, what it asks, what may be written.

Limit = Annotated[int, parameters.named("limit", "How many items.", minimum=1, maximum=500)]
"""

from typing import Any

from litestar.params import QueryParameter

_LAST_POSITION = 2**53 - 1


def named(name: str, asks: str, **written: Any) -> QueryParameter:
    """A parameter; `written` are the keywords of JSON Schema that say what it can be."""
    return QueryParameter(name=name, description=asks, schema_extra=written or None)


def day(name: str, asks: str) -> QueryParameter:
    """A day, `2026-11-23`."""
    return named(name, asks, format="date")


def position(name: str, asks: str) -> QueryParameter:
    """A position in the ledger, 0 before its first entry."""
    return named(name, asks, minimum=0, maximum=_LAST_POSITION)
