"""What can be wrong at a place of a document, with its facts and in words.

Mistake          something at a path of the document is not as the type asks
  Missing        a field that is needed is not there
  Unknown        a field that the type does not have
  WrongType      a list where text belongs, and so on
  NotOneOf       text that is not one of the possible ones
  Empty          nothing in it where something is needed
  TooLong        more characters or items than are possible
  OutOfRange     a whole number that is too small or too large
  NotOfForm      text that is no hash, no country code and so on; a list of another length
  Unexplained    msgspec refuses and nothing of the above is found: msgspec's own words
"""

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, TypeAlias, assert_never

from msgspec import Struct
from msgspec.inspect import StrType, Type

from adapters.shapes.words import found
from adapters.shapes.words import takes as in_a_document

Path: TypeAlias = tuple[str | int, ...]


class _Mistake(Struct, frozen=True):
    """`wanted` is the type of what belongs at `path`."""

    path: Path
    wanted: Type

    @property
    def field(self) -> str:
        """The path as people read it: `evidence[0].dated`; empty for the whole document."""
        parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path)
        return "".join(parts).removeprefix(".")

    @property
    def place(self) -> str:
        """The field in a sentence: cut where its name is very long."""
        return self.field if len(self.field) <= 100 else f"{self.field[:100]}…"


class Missing(_Mistake, frozen=True):
    pass


class Unknown(_Mistake, frozen=True):
    """`wanted` is the object around, `possible` its fields that are not there yet."""

    name: str
    possible: tuple[str, ...]


class WrongType(_Mistake, frozen=True):
    value: Any


class NotOneOf(_Mistake, frozen=True):
    value: str
    allowed: tuple[str, ...]


class Empty(_Mistake, frozen=True):
    pass


class TooLong(_Mistake, frozen=True):
    has: int
    most: int


class OutOfRange(_Mistake, frozen=True):
    """`limit` is the bound that `value` lies beyond."""

    value: int
    limit: int


class NotOfForm(_Mistake, frozen=True):
    pass


class Unexplained(_Mistake, frozen=True):
    words: str


Mistake: TypeAlias = (
    Missing
    | Unknown
    | WrongType
    | NotOneOf
    | Empty
    | TooLong
    | OutOfRange
    | NotOfForm
    | Unexplained
)


def in_words(mistake: Mistake, takes: Callable[[Type], str] = in_a_document) -> tuple[str, str]:
    """The problem, without a capital and a full stop, and the remedy in a sentence.

    `takes` says what a type takes; it completes "It takes ...".
    """
    remedy = f"It takes {takes(mistake.wanted)}."
    match mistake:
        case Missing():
            return "this is missing", remedy
        case Unknown(name=name, possible=possible):
            others = f", or use one of: {', '.join(possible)}" if possible else ""
            return "there is no such field", _meant(name, possible) or f"Leave it out{others}."
        case WrongType(value=value):
            return f"this is {found(value)}", remedy
        case NotOneOf(value=value, allowed=allowed):
            shown = value if len(value) <= 40 else f"{value[:40]}…"
            return (
                f"{shown!r} is not possible",
                f"{_meant(value, allowed)} One of: {', '.join(allowed)}.".lstrip(),
            )
        case Empty():
            return "this is empty", remedy
        case TooLong(wanted=StrType(), has=has, most=most):
            return f"this has {has:,} characters, at most {most:,} are possible", "Shorten it."
        case TooLong(has=has, most=most):
            return f"this has {has:,} items, at most {most:,} are possible", "Leave some out."
        case OutOfRange(value=value, limit=limit):
            return f"this is {'less' if value < limit else 'more'} than {limit:,}", remedy
        case NotOfForm():
            return "this is not of the form that is needed", remedy
        case Unexplained(words=words):
            return words.rstrip("."), remedy
        case _:
            assert_never(mistake)


def line(mistake: Mistake, takes: Callable[[Type], str] = in_a_document) -> str:
    """Field, problem and remedy as one line."""
    problem, remedy = in_words(mistake, takes)
    return f"{mistake.place or 'all of it'}: {problem}. {remedy}"


def _meant(name: str, possible: tuple[str, ...]) -> str:
    """Which one may be meant, as a question; empty where none is near."""
    near = get_close_matches(name[:100], possible, 1)
    return f"Did you mean {near[0]!r}?" if near else ""
