"""Which text and which JSON a leaf may hold: what others must be able to reproduce byte for byte.

With these limits the bytes are those of RFC 8785, whatever JSON library writes them.
"""

import unicodedata
from typing import Any

import msgspec
from msgspec import Raw

from adapters.ledger.joiners import JOINERS, is_joiner_in_place
from domain.errors import NotCanonical

LARGEST_INTEGER = 2**53 - 1
DEEPEST = 32

# Cc control, Cf invisible or bidirectional formatting, Cs surrogate, Co private use, Cn unassigned,
# Zl and Zp separators: each either shows nothing or shows something else than it says.
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

_encode = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder().decode


def check_text(text: str, field: str) -> None:
    """Raise `NotCanonical` unless `text` is NFC and every character shows, itself or by what it
    does to the letters beside it.
    """
    if text.isascii() and text.isprintable():
        return
    for at, character in enumerate(text):
        if character != " " and unicodedata.category(character) in _REFUSED:
            if character in JOINERS and is_joiner_in_place(text, at):
                continue
            raise NotCanonical(
                field=field,
                problem=f"has the character U+{ord(character):04X}, which does not show as itself",
                remedy="Remove it.",
            )
    if not unicodedata.is_normalized("NFC", text):
        raise NotCanonical(
            field=field,
            problem="is not in Unicode normal form C, so the same text could have other bytes",
            remedy="Normalize it to NFC.",
        )


def check_document(raw: Raw, field: str) -> None:
    """Raise `NotCanonical` unless `raw` is a JSON object in its one canonical spelling."""
    try:
        document = _decode(raw)
        _check(document, field, DEEPEST)
        spelling = _encode(document)
    except RecursionError:
        raise _too_deep(field) from None
    except (msgspec.MsgspecError, UnicodeError):
        raise NotCanonical(
            field=field, problem="is not JSON in UTF-8", remedy="Encode it with msgspec.json."
        ) from None
    if type(document) is not dict or spelling != bytes(raw):
        raise NotCanonical(
            field=field,
            problem="is not a JSON object with sorted keys, no spaces and no key twice",
            remedy='Encode it with order="deterministic".',
        )


def _check(value: Any, field: str, depth: int) -> None:
    kind = type(value)
    if kind is str:
        check_text(value, field)
    elif kind is dict:
        if not depth:
            raise _too_deep(field)
        for key, item in value.items():
            if not (key.isascii() and key.isprintable()):
                raise NotCanonical(
                    field=f"{field}.{key!a}",
                    problem="is a key that is not printable ASCII",
                    remedy="Name the key in ASCII.",
                )
            _check(item, f"{field}.{key}", depth - 1)
    elif kind is list:
        if not depth:
            raise _too_deep(field)
        for n, item in enumerate(value):
            _check(item, f"{field}[{n}]", depth - 1)
    elif kind is int:
        if not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
            raise NotCanonical(
                field=field,
                problem="is an integer beyond 2^53 - 1, which many readers would round",
                remedy="Write it as text.",
            )
    elif kind is float:
        raise NotCanonical(
            field=field,
            problem="is not an integer, and fractions have many spellings",
            remedy="Write it as text or in a smaller unit.",
        )


def _too_deep(field: str) -> NotCanonical:
    return NotCanonical(
        field=field, problem=f"is nested more than {DEEPEST} deep", remedy="Flatten it."
    )
