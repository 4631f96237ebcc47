"""Goes through a document beside the description of its type, and finds every mistake."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from itertools import islice
from typing import Any, TypeAlias

import msgspec
from msgspec import UNSET
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
    type_info,
)

from adapters.shapes.mistakes import (
    Empty,
    Missing,
    Mistake,
    NotOfForm,
    NotOneOf,
    OutOfRange,
    Path,
    TooLong,
    Unexplained,
    Unknown,
    WrongType,
)
from adapters.shapes.words import BLANK

Part: TypeAlias = tuple[Path, Type, Any]
"""A place, the type of what belongs there, what is there: `UNSET` where it is missing."""

MOST = 50
"""How many mistakes are told at once."""

_HOLDS: dict[type[Type], type | tuple[type, ...]] = {
    StrType: str,
    LiteralType: str,
    IntType: int,
    BoolType: bool,
    NoneType: type(None),
    StructType: dict,
    DictType: dict,
    VarTupleType: (list, tuple),
    TupleType: (list, tuple),
}
_LOOSE: dict[type[Type], Any] = {IntType: int, BoolType: bool, NoneType: None}


def mistakes_of(
    error: msgspec.DecodeError, document: Any, shape: Any, *, strict: bool = True
) -> tuple[Mistake, ...]:
    """What is wrong with a document that msgspec refused: one at least, `MOST` at most.

    `strict` as for `msgspec.convert`: where it is False, text that reads as a number is one.
    """
    several = tuple(islice(mistakes(document, shape, strict=strict), MOST))
    return several or (Unexplained((), _described(shape), str(error)),)


def mistakes(document: Any, shape: Any, *, strict: bool = True) -> Iterator[Mistake]:
    """Every mistake, from the top; none exactly where msgspec takes the document.

    This holds for the types that commands and regime files are made of. What belongs to another
    type is not looked at.
    """
    # What is still ahead is a list and not recursion: files nest deeper than Python calls.
    ahead: list[Part] = [((), _described(shape), document)]
    while ahead:
        path, wanted, value = ahead.pop()
        if value is UNSET:
            yield Missing(path, wanted)
            continue
        bare = _bare(wanted)
        kinds = tuple(map(_bare, bare.types)) if isinstance(bare, UnionType) else (bare,)
        if not strict:
            value = _loosely(kinds, value)
        meant = _meant(path, wanted, kinds, value)
        if isinstance(meant, Type):
            yield from _at(path, meant, value, wanted if meant is bare else meant)
            ahead += reversed(_inside(path, meant, value))
        else:
            yield meant


@cache
def _described(shape: Any) -> Type:
    return type_info(shape)


def _bare(wanted: Type) -> Type:
    """Without what is only said of it: of a date that it is one."""
    return wanted.type if isinstance(wanted, Metadata) else wanted


def _fits(kind: Type, value: Any) -> bool:
    """Whether it is of the right kind, whatever it holds. True is no whole number."""
    holds = _HOLDS.get(type(kind), object)
    return isinstance(value, holds) and not (holds is int and isinstance(value, bool))


def _loosely(kinds: Sequence[Type], value: Any) -> Any:
    """What msgspec reads from text, or from a number, where it is not strict."""
    if any(_fits(kind, value) for kind in kinds):
        return value
    for kind in kinds:
        if type(kind) in _LOOSE:
            with suppress(msgspec.ValidationError):
                return msgspec.convert(value, _LOOSE[type(kind)], strict=False)
    return value


def _meant(path: Path, wanted: Type, kinds: Sequence[Type], value: Any) -> Type | Mistake:
    """The alternative that a value is to be; of several structs, the one that its tag names."""
    fitting = [kind for kind in kinds if _fits(kind, value)]
    structs = [kind for kind in fitting if isinstance(kind, StructType)]
    if not fitting:
        return WrongType(path, wanted, value)
    if len(structs) < 2:
        return fitting[0]
    named = {str(struct.tag): struct for struct in structs}
    field, tags = str(structs[0].tag_field), LiteralType(tuple(named))
    if field not in value:
        return Missing((*path, field), tags)
    tag = value[field]
    if not isinstance(tag, str):
        return WrongType((*path, field), tags, tag)
    return named.get(tag) or NotOneOf((*path, field), tags, tag, tuple(named))


def _at(path: Path, kind: Type, value: Any, wanted: Type) -> Iterator[Mistake]:
    """What is wrong at a place itself, not in its parts; `wanted` is `kind` as it is told."""
    match kind:
        case StructType(fields=fields):
            if not kind.forbid_unknown_fields:
                return
            names = tuple(field.encode_name for field in fields)
            possible = tuple(name for name in names if name not in value)
            for name in value:
                if name not in names and name != kind.tag_field:
                    yield Unknown((*path, name), kind, name, possible)
        case VarTupleType() | StrType() if len(value) < (kind.min_length or 0):
            yield Empty(path, wanted)
        case VarTupleType(max_length=most) | StrType(max_length=most) if (
            most is not None and len(value) > most
        ):
            yield TooLong(path, kind, len(value), most)
        case StrType(pattern=pattern) if pattern is not None and not re.search(pattern, value):
            yield Empty(path, wanted) if pattern == BLANK else NotOfForm(path, wanted)
        case TupleType(item_types=kinds) if len(value) != len(kinds):
            yield NotOfForm(path, kind)
        case LiteralType(values=allowed) if value not in allowed:
            yield NotOneOf(path, kind, value, tuple(map(str, allowed)))
        case IntType(ge=least) if least is not None and value < least:
            yield OutOfRange(path, kind, value, int(least))
        case IntType(le=most) if most is not None and value > most:
            yield OutOfRange(path, kind, value, int(most))


def _inside(path: Path, kind: Type, value: Any) -> list[Part]:
    """The parts that are to be looked at next."""
    match kind:
        case StructType(fields=fields):
            return [
                ((*path, field.encode_name), field.type, value.get(field.encode_name, UNSET))
                for field in fields
                if field.required or field.encode_name in value
            ]
        case VarTupleType(item_type=inner, max_length=most):
            # What is beyond the length is refused anyway, and may be very much.
            return [((*path, number), inner, item) for number, item in enumerate(value[:most])]
        case TupleType(item_types=kinds):
            several = enumerate(zip(kinds, value, strict=False))
            return [((*path, number), inner, item) for number, (inner, item) in several]
        case DictType(value_type=inner):
            return [((*path, name), inner, held) for name, held in value.items()]
        case _:
            return []
