"""What a type takes, and what was found instead, in plain words."""

from typing import Any

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

_COUNTRY = "a country code (ISO 3166-1 alpha-2) of two capital letters, such as JP"
_SHA256 = "the 64 digits 0-9 and a-f of a SHA-256"
FORMS = {
    r"^[0-9a-f]{64}$(?!\n)": _SHA256,
    r"^([0-9a-f]{64})?$(?!\n)": _SHA256,
    r"^([A-Z]{2})?$(?!\n)": f"{_COUNTRY}, or nothing where there is none",
    r"^([A-Z]{2})?$": f"{_COUNTRY}, or nothing where there is none",
    r"^[A-Z]{2}$": _COUNTRY,
    r"^[A-Z]{3}$(?!\n)": "the three capital letters of a currency, such as EUR",
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "small letters and digits, with single hyphens between them",
}
"""What the house's patterns ask; a pattern that only asks for text that shows stands in BLANK."""

BLANK = r"\S"
_FOUND = {
    str: "text",
    int: "a number",
    float: "a number with a fraction",
    list: "a list",
    tuple: "a list",
    dict: "an object",
    type(None): "null",
}


def found(value: Any) -> str:
    """What a value is: a list, text, true."""
    if isinstance(value, bool):
        return str(value).lower()
    return _FOUND.get(type(value), f"a {type(value).__name__}")


def takes(kind: Type) -> str:
    """What a type takes; completes "It takes ..."."""
    match kind:
        case Metadata(extra_json_schema={"format": "edtf"}):
            return "a date in EDTF, such as 2026-03-05, 1989-06 or 1950~"
        case Metadata(type=inner):
            return takes(inner)
        case UnionType(types=kinds) if tags := _tags(kinds):
            return f"an object whose {tags[0]} is one of: {', '.join(tags[1:])}"
        case UnionType(types=kinds):
            return " or ".join(map(takes, kinds))
        case NoneType():
            return "null"
        case BoolType():
            return "true or false"
        case LiteralType(values=values):
            return f"one of: {', '.join(map(str, values))}"
        case IntType(ge=least, le=most) if least is not None and most is not None:
            return f"a whole number from {least:,} to {most:,}"
        case IntType(ge=least) if least is not None:
            return f"a whole number, {least:,} or more"
        case IntType():
            return "a whole number"
        case StrType(pattern=pattern) if pattern in FORMS:
            return FORMS[pattern]
        case StrType(max_length=longest) if longest is not None:
            return f"text, at most {longest:,} characters"
        case StrType():
            return "text"
        case VarTupleType(item_type=item):
            return f"a list{_many(kind)}, each {takes(item)}"
        case TupleType(item_types=items):
            return f"a list of exactly {len(items)}, each {takes(items[0])}"
        case DictType(value_type=held):
            return f"an object whose values are {takes(held)}"
        case StructType(fields=fields):
            names = (
                f"{field.encode_name}{' (needed)' if field.required else ''}" for field in fields
            )
            return f"an object with {', '.join(names)}"
        case _:
            return "something else"


def _many(kind: VarTupleType) -> str:
    match kind.min_length, kind.max_length:
        case None, None:
            return ""
        case least, None:
            return f" of {least:,} or more"
        case None, most:
            return f" of at most {most:,}"
        case least, most:
            return f" of {least:,} to {most:,}"


def _tags(kinds: tuple[Type, ...]) -> list[str]:
    """Where all are structs: the field that tells them apart, and its values."""
    structs = [kind for kind in kinds if isinstance(kind, StructType)]
    if len(structs) < len(kinds):
        return []
    return [str(structs[0].tag_field), *(str(struct.tag) for struct in structs)]
