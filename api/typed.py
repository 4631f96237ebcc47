"""What people typed, at a page or a command line, as text: kept whole, folded to lines."""

import re
import unicodedata
from urllib.parse import urlencode

from msgspec import Struct

from adapters.ledger.text import check_text
from api.problems import told
from domain.errors import NotCanonical

_MOST_MARKS = 30

# From the first blank of a row of them only: else each blank would be tried, and a form be endless.
_BREAKS = re.compile("(?<! ) *+[\t\n\v\f\r\x85\u2028\u2029]\\s*")
# Marks that show nothing and come along when text is copied from a page or a word processor.
_UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


class Typed(Struct, frozen=True):
    """Names and values in the order in which they came; values folded to lines in NFC."""

    pairs: tuple[tuple[str, str], ...] = ()

    def one(self, name: str) -> str:
        """The last value of that name, empty when there is none."""
        return next((value for known, value in reversed(self.pairs) if known == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of that name that is not empty."""
        return tuple(value for known, value in self.pairs if known == name and value)

    def has(self, start: str) -> bool:
        """Whether anything was typed in a field whose path begins with `start`."""
        return any(value for name, value in self.pairs if name.startswith(start))

    def rows(self, path: str) -> int:
        """The number of the last row with something typed in it, of the rows `path[n]`."""
        row = re.compile(re.escape(path) + r"\[([0-9]{1,3})\]", re.ASCII)
        found = [int(m[1]) + 1 for name, value in self.pairs if value and (m := row.match(name))]
        return max(found, default=0)

    def with_(self, **changes: str) -> "Typed":
        """The same with other values for some names."""
        kept = ((name, value) for name, value in self.pairs if name not in changes)
        return Typed((*kept, *changes.items()))

    def query(self, **changes: str) -> str:
        """As a query string, empty values left out."""
        return urlencode([(name, value) for name, value in self.with_(**changes).pairs if value])


def folded(text: str) -> str:
    """One line, in NFC, without marks that show nothing and without blanks around it."""
    return _normalized(_UNSEEN.sub("", _BREAKS.sub(" ", text))).strip()


def _normalized(text: str) -> str:
    """In NFC; as it is where more marks are stacked on one letter than any language does.

    Putting marks in order takes the square of their number. The bound is that of the stream-safe
    text format (UAX #15, section 13); `unfit` then refuses what is not in NFC.
    """
    if unicodedata.is_normalized("NFC", text):
        return text
    stacked = 0
    for character in text:
        stacked = stacked + 1 if unicodedata.combining(character) else 0
        if stacked > _MOST_MARKS:
            return text
    return unicodedata.normalize("NFC", text)


def unfit(text: str) -> str:
    """Why the register cannot hold this text; empty when it can."""
    try:
        check_text(text, "")
    except NotCanonical as error:
        return told(error).items[0].text
    return ""
