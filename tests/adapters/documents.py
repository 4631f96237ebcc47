"""Documents that fit a type, nearly fit it, or do not fit at all."""

import re
from typing import Any

from hypothesis import strategies as st
from msgspec.inspect import (
    BoolType,
    DictType,
    IntType,
    LiteralType,
    Metadata,
    NoneType,
    StrType,
    StructType,
    TupleType,
    Type,
    UnionType,
    VarTupleType,
)

Documents = st.SearchStrategy[Any]

_LONG = tuple(
    length * "x" for least in (40, 100, 200, 300, 500, 1000, 2000) for length in (least, least + 1)
)
_TEXTS = ("", " ", "US", "usa", "EUR", "a" * 64, "a" * 64 + "\n", "2026-03-05", "a-b", *_LONG)
_NUMBERS = (
    *(-(2**70), -(2**53), -1, 0, 1, 7, 100, 101, 799, 800, 9999, 10_000, 10_001, 36_525, 36_526),
    *(2**53 - 1, 2**53, 2**70),
)
_READ_LOOSELY = ("7", "-1", "1.0", " 7", "10001", "true", "0", "null", "yes", "9" * 30)
_ANYTHING: Documents = st.sampled_from(
    (*_TEXTS, *_NUMBERS, *_READ_LOOSELY, None, True, False, 1.0, 0.5, [], [None], {}, {"a": 1})
)


def documents(kind: Type, depth: int = 4) -> Documents:
    """Mostly of that type; now and then, anywhere in it, something else or just beyond it."""
    return st.integers(0, 39).flatmap(
        lambda chance: _ANYTHING if chance == 0 or depth == 0 else _of(kind, depth - 1, chance == 1)
    )


def _of(kind: Type, depth: int, beyond: bool) -> Documents:
    match kind:
        case Metadata(type=inner):
            return _of(inner, depth, beyond)
        case UnionType(types=kinds):
            return st.one_of([_of(one, depth, beyond) for one in kinds])
        case StructType():
            return _object(kind, depth, beyond)
        case VarTupleType(max_length=most) if beyond:
            fitting = [{"title": "x"}] * (most or 0)
            return st.sampled_from(([], fitting, [*fitting, {"title": "x"}]))
        case VarTupleType(item_type=item, min_length=least):
            return st.lists(documents(item, depth), min_size=least or 0, max_size=(least or 0) + 1)
        case TupleType(item_types=items):
            extra = 1 if beyond else 0
            return st.lists(
                documents(items[0], depth), min_size=len(items) + extra, max_size=len(items) + extra
            )
        case LiteralType(values=values):
            return st.sampled_from(values)
        case StrType(min_length=least, max_length=most, pattern=pattern) if not beyond:
            return st.sampled_from(
                [
                    text
                    for text in _TEXTS
                    if (least or 0) <= len(text) <= (most or 9999)
                    and re.search(pattern or "", text)
                ]
            )
        case StrType():
            return st.sampled_from(_TEXTS)
        case IntType(ge=least, le=most) if not beyond:
            return st.sampled_from(
                [
                    number
                    for number in _NUMBERS
                    if (least is None or number >= least) and (most is None or number <= most)
                ]
            )
        case IntType():
            return st.sampled_from(_NUMBERS)
        case BoolType():
            return st.booleans()
        case DictType(value_type=held):
            return st.dictionaries(st.sampled_from(_TEXTS[:4]), documents(held, depth), max_size=2)
        case NoneType():
            return st.none()
        case _:
            raise AssertionError(f"no documents are made of {kind!r}")


def _object(kind: StructType, depth: int, beyond: bool) -> Documents:
    parts = {field.encode_name: documents(field.type, depth) for field in kind.fields}
    needed = {field.encode_name for field in kind.fields if field.required}
    tag = {str(kind.tag_field): st.just(kind.tag)} if kind.tag_field else {}
    if beyond:
        return st.fixed_dictionaries({}, optional={**parts, **tag, "colour": st.just("red")})
    return st.fixed_dictionaries(
        {name: part for name, part in parts.items() if name in needed} | tag,
        optional={name: part for name, part in parts.items() if name not in needed},
    )
