"""A JSON body, looked through before it is decoded: what RFC 8259 leaves open is refused here.

Depth is counted without recursion first, because the decoders behind the gate recurse.
"""

import json
import re
from collections import Counter
from typing import Any

from msgspec import Struct

from adapters.ledger.text import DEEPEST, LARGEST_INTEGER, check_text
from api.gate.errors import Finding, Malformed, Unfit
from domain.errors import NotCanonical

LONGEST_NAME = 100  # characters of a member's name: a pointer made of names stays readable
_MOST_FINDINGS = 20
_SHOWN = 40  # characters of what was sent that a refusal repeats

# A string is taken to the end of the text where it does not end: so each character is read once.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


class _Wrong(Struct, frozen=True):
    """Stands in the document for a value that is refused, until its pointer is known."""

    code: str
    problem: str
    remedy: str
    malformed: bool = False
    twice: str | None = None  # the name that two members of this object have


def check_body(body: bytes) -> None:
    """Raise `Malformed` or `Unfit` unless `body` is JSON of one meaning that the register can hold.

    UTF-8 without a byte order mark, at most `DEEPEST` deep, names in ASCII and once in an object,
    integers within +-(2^53 - 1) and no other numbers, texts as in `adapters/ledger/text.py`. The
    first `_MOST_FINDINGS` unfit values are told together.
    """
    text = _text_of(body)
    _check_depth(text)
    findings: list[Finding] = []
    _look_through(_document_of(text), "", findings)
    if findings:
        raise Unfit(*findings)


def _text_of(body: bytes) -> str:
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise _malformed(
            "body-not-utf-8",
            f"is not UTF-8: the byte {error.start + 1:,} begins no character",
            "Encode the text as UTF-8.",
        ) from None
    if text.startswith("\ufeff"):
        raise _malformed(
            "body-with-mark", "begins with a byte order mark", "Send the JSON without it."
        )
    if not text.strip(" \t\r\n"):
        raise _malformed("body-empty", "is empty", "Send a JSON object; {} is one.")
    return text


def _check_depth(text: str) -> None:
    if text.count("{") + text.count("[") <= DEEPEST:
        return
    depth = 0
    for token in _TOKEN.finditer(text):
        match text[token.start()]:
            case "{" | "[":
                depth += 1
                if depth > DEEPEST:
                    raise _malformed(
                        "body-too-deep", f"is nested more than {DEEPEST} deep", "Flatten it."
                    )
            case "}" | "]":
                depth -= 1


def _document_of(text: str) -> Any:
    try:
        return _decode(text)
    except json.JSONDecodeError as error:
        raise _malformed(
            "body-not-json",
            f"is not JSON from line {error.lineno:,}, column {error.colno:,} on",
            "Write it with a JSON library.",
        ) from None


def _malformed(code: str, problem: str, remedy: str) -> Malformed:
    return Malformed(Finding("body", "", code, problem, remedy))


def _members(pairs: list[tuple[str, Any]]) -> Any:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    counted = Counter(name for name, _ in pairs)
    twice = next(name for name, times in counted.items() if times > 1)
    return _Wrong("member-twice", "is there twice", "Send it once.", True, twice)


def _integer(text: str) -> Any:
    # The length first: Python takes long over thousands of digits, and then refuses them.
    if len(text) <= 17 and -LARGEST_INTEGER <= (number := int(text)) <= LARGEST_INTEGER:
        return number
    return _Wrong(
        "number-too-large",
        "is an integer beyond 2^53 - 1, which many readers would round",
        "Send a smaller one.",
    )


def _fraction(text: str) -> _Wrong:
    return _Wrong(
        "number-not-whole",
        f"is {text[:_SHOWN]}, which is not written as a whole number",
        "Send digits only, without point or exponent, in the smaller unit where there is one.",
    )


def _constant(text: str) -> _Wrong:
    return _Wrong("number-none", f"is {text}, which JSON has not", "Leave it out.", True)


_decode = json.JSONDecoder(
    object_pairs_hook=_members,
    parse_int=_integer,
    parse_float=_fraction,
    parse_constant=_constant,
).decode


def _look_through(value: Any, pointer: str, findings: list[Finding]) -> None:
    kind = type(value)
    if kind is str:
        if not (value.isascii() and value.isprintable()):
            _look_at_text(value, pointer, findings)
    elif kind is dict:
        for name, item in value.items():
            if _is_name(name, pointer, findings):
                _look_through(item, _member(pointer, name), findings)
    elif kind is list:
        for number, item in enumerate(value):
            _look_through(item, f"{pointer}/{number}", findings)
    elif kind is _Wrong:
        _refuse(value, pointer, findings)


def _refuse(wrong: _Wrong, pointer: str, findings: list[Finding]) -> None:
    if wrong.twice is not None:
        if not _is_name(wrong.twice, pointer, findings):
            return
        pointer = _member(pointer, wrong.twice)
    finding = Finding("body", pointer, wrong.code, wrong.problem, wrong.remedy)
    if wrong.malformed:
        raise Malformed(finding)
    _found(finding, findings)


def _is_name(name: str, pointer: str, findings: list[Finding]) -> bool:
    """Whether `name` can stand in a pointer; what is wrong with it is told of its object."""
    if len(name) <= LONGEST_NAME and name.isascii() and name.isprintable():
        return True
    _found(
        Finding(
            "body",
            pointer,
            "name-unfit",
            f"has a member named {name[:_SHOWN]!a}, and no name of a member here is like that",
            f"Names are printable ASCII, at most {LONGEST_NAME} characters.",
        ),
        findings,
    )
    return False


def _member(pointer: str, name: str) -> str:
    """The pointer of a member (RFC 6901, section 3)."""
    if "~" in name or "/" in name:
        name = name.replace("~", "~0").replace("/", "~1")
    return f"{pointer}/{name}"


def _look_at_text(text: str, pointer: str, findings: list[Finding]) -> None:
    try:
        check_text(text, pointer)
    except NotCanonical as error:
        _found(Finding("body", pointer, "text-unfit", error.problem, error.remedy), findings)


def _found(finding: Finding, findings: list[Finding]) -> None:
    findings.append(finding)
    if len(findings) == _MOST_FINDINGS:
        raise Unfit(*findings)
