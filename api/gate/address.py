"""The path and the query, byte for byte: one address for one thing, each parameter once."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from adapters.ledger.text import LARGEST_INTEGER, check_text
from api.gate.errors import AddressTooLong, Finding, Malformed, Unfit
from api.gate.route import Route
from domain.errors import NotCanonical

LONGEST_QUERY = 8_192  # bytes

_NOT_ENCODED = re.compile(rb"%(?![0-9A-Fa-f]{2})|[^!-~]")
_PLAIN_IN_A_PATH = "/!$&'()*+,;=:@"  # with letters, digits and -._~ (RFC 3986, 3.3)
_WHOLE = re.compile("0|-?[1-9][0-9]{0,15}", re.ASCII)


def check_path(raw: bytes, path: str, values: dict[str, Any]) -> None:
    """Raise `Malformed` unless the path that was sent is the one spelling of what it names.

    `raw` is as sent, `path` as the router understood it, `values` what it read out of it.
    """
    if raw != quote(path, safe=_PLAIN_IN_A_PATH).encode():
        raise Malformed(
            Finding(
                "path",
                "",
                "path-not-plain",
                f"is another spelling of {path[:200]!a}",
                "References have plain ASCII letters, digits and hyphens; send them unescaped, "
                "with single slashes between and none at the end. Of other letters, as ids of "
                "communities have them, send each byte of the UTF-8 as % and two capital digits.",
            )
        )
    try:
        check_text(path, "path")
    except NotCanonical as error:
        raise Malformed(Finding("path", "", "text-unfit", error.problem, error.remedy)) from None
    parts = path.split("/")
    for name, value in values.items():
        if type(value) is int and not (str(value) in parts and abs(value) <= LARGEST_INTEGER):
            raise Malformed(_not_whole("path", name))


def check_query(raw: bytes, route: Route) -> None:
    """Raise unless every parameter is one of the route's, is there once, and has a fit text."""
    if not raw:
        return
    if len(raw) > LONGEST_QUERY:
        raise AddressTooLong(
            Finding(
                "parameter",
                "",
                "query-too-long",
                f"is longer than {LONGEST_QUERY:,} bytes",
                "Shorten what is searched for.",
            )
        )
    seen: set[str] = set()
    for pair in raw.split(b"&"):
        written, _, value = pair.partition(b"=")
        name, text = _text(written, ""), ""
        if name not in route.parameters:
            raise Malformed(_unknown(name, route.parameters))
        if name in seen:
            raise Malformed(
                Finding("parameter", name, "parameter-twice", "is there twice", "Send it once.")
            )
        seen.add(name)
        text = _text(value, name)
        if name in route.whole_numbers and text and not _is_whole(text):
            raise Malformed(_not_whole("parameter", name))
        _check_text(text, name)


def _text(raw: bytes, name: str) -> str:
    """What `raw` says, percent-decoded without guessing."""
    if _NOT_ENCODED.search(raw):
        raise Malformed(
            Finding(
                "parameter",
                name,
                "parameter-not-encoded",
                "is not percent-encoded as it should be",
                "Write each byte that is not printable ASCII, and each %, as % and two hex digits.",
            )
        )
    try:
        return unquote_to_bytes(raw.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        raise Malformed(
            Finding(
                "parameter",
                name,
                "parameter-not-utf-8",
                "is not UTF-8 after percent-decoding",
                "Encode the text as UTF-8 first.",
            )
        ) from None


def _check_text(text: str, name: str) -> None:
    try:
        check_text(text, name)
    except NotCanonical as error:
        raise Unfit(Finding("parameter", name, "text-unfit", error.problem, error.remedy)) from None


def _is_whole(text: str) -> bool:
    return bool(_WHOLE.fullmatch(text)) and abs(int(text)) <= LARGEST_INTEGER


def _not_whole(place: Any, name: str) -> Finding:
    return Finding(
        place,
        name,
        "number-not-whole",
        "is not a whole number in digits 0 to 9, or is beyond 2^53 - 1",
        "Write it as 1250: no sign +, no leading 0, no point.",
    )


def _unknown(name: str, known: Sequence[str]) -> Finding:
    names = ", ".join(known)
    return Finding(
        "parameter",
        name[:100] if name.isascii() and name.isprintable() else "",
        "parameter-unknown",
        "is not known here",
        f"Possible are: {names}." if names else "Nothing can be asked for here: leave it out.",
    )
