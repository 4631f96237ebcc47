"""What the fields of a command take at the command line, and what is wrong with them."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from msgspec import Struct
from msgspec.inspect import (
    Field,
    LiteralType,
    NoneType,
    StructType,
    Type,
    UnionType,
    VarTupleType,
    type_info,
)

from adapters import shapes
from adapters.shapes import Missing, Mistake, line
from api.cli import Failed
from domain.private import private_fields
from domain.refusals import Invalid
from domain.values import Citation, Country

EVIDENCE = "title | date | link | sha256"
_COUNTRY = type_info(Country)


def described(shape: type[Struct]) -> StructType:
    """The fields of a command."""
    found = type_info(shape)
    assert isinstance(found, StructType)  # noqa: S101 - what a command is; tells the type checker
    return found


def usage(shape: type[Struct]) -> list[str]:
    """One line per field: its name, whether it is needed, and what it takes."""
    private = private_fields(shape)
    return [
        f"{_named(field)}: {takes(field.type)}{', not public' if field.name in private else ''}"
        for field in described(shape).fields
    ]


def may_be_left_out(field: Field) -> bool:
    """Whether leaving it out says that it is empty: a place may have no country."""
    return field.type == _COUNTRY


def part_of(kind: Type | None) -> StructType | None:
    """The struct that a field holds, may hold, or holds a list of."""
    match kind:
        case StructType():
            return kind
        case VarTupleType(item_type=inner):
            return part_of(inner)
        case UnionType(types=kinds):
            return next((part for inner in kinds if (part := part_of(inner))), None)
        case _:
            return None


def takes(kind: Type) -> str:
    """What may be written for a field."""
    match kind:
        case UnionType(types=(inner, NoneType())):
            return takes(inner)
        case VarTupleType(item_type=StructType(cls=cls)) if cls is Citation:
            return f'"{EVIDENCE}", several times if need be'
        case VarTupleType(item_type=StructType() as item):
            return f"JSON list of {', '.join(map(_named, item.fields))}"
        case VarTupleType(item_type=LiteralType(values=values)):
            return "with commas: " + ", ".join(map(str, values))
        case VarTupleType():
            return "several with commas"
        case StructType(fields=fields):
            return f"parts after a dot: {', '.join(map(_named, fields))}"
        case _:
            return shapes.takes(kind)


def _named(field: Field) -> str:
    needed = field.required and not may_be_left_out(field)
    return f"{field.name}{' (needed)' if needed else ''}"


@contextmanager
def slips() -> Iterator[None]:
    """What cannot be as it is typed ends with exit code 2; what the rules refuse, with 1."""
    try:
        yield
    except Invalid as error:
        raise Failed(str(error), 2) from error


def unfit(mistakes: Sequence[Mistake], options: Iterable[str]) -> Failed:
    """All that is wrong, and all that is missing with the `options` that are, at once."""
    wrong = [line(one, takes) for one in mistakes if not isinstance(one, Missing)]
    missing = [f"{one.field}: {takes(one.wanted)}" for one in mistakes if isinstance(one, Missing)]
    told = [("To change", wrong), ("Still missing", [*missing, *options])]
    lines = [f"{title}:\n  " + "\n  ".join(each) for title, each in told if each]
    return Failed("Nothing is recorded. " + "\n".join(lines), 2)
