"""What is wrong with the fields of a command, in words instead of the decoder's."""

import re
from typing import Any, get_args

import msgspec
from msgspec import Struct
from msgspec.inspect import (
    BoolType,
    IntType,
    LiteralType,
    NoneType,
    StrType,
    StructType,
    UnionType,
    VarTupleType,
)
from msgspec.structs import FieldInfo, fields

from domain.refusals import Invalid
from domain.values import Citation

EVIDENCE = "title | date | link | sha256"
_SHA256 = "the 64 digits 0-9 and a-f of a SHA-256"
_FORMS = {
    r"\S": "text",
    r"^[0-9a-f]{64}$(?!\n)": _SHA256,
    r"^([0-9a-f]{64})?$(?!\n)": _SHA256,
    r"^([A-Z]{2})?$(?!\n)": "a country code of two capital letters, such as JP",
    r"^[A-Z]{3}$(?!\n)": "three capital letters, such as EUR",
}
_AT = re.compile(r"(?P<problem>.*?)(?: - at `\$\.?(?P<path>.*)`)?", re.DOTALL)
_NAMED = re.compile(r"Object (?P<what>missing required|contains unknown) field `(?P<name>.*)`")
_LONGER = re.compile(r"Expected `\w+` of length <= (?P<most>\d+)")
_BELOW = re.compile(r"Expected `int` (?P<sign>>=|<=) (?P<limit>-?\d+)")


def usage(shape: type[Struct]) -> list[str]:
    """One line per field: its name, whether it is needed, and what it takes."""
    return [
        f"{field.name}{' (needed)' if field.required else ''}: {takes(field)}"
        for field in fields(shape)
    ]


def possible(shape: type[Struct]) -> str:
    """All fields by name, as a remedy."""
    needed = [field.name for field in fields(shape) if field.required]
    others = [field.name for field in fields(shape) if not field.required]
    return f"Needed: {', '.join(needed) or 'nothing'}. Possible: {', '.join(others) or 'nothing'}."


def refusal(error: msgspec.ValidationError, shape: type[Struct]) -> Invalid:
    """The decoder's finding as field, problem and remedy."""
    found = _AT.fullmatch(str(error))
    problem, path = (found["problem"], found["path"] or "") if found else (str(error), "")
    around, field = _at(shape, path)
    if named := _NAMED.fullmatch(problem):
        name = f"{path}.{named['name']}" if path else named["name"]
        missing = named["what"].startswith("missing")
        return Invalid(name, "it is missing" if missing else "no such field", possible(around))
    remedy = f"It takes {takes(field)}." if field else possible(around)
    return Invalid(path or "fields", _in_words(problem), remedy)


def _in_words(problem: str) -> str:
    if longer := _LONGER.fullmatch(problem):
        return f"it has more than {longer['most']}"
    if "of length >= " in problem or problem.endswith(r"matching regex '\\S'"):
        return "it is empty"
    if below := _BELOW.fullmatch(problem):
        word = "less" if below["sign"] == ">=" else "more"
        return f"it is {word} than {below['limit']}"
    if value := re.fullmatch(r"Invalid enum value (?P<value>.*)", problem, re.DOTALL):
        return f"{value['value']} is not possible"
    return "it is not of the form that is needed"


def _at(shape: type[Struct], path: str) -> tuple[type[Struct], FieldInfo | None]:
    """The struct and its field at a path such as `evidence[0].dated`."""
    field: FieldInfo | None = None
    for name in re.sub(r"\[[^\]]*\]", "", path).split("."):
        if field is not None:
            shape = part_of(field.type) or shape
        field = {known.name: known for known in fields(shape)}.get(name)
    inner = part_of(field.type) if field is not None else None
    return inner or shape, field


def part_of(kind: Any) -> type[Struct] | None:
    """The struct that a field holds, may hold, or holds a list of."""
    if isinstance(kind, type) and issubclass(kind, Struct):
        return kind
    return next((part for inner in get_args(kind) if (part := part_of(inner))), None)


def takes(field: FieldInfo) -> str:
    """What may be written for a field."""
    described = msgspec.inspect.type_info(field.type)
    if isinstance(described, UnionType):
        described = next(kind for kind in described.types if not isinstance(kind, NoneType))
    match described:
        case VarTupleType(item_type=StructType(cls=cls)):
            if cls is Citation:
                return f'"{EVIDENCE}", several times if need be'
            return f"JSON list of {_parts(cls)}"
        case VarTupleType(item_type=LiteralType(values=values)):
            return "with commas: " + ", ".join(map(str, values))
        case VarTupleType():
            return "with commas"
        case LiteralType(values=values):
            return ", ".join(map(str, values))
        case StructType(cls=cls):
            return f"{field.name}.<part>=..., parts: {_parts(cls)}"
        case IntType(ge=least, le=most) if least is not None and most is not None:
            return f"a whole number from {least} to {most}"
        case IntType():
            return "a whole number"
        case BoolType():
            return "true or false"
        case StrType(max_length=longest) if longest:
            return f"text, at most {longest} characters"
        case StrType(pattern=pattern) if pattern:
            return _FORMS[pattern]
        case _:
            return "text"


def _parts(cls: type[Struct]) -> str:
    return ", ".join(field.name for field in fields(cls))
