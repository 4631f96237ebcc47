"""From words typed on the command line to a command: `reason="..." vote.in_favour=7`."""

import unicodedata
from collections.abc import Iterable
from typing import Any

import click
import msgspec
from msgspec import Struct
from msgspec.structs import fields

from api.cli.mistakes import (
    EVIDENCE,
    is_list,
    may_be_left_out,
    missing,
    part_of,
    possible,
    refusal,
    says_missing,
    still_missing,
)
from domain.history import Command
from domain.refusals import Invalid
from domain.values import Citation


def document_from(shape: type[Command], words: Iterable[str], body: bytes | None) -> Any:
    """What `field=value` words, or JSON, say about a command; refuse what is no field of it.

    A dot goes into a part (`home.name=Norfolk`). Lists take commas (`motives=education,trade`).
    Evidence is written "title | date | link | sha256" and may be given several times. What is typed
    is brought into Unicode normal form C, which not all keyboards write; JSON is taken as it is.
    A country that is left out is empty, as in the form.
    """
    document: Any = {} if body is None else _object(body)
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise click.UsageError(f"{word!r} is not of the form field=value.")
        _put(document, shape, name.strip(), unicodedata.normalize("NFC", value))
    _leave_countries_empty(document, shape)
    return document


def command_from(shape: type[Command], document: Any, options: Iterable[str] = ()) -> Command:
    """The command that `document` says; refuse what does not fit by name.

    All that is still missing is told at once, with the `options` that are missing beside it.
    """
    lacking = [*missing(shape, document), *options]
    try:
        command = msgspec.convert(document, shape, strict=False)
    except msgspec.ValidationError as error:
        # What is typed and wrong comes first: its remedy is nearer.
        if not lacking or not says_missing(error):
            raise refusal(error, shape) from None
        raise still_missing(lacking) from None
    if lacking:
        raise still_missing(lacking)
    return command


def _leave_countries_empty(document: Any, shape: type[Struct]) -> None:
    for field in fields(shape):
        part = part_of(field.type)
        if field.name in document:
            if part is not None and isinstance(document[field.name], dict):
                _leave_countries_empty(document[field.name], part)
        elif field.required and may_be_left_out(field):
            document[field.name] = ""


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


def _put(document: Any, shape: type[Struct], name: str, value: str) -> None:
    first, dot, rest = name.partition(".")
    known = {field.name: field for field in fields(shape)}
    if first not in known:
        raise Invalid(first or "field", "there is no such field", possible(shape))
    kind = known[first].type
    if dot:
        part = part_of(kind)
        if part is None or is_list(kind):
            raise Invalid(name, f"{first} has no parts", f"Write {first}=...")
        inside = document.setdefault(first, {})
        if not isinstance(inside, dict):
            raise _twice(first)
        _put(inside, part, rest, value)
    elif is_list(kind):
        items = document.setdefault(first, [])
        if not isinstance(items, list):
            raise _twice(first)
        items.extend(_items(first, kind, value))
    elif first in document:
        raise _twice(first)
    else:
        document[first] = value


def _twice(field: str) -> Invalid:
    # The last one would win, and what was typed first would be lost without a word.
    return Invalid(field, "it is given twice", "Give it once.")


def _items(field: str, kind: Any, value: str) -> list[Any]:
    item = part_of(kind)
    if item is Citation:
        parts = [part.strip() for part in value.split("|")]
        if len(parts) > len(fields(Citation)):
            raise Invalid(field, f"{value!r} has too many parts", f"Write {EVIDENCE}.")
        names = [known.name for known in fields(Citation)]
        return [{n: part for n, part in zip(names, parts, strict=False) if part}]
    if item is not None:
        decoded = _json(value, field, "Give a JSON list of objects.")
        return decoded if isinstance(decoded, list) else [decoded]
    return [part.strip() for part in value.split(",") if part.strip()]
