"""What the text formats share: numbers, bytes and hashes in a line, each with one spelling.

Base64 is that of RFC 4648 section 4, with padding and without stray bits; numbers are ASCII
decimals without leading zeros. A second spelling of the same value is refused, so that nobody
can change a signed or compared text without changing its meaning.
"""

import base64
import binascii
from collections.abc import Iterable

from domain.transparency.errors import Malformed
from domain.transparency.tree import HASH_SIZE

LARGEST = 2**63 - 1
MOST_HASHES = 63  # a path in a tree of 2^63 leaves; also the limit of C2SP tlog-witness


def number(text: str, what: str) -> int:
    """The decimal `text`, from 0 to 2^63 - 1."""
    plain = text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST))
    if not plain or str(int(text)) != text or int(text) > LARGEST:
        raise Malformed(
            what,
            f"{text[:40]!r} is no whole number",
            "Write digits only, without leading zeros, up to 2^63 - 1.",
        )
    return int(text)


def encoded(data: bytes) -> str:
    """`data` in base64."""
    return base64.b64encode(data).decode()


def decoded(text: str, what: str) -> bytes:
    """The bytes that `text` spells in base64."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = None
    if data is None or encoded(data) != text:
        raise Malformed(
            what, f"{text[:40]!r} is no base64", "Use standard base64 with its padding."
        )
    return data


def decoded_hash(text: str, what: str) -> bytes:
    """The SHA-256 hash that `text` spells in base64."""
    data = decoded(text, what)
    if len(data) != HASH_SIZE:
        raise Malformed(what, f"is {len(data)} bytes long", "A SHA-256 hash has 32 bytes.")
    return data


def decoded_hashes(lines: Iterable[str], what: str) -> tuple[bytes, ...]:
    """The hashes of a proof, one a line."""
    hashes = tuple(
        decoded_hash(line, f"{what}, hash {place}") for place, line in enumerate(lines, 1)
    )
    if len(hashes) > MOST_HASHES:
        raise Malformed(what, f"has {len(hashes)} hashes", f"No proof has over {MOST_HASHES}.")
    return hashes


def text_of(data: bytes, what: str) -> str:
    """`data` as UTF-8 without control characters, save the newlines (C2SP signed-note, Format)."""
    try:
        text = data.decode()
    except UnicodeDecodeError as problem:
        raise Malformed(
            what, f"byte {problem.start} is no UTF-8", "Fetch it again; it was cut or changed."
        ) from None
    if any(sign < " " and sign != "\n" for sign in text):
        raise Malformed(
            what, "holds a control character", "Keep the file as it came, with plain line ends."
        )
    return text
