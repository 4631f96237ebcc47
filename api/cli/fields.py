"""From words typed on the command line to a command: `reason="..." vote.in_favour=7`."""

from collections.abc import Iterable
from typing import Any, get_args

import click
import msgspec
from msgspec.structs import FieldInfo, fields

from domain.history import Command
from domain.refusals import Invalid
from domain.values import Citation

EVIDENCE = "title | date | link | sha256"


def command_from(shape: type[Command], words: Iterable[str], body: bytes | None) -> Command:
    """Build a command from `field=value` words, or from JSON; refuse what does not fit by name.

    A dot goes into a part (`home.name=Norfolk`). Lists take commas (`motives=education,trade`).
    Evidence is written "title | date | link | sha256" and may be given several times.
    """
    document: Any = {} if body is None else _json(body)
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise click.UsageError(f"{word!r} is not of the form field=value.")
        _put(document, shape, name.strip(), value)
    try:
        return msgspec.convert(document, shape, strict=False)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `$.")
        raise Invalid(path.rstrip("`") or "fields", problem, _usage(shape)) from None


def usage(shape: type[Command]) -> list[str]:
    """One line per field: its name, whether it is needed, and what it takes."""
    return [
        f"{field.name}{' (needed)' if field.required else ''}: {_takes(field)}"
        for field in fields(shape)
    ]


def _usage(shape: type[Command]) -> str:
    needed = [field.name for field in fields(shape) if field.required]
    others = [field.name for field in fields(shape) if not field.required]
    return f"Needed: {', '.join(needed) or 'nothing'}. Possible: {', '.join(others) or 'nothing'}."


def _takes(field: FieldInfo) -> str:
    described = msgspec.inspect.type_info(field.type)
    match described:
        case msgspec.inspect.VarTupleType(item_type=msgspec.inspect.StructType(cls=cls)):
            if cls is Citation:
                return f'"{EVIDENCE}", several times if need be'
            return f"JSON list of {_parts(cls)}"
        case msgspec.inspect.VarTupleType(item_type=msgspec.inspect.LiteralType(values=values)):
            return "with commas: " + ", ".join(map(str, values))
        case msgspec.inspect.VarTupleType():
            return "with commas"
        case msgspec.inspect.LiteralType(values=values):
            return ", ".join(map(str, values))
        case msgspec.inspect.StructType(cls=cls):
            return f"{field.name}.<part>=..., parts: {_parts(cls)}"
        case msgspec.inspect.IntType():
            return "a whole number"
        case msgspec.inspect.BoolType():
            return "true or false"
        case msgspec.inspect.StrType(max_length=longest) if longest:
            return f"text, at most {longest} characters"
        case msgspec.inspect.StrType(pattern=pattern) if pattern:
            return f"text of the form {pattern}"
        case _:
            return "text"


def _parts(cls: type[Any]) -> str:
    return ", ".join(field.name for field in fields(cls))


def _json(body: bytes) -> Any:
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid("json", f"this is not JSON ({error})", "Give one JSON object.") from None
    if not isinstance(document, dict):
        raise Invalid("json", "this is not a JSON object", 'Give one: {"reason": "..."}.')
    return document


def _put(document: Any, shape: type[Any], name: str, value: str) -> None:
    first, dot, rest = name.partition(".")
    known = {field.name: field for field in fields(shape)}
    if first not in known:
        raise Invalid(first, "there is no such field", _usage(shape))
    kind = known[first].type
    if dot:
        part = next(
            (
                t
                for t in (kind, *get_args(kind))
                if isinstance(t, type) and issubclass(t, msgspec.Struct)
            ),
            None,
        )
        if part is None:
            raise Invalid(name, f"{first} has no parts", f"Write {first}=...")
        _put(document.setdefault(first, {}), part, rest, value)
    elif _is_list(kind):
        document.setdefault(first, []).extend(_items(kind, value))
    else:
        document[first] = value


def _is_list(kind: Any) -> bool:
    return isinstance(msgspec.inspect.type_info(kind), msgspec.inspect.VarTupleType)


def _items(kind: Any, value: str) -> list[Any]:
    described = msgspec.inspect.type_info(kind)
    item = getattr(described, "item_type", None)
    if isinstance(item, msgspec.inspect.StructType):
        if item.cls is Citation:
            parts = [part.strip() for part in value.split("|")]
            if len(parts) > len(fields(Citation)):
                raise Invalid("evidence", f"{value!r} has too many parts", f"Write {EVIDENCE}.")
            names = [field.name for field in fields(Citation)]
            return [{n: part for n, part in zip(names, parts, strict=False) if part}]
        decoded = msgspec.json.decode(value)
        return decoded if isinstance(decoded, list) else [decoded]
    return [part.strip() for part in value.split(",") if part.strip()]
