"""From words typed on the command line to a command: `reason="..." vote.in_favour=7`."""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import click
import msgspec
from msgspec.inspect import StructType, VarTupleType

from adapters.shapes import mistakes_of
from api.cli.mistakes import EVIDENCE, described, may_be_left_out, part_of, unfit
from domain.history import Command
from domain.refusals import Invalid
from domain.values import Citation


def document_from(shape: type[Command], words: Iterable[str], body: bytes | None) -> Any:
    """What `field=value` words, or JSON, say about a command.

    A dot goes into a part (`home.name=Norfolk`). Lists take commas (`motives=education,trade`).
    Evidence is written "title | date | link | sha256" and may be given several times. What is typed
    is brought into Unicode normal form C, which not all keyboards write; JSON is taken as it is.
    A country that is left out is empty, as in the form; a needed part that is left out is there
    without its fields, so that each is told.
    """
    known = described(shape)
    document: Any = {} if body is None else _object(body)
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name.strip():
            raise click.UsageError(f"{word!r} is not of the form field=value.")
        _put(document, known, name.strip(), unicodedata.normalize("NFC", value))
    _complete(document, known)
    return document


def command_from(shape: type[Command], document: Any, options: Sequence[str] = ()) -> Command:
    """The command that `document` says.

    All that does not fit or is missing is told at once, with the `options` that are missing.
    """
    try:
        command = msgspec.convert(document, shape, strict=False)
    except msgspec.ValidationError as error:
        raise unfit(mistakes_of(error, document, shape, strict=False), options) from None
    if options:
        raise unfit((), options)
    return command


def _complete(document: Any, shape: StructType) -> None:
    for field in shape.fields:
        if field.required and field.name not in document:
            if may_be_left_out(field):
                document[field.name] = ""
            elif isinstance(field.type, StructType):
                document[field.name] = {}
        inside, part = document.get(field.name), part_of(field.type)
        if part is not None and isinstance(inside, dict):
            _complete(inside, part)


def _object(body: bytes) -> Any:
    document = _json(body, "json", "Give one JSON object.")
    if not isinstance(document, dict):
        raise Invalid("json", "this is not a JSON object", 'Give one: {"reason": "..."}.')
    return document


def _json(text: bytes | str, field: str, remedy: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise Invalid(field, f"this is not JSON ({error})", remedy) from None
    except RecursionError:
        raise Invalid(field, "this is nested too deeply", remedy) from None


def _put(document: Any, shape: StructType, name: str, value: str) -> None:
    first, dot, rest = name.partition(".")
    kind = next((field.type for field in shape.fields if field.name == first), None)
    part, several = part_of(kind), isinstance(kind, VarTupleType)
    if dot and part is not None and not several:
        inside = document.setdefault(first, {})
        if not isinstance(inside, dict):
            raise _twice(first)
        _put(inside, part, rest, value)
    elif dot and kind is not None:
        raise Invalid(name, f"{first} has no parts", f"Write {first}=...")
    elif several:
        items = document.setdefault(first, [])
        if not isinstance(items, list):
            raise _twice(first)
        items.extend(_items(first, part, value))
    elif first in document:
        raise _twice(first)
    else:
        document[first] = value


def _twice(field: str) -> Invalid:
    # The last one would win, and what was typed first would be lost without a word.
    return Invalid(field, "it is given twice", "Give it once.")


def _items(field: str, item: StructType | None, value: str) -> list[Any]:
    if item is None:
        return [part.strip() for part in value.split(",") if part.strip()]
    if item.cls is not Citation:
        decoded = _json(value, field, "Give a JSON list of objects.")
        return decoded if isinstance(decoded, list) else [decoded]
    parts = [part.strip() for part in value.split("|")]
    names = [known.name for known in item.fields]
    if len(parts) > len(names):
        raise Invalid(field, f"{value!r} has too many parts", f"Write {EVIDENCE}.")
    return [{name: part for name, part in zip(names, parts, strict=False) if part}]
