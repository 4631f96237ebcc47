"""A command's Struct as the fields of a form: kinds, limits and choices come from its types."""

from typing import Any, Literal, TypeAlias, get_args, get_type_hints

from msgspec import Struct, inspect
from msgspec.structs import replace

from adapters.ledger.text import LARGEST_INTEGER
from api.web.wording import PRIVATE, PUBLIC, label_of
from domain.values import Country, Edtf, MoneyLine, PrivateLine, PrivateText, Sha256
from projections.words import word

Kind = Literal["line", "text", "date", "country", "hash", "whole", "amount", "yes", "one", "many"]
Choice: TypeAlias = tuple[str, str]
"""A value and what the form shows for it."""
Choices: TypeAlias = dict[str, tuple[Choice, ...]]
"""For the fields whose choices depend on the record."""

YES_OR_NO: tuple[Choice, ...] = (("yes", "yes"), ("no", "no"))
LEAST_ROWS = 3
_ATTESTED = frozenset({"no_tie"})
"""What must be ticked for the act to be possible at all."""
_LONG = 1_000  # characters; longer texts get a box instead of a line


class Field(Struct, frozen=True):
    """One control. `path` is its name in the form and in refusals: `home.name`.

    Choices `of_record` only help: what is possible is decided when the act is recorded, for a
    repeated form must get its first answer although the choices are others by now.
    """

    path: str
    label: str
    hint: str
    kind: Kind
    required: bool
    longest: int | None = None
    least: int | None = None
    most: int | None = None
    may_be_empty: bool = False
    choices: tuple[Choice, ...] = ()
    of_record: bool = False

    def chosen(self, value: str) -> str:
        """What the form shows for a value."""
        return dict(self.choices).get(value, value)


class Group(Struct, frozen=True):
    """Fields under one heading; an optional one counts when something is typed in it."""

    path: str
    label: str
    hint: str
    required: bool
    items: tuple["Item", ...]


class Rows(Struct, frozen=True):
    """The same fields over and over; rows with nothing typed in them are ignored."""

    path: str
    label: str
    hint: str
    required: bool
    most: int
    shape: type[Struct]

    def row(self, number: int) -> tuple["Item", ...]:
        """The fields of one row, counted from 0."""
        return fields_of(self.shape, prefix=f"{self.path}[{number}].")


Item: TypeAlias = Field | Group | Rows


def fields_of(
    shape: type[Struct], choices: Choices | None = None, *, prefix: str = ""
) -> tuple[Item, ...]:
    """The fields of `shape` in its own order. `choices` are for the names in it."""
    info = inspect.type_info(shape)
    if not isinstance(info, inspect.StructType):
        raise TypeError(f"{shape!r} is not a Struct")
    hints = get_type_hints(shape, include_extras=True)
    return tuple(
        _item(shape, field, hints[field.name], (choices or {}).get(field.name), prefix)
        for field in info.fields
    )


def _item(
    owner: type[Struct],
    field: inspect.Field,
    hint: Any,
    choices: tuple[Choice, ...] | None,
    prefix: str,
) -> Item:
    path, label = prefix + field.name, label_of(owner.__name__, field.name)
    name, help_, kind = label.name, label.hint, field.type
    required = field.required
    if isinstance(kind, inspect.UnionType):
        kind = next(one for one in kind.types if not isinstance(one, inspect.NoneType))
    if isinstance(kind, inspect.Metadata):
        kind = kind.type
    match kind:
        case inspect.StructType():
            items = fields_of(kind.cls, prefix=f"{path}.")
            return Group(path, name, help_, required, items)
        case inspect.VarTupleType(item_type=inspect.StructType(cls=row)):
            rows = kind.max_length or 50
            return Rows(path, name, help_, bool(kind.min_length), rows, row)
        case inspect.VarTupleType():
            many = choices or _literals(kind.item_type)
            listed = choices is not None
            return Field(
                path, name, help_, "many", bool(kind.min_length), choices=many, of_record=listed
            )
        case inspect.LiteralType():
            # In the order in which the domain names them: from the best source to the worst.
            ordered = tuple((str(value), word(str(value))) for value in get_args(hint))
            listed = choices is not None
            return Field(
                path, name, help_, "one", required, choices=choices or ordered, of_record=listed
            )
        case inspect.BoolType() if required and field.name not in _ATTESTED:
            # A tick that is forgotten would say no.
            return Field(path, name, help_, "one", required, choices=YES_OR_NO)
        case inspect.BoolType():
            return Field(path, name, help_, "yes", False)
        case inspect.IntType() if choices is not None:
            return Field(
                path, name, help_, "one", required, None, 1, choices=choices, of_record=True
            )
        case inspect.IntType():
            how: Kind = "amount" if owner is MoneyLine else "whole"
            least = 0 if kind.ge is None else kind.ge
            most = LARGEST_INTEGER if kind.le is None else kind.le
            return Field(path, name, help_, how, required, None, least, most)
        case inspect.StrType() if choices is not None:
            return Field(path, name, help_, "one", required, choices=choices, of_record=True)
        case inspect.StrType():
            return _text(Field(path, name, help_, "line", required), kind, hint)
        case _:
            raise TypeError(f"{owner.__name__}.{field.name} has no field in a form")


def _text(field: Field, kind: inspect.StrType, annotated: Any) -> Field:
    field = replace(
        field,
        longest=kind.max_length,
        may_be_empty=not field.required or annotated == Country,
    )
    private = annotated in (PrivateLine, PrivateText)
    if private:
        field = replace(field, hint=" ".join(filter(None, [field.hint, PRIVATE])))
    if kind.max_length is not None and kind.max_length >= _LONG:
        public = "" if private else PUBLIC
        return replace(field, kind="text", hint=" ".join(filter(None, [field.hint, public])))
    special: dict[Any, Kind] = {Edtf: "date", Country: "country", Sha256: "hash"}
    how = next((how for known, how in special.items() if annotated == known), "line")
    return replace(field, kind=how)


def _literals(kind: inspect.Type) -> tuple[Choice, ...]:
    if not isinstance(kind, inspect.LiteralType):
        return ()
    return tuple((str(value), word(str(value))) for value in kind.values)
