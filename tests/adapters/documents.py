"""Documents that fit a type, nearly fit it, or do not fit at all."""

from typing import Any

from hypothesis import strategies as st
from msgspec.inspect import (
    BoolType,
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

_SHAPED = ("", " ", "US", "usa", "EUR", "a" * 64, "a" * 64 + "\n", "2026-03-05", "a-b", "x" * 2001)
_NUMBERS = (-(2**70), -(2**53), -1, 0, 1, 100, 101, 799, 9999, 10_001, 2**53 - 1, 2**53, 2**70)
_READ_LOOSELY = ("7", "-1", "1.0", " 7", "10001", "true", "0", "null", "yes", "9" * 30)
_ANYTHING: Documents = st.sampled_from(
    (*_SHAPED, *_NUMBERS, *_READ_LOOSELY, None, True, False, 1.0, 0.5, [], [None], {}, {"a": 1})
)


def documents(kind: Type, depth: int = 4) -> Documents:
    """Mostly of that type; now and then, anywhere in it, something else."""
    return st.integers(0, 19).flatmap(
        lambda chance: _ANYTHING if chance == 0 or depth == 0 else _of(kind, depth - 1)
    )


def _of(kind: Type, depth: int) -> Documents:
    match kind:
        case Metadata(type=inner):
            return _of(inner, depth)
        case UnionType(types=kinds):
            return st.one_of([_of(one, depth) for one in kinds])
        case StructType():
            return _object(kind, depth)
        case VarTupleType(item_type=item, min_length=least, max_length=most):
            fitting = st.lists(
                documents(item, depth), min_size=least or 0, max_size=(least or 0) + 2
            )
            long = st.just([{"title": "x"}] * ((most or 0) + 1))
            return st.one_of(fitting, fitting, fitting, st.just([]), long)
        case TupleType(item_types=items):
            return st.lists(documents(items[0], depth), min_size=1, max_size=len(items) + 1)
        case LiteralType(values=values):
            return st.sampled_from(values)
        case StrType():
            return st.one_of(st.sampled_from(_SHAPED), st.text(max_size=3))
        case IntType():
            return st.sampled_from((*_NUMBERS, 7, 2026))
        case BoolType():
            return st.booleans()
        case NoneType():
            return st.none()
        case _:
            return _ANYTHING


def _object(kind: StructType, depth: int) -> Documents:
    parts = {field.encode_name: documents(field.type, depth) for field in kind.fields}
    needed = {field.encode_name for field in kind.fields if field.required}
    tag = {str(kind.tag_field): st.just(kind.tag)} if kind.tag_field else {}
    whole = st.fixed_dictionaries(
        {name: part for name, part in parts.items() if name in needed} | tag,
        optional={name: part for name, part in parts.items() if name not in needed},
    )
    broken = st.fixed_dictionaries({}, optional={**parts, **tag, "colour": st.just("red")})
    return st.one_of(whole, whole, whole, broken)
