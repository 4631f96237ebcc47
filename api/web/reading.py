"""From what was typed to a command: every field is read, and every mistake told, at once."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from adapters.shapes import line, mistakes_of
from api.problems import Item as Mistake
from api.problems import told
from api.typed import Typed, unfit
from api.web.fields import LEAST_ROWS, YES_OR_NO, Field, Group, Item, Rows
from domain.dates import parse
from domain.history import Command
from domain.refusals import Invalid

_NUMBER = re.compile("-?[0-9]{1,16}", re.ASCII)
_AMOUNT = re.compile("(-?)([0-9]{1,13})(?:[.]([0-9]{2}))?", re.ASCII)
_HASH = re.compile("[0-9a-f]{64}", re.ASCII)
_COUNTRY = re.compile("[A-Z]{2}", re.ASCII)


def read(
    shape: type[Command], items: tuple[Item, ...], typed: Typed
) -> tuple[Command | None, tuple[Mistake, ...]]:
    """The command, or None and what is wrong with which field."""
    values, mistakes = _read(items, typed)
    if mistakes:
        return None, tuple(mistakes)
    try:
        return msgspec.convert(values, shape), ()
    except msgspec.ValidationError as error:
        wrong = mistakes_of(error, values, shape)
        return None, tuple(Mistake(one.field, line(one)) for one in wrong)


def read_date(field: str, text: str) -> tuple[Mistake, ...]:
    """What is wrong with a date, nothing when it can be read."""
    try:
        parse(text, field=field)
    except Invalid as error:
        return told(error).items
    return ()


def _read(items: Iterable[Item], typed: Typed) -> tuple[dict[str, Any], list[Mistake]]:
    values: dict[str, Any] = {}
    mistakes: list[Mistake] = []
    for item in items:
        name = item.path.rpartition(".")[2]
        match item:
            case Field():
                value, wrong = _field(item, typed)
                if value is not None:
                    values[name] = value
            case Group():
                if not item.required and not typed.has(f"{item.path}."):
                    continue
                values[name], wrong = _read(item.items, typed)
                wrong = _under(item.label, wrong)
            case Rows():
                values[name], wrong = _rows(item, typed)
        mistakes += wrong
    return values, mistakes


def _under(heading: str, mistakes: list[Mistake]) -> list[Mistake]:
    """Two communities have fields of the same names: say whose is meant."""
    return [Mistake(one.field, f"{heading}: {one.text}") for one in mistakes]


def _rows(rows: Rows, typed: Typed) -> tuple[list[dict[str, Any]], list[Mistake]]:
    values: list[dict[str, Any]] = []
    mistakes: list[Mistake] = []
    for number in range(typed.rows(rows.path)):
        if not typed.has(f"{rows.path}[{number}]."):
            continue
        row, wrong = _read(rows.row(number), typed)
        values.append(row)
        mistakes += _under(f"{rows.label} {number + 1}", wrong)
    if rows.required and not values:
        mistakes.append(Mistake(rows.path, f"{rows.label}: at least one is needed. Cite one."))
    if len(values) > rows.most:
        mistakes.append(Mistake(rows.path, f"{rows.label}: at most {rows.most}. Remove some."))
    return values, mistakes


def _field(field: Field, typed: Typed) -> tuple[Any, list[Mistake]]:
    """The value to convert, None for the field's default, and what is wrong."""
    text = typed.one(field.path)
    if field.kind == "yes":
        return bool(text), []
    if field.kind == "many":
        return _many(field, typed.all(field.path))
    if not text:
        if field.required and not field.may_be_empty:
            how = "Choose one." if field.kind == "one" else "Fill it in."
            return None, [Mistake(field.path, f"{field.label} is missing. {how}")]
        return ("" if field.required else None), []
    if problem := unfit(text):
        return None, [Mistake(field.path, f"{field.label}: {problem[:1].lower()}{problem[1:]}")]
    if field.longest is not None and len(text) > field.longest:
        return None, [
            Mistake(
                field.path,
                f"{field.label} has {len(text):,} characters, at most {field.longest:,} are "
                "possible. Shorten it.",
            )
        ]
    value, problem = _value(field, text)
    return value, [Mistake(field.path, f"{field.label}: {problem}")] if problem else []


def _many(field: Field, texts: tuple[str, ...]) -> tuple[Any, list[Mistake]]:
    known = {value for value, _ in field.choices}
    if not field.of_record and not known.issuperset(texts):
        return None, [Mistake(field.path, f"{field.label}: choose among those shown.")]
    if field.required and not texts:
        return None, [Mistake(field.path, f"{field.label} is missing. Choose at least one.")]
    return texts, []


def _value(field: Field, text: str) -> tuple[Any, str]:
    """The value and no problem, or the problem in words."""
    match field.kind:
        case "one":
            if field.of_record:
                # `least` tells the positions of entries, which are whole numbers, from ids.
                return _whole(field, text) if field.least is not None else (text, "")
            known = text in dict(field.choices)
            value = text == "yes" if field.choices == YES_OR_NO else text
            return value, "" if known else "choose among those shown."
        case "whole":
            return _whole(field, text)
        case "amount":
            return _amount(text)
        case "country":
            code = text.upper()
            problem = "" if _COUNTRY.fullmatch(code) else f"{text!r} is not two letters such as DE."
            return code, problem
        case "hash":
            digest = text.replace(" ", "").lower()
            problem = "" if _HASH.fullmatch(digest) else "write 64 characters 0-9 and a-f."
            return digest, problem
        case "date":
            wrong = read_date(field.path, text)
            return text, wrong[0].text if wrong else ""
        case _:
            return text, ""


def _whole(field: Field, text: str) -> tuple[int | None, str]:
    if not _NUMBER.fullmatch(text):
        return None, f"{text[:40]!r} is not a whole number. Write digits only: 1250."
    number = int(text)
    if field.least is not None and number < field.least:
        return None, f"{number} is too small, the least is {field.least:,}."
    if field.most is not None and number > field.most:
        return None, f"{number} is too large, the most is {field.most:,}."
    return number, ""


def _amount(text: str) -> tuple[int | None, str]:
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return None, f"{text[:40]!r} is not an amount. Write it as 1250.00 or 1250."
    hundredths = int(found[2]) * 100 + int(found[3] or 0)
    return (-hundredths if found[1] else hundredths), ""


def rows_to_show(rows: Rows, typed: Typed, more: bool) -> int:
    """As many as are typed and one more, at least three; three more when asked for."""
    shown = max(LEAST_ROWS, typed.rows(rows.path) + 1) + (3 if more else 0)
    return min(shown, max(rows.most, LEAST_ROWS))
