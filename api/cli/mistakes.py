"""What is wrong with the fields of a command, in words instead of the decoder's."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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

from api.cli import Failed
from domain.refusals import Invalid
from domain.values import Citation, Country

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
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>.*)`")
_LONGER = re.compile(r"Expected `\w+` of length <= (?P<most>\d+)")
_BELOW = re.compile(r"Expected `int` (?P<sign>>=|<=) (?P<limit>-?\d+)")


def usage(shape: type[Struct]) -> list[str]:
    """One line per field: its name, whether it is needed, and what it takes."""
    return [
        f"{field.name}{' (needed)' if _needed(field) else ''}: {takes(field)}"
        for field in fields(shape)
    ]


def possible(shape: type[Struct]) -> str:
    """All fields by name, as a remedy."""
    needed = [field.name for field in fields(shape) if _needed(field)]
    others = [field.name for field in fields(shape) if not _needed(field)]
    return f"Needed: {', '.join(needed) or 'nothing'}. Possible: {', '.join(others) or 'nothing'}."


def may_be_left_out(field: FieldInfo) -> bool:
    """Whether leaving it out says that it is empty: a place may have no country."""
    return bool(field.type == Country)


def _needed(field: FieldInfo) -> bool:
    return field.required and not may_be_left_out(field)


def missing(shape: type[Struct], document: Any, at: str = "") -> list[str]:
    """One line for each needed field that `document` does not have: its path and what it takes."""
    found: list[str] = []
    for field in fields(shape):
        path, part = at + field.name, part_of(field.type)
        value = document.get(field.name)
        if field.name not in document:
            if _needed(field) and part is not None and not is_list(field.type):
                found += missing(part, {}, f"{path}.")
            elif _needed(field):
                found.append(f"{path}: {takes(field)}")
        elif part is not None and isinstance(value, dict):
            found += missing(part, value, f"{path}.")
        elif part is not None and isinstance(value, list):
            for number, item in enumerate(value):
                if isinstance(item, dict):
                    found += missing(part, item, f"{path}[{number}].")
    return found


def says_missing(error: msgspec.ValidationError) -> bool:
    """Whether the decoder stopped at something that is not there."""
    return str(error).startswith("Object missing required field")


def still_missing(lines: Iterable[str]) -> Failed:
    """All that is missing, at once."""
    return Failed("Nothing is recorded. Still missing:\n  " + "\n  ".join(lines), 2)


@contextmanager
def slips() -> Iterator[None]:
    """What cannot be as it is typed ends with exit code 2; what the rules refuse, with 1."""
    try:
        yield
    except Invalid as error:
        raise Failed(str(error), 2) from error


def refusal(error: msgspec.ValidationError, shape: type[Struct]) -> Invalid:
    """The decoder's finding as field, problem and remedy."""
    found = _AT.fullmatch(str(error))
    problem, path = (found["problem"], found["path"] or "") if found else (str(error), "")
    around, field = _at(shape, path)
    if unknown := _UNKNOWN.fullmatch(problem):
        name = f"{path}.{unknown['name']}" if path else unknown["name"]
        return Invalid(name, "no such field", possible(around))
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


def is_list(kind: Any) -> bool:
    """Whether a field holds several."""
    return isinstance(msgspec.inspect.type_info(kind), VarTupleType)


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
    return ", ".join(
        f"{field.name}{' (needed)' if _needed(field) else ''}" for field in fields(cls)
    )
