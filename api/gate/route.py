"""What a route takes, read from its handler: the one place that knows how litestar keeps it."""

from litestar.handlers import BaseRouteHandler
from litestar.types import Scope
from litestar.typing import FieldDefinition
from msgspec import Struct

LARGEST_BODY = 131_072
"""Bytes of a body where the handler has no `opt["largest_body"]`: twice the largest leaf."""


class Route(Struct, frozen=True):
    """The names of its query parameters, those among them that are whole numbers, its limit."""

    parameters: tuple[str, ...]
    whole_numbers: frozenset[str]
    largest_body: int  # bytes


def route_of(scope: Scope) -> Route:
    """What the handler that the router chose has declared, its dependencies included."""
    handler: BaseRouteHandler = scope["route_handler"]
    model = handler.create_kwargs_model(
        path_parameters=scope["path_params"]  # type: ignore[arg-type] # only its names are read
    )
    names = {one.field_name: one.field_alias for one in model.expected_query_params}
    fields = dict(handler.parsed_fn_signature.parameters)
    for provided in handler.resolve_dependencies().values():
        fields.update(provided.parsed_fn_signature.parameters)
    whole = (alias for name, alias in names.items() if name in fields and _whole(fields[name]))
    return Route(
        tuple(sorted(names.values())),
        frozenset(whole),
        handler.opt.get("largest_body", LARGEST_BODY),
    )


def _whole(field: FieldDefinition) -> bool:
    """Whether it is an `int`, or one or nothing; to Python a `bool` would be one, too."""
    kinds = [field.annotation, *(inner.annotation for inner in field.inner_types)]
    return int in kinds
