"""What does not fit a type in a document: each place, what is wrong there and what helps.

msgspec stops at the first mistake and tells it in words for programmers. So msgspec decides whether
a document fits, fast; only after it has refused, all that is wrong is looked for here.
"""

from adapters.shapes.mistakes import (
    Empty,
    Missing,
    Mistake,
    NotOfForm,
    NotOneOf,
    OutOfRange,
    TooLong,
    Unexplained,
    Unknown,
    WrongType,
    in_words,
    line,
)
from adapters.shapes.walk import MOST, mistakes, mistakes_of
from adapters.shapes.words import takes

__all__ = [
    "MOST",
    "Empty",
    "Missing",
    "Mistake",
    "NotOfForm",
    "NotOneOf",
    "OutOfRange",
    "TooLong",
    "Unexplained",
    "Unknown",
    "WrongType",
    "in_words",
    "line",
    "mistakes",
    "mistakes_of",
    "takes",
]
