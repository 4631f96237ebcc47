"""The leaf: the exact bytes of one event, on which its hash, its proof and every reading rest.

A leaf is one canonical JSON object (`adapters/ledger/text.py`) with the fields of `_Envelope`. The
names and the version stand in stored leaves for ever: a new shape gets a new `v`, and the golden
corpus in `tests/adapters/golden` keeps one of each that was ever stored.

Only `recorded_at` is not known before the append. Its length and, by the sorted keys, its place are
fixed, so the leaf is encoded and checked with a stand-in for it while the submission waits.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct

from adapters.ledger.text import check_document, check_text
from domain.errors import NotCanonical
from domain.ports import Actor, NewEvent, Recorded
from domain.transparency.tree import leaf_hash as hash_of

LARGEST = 65_535  # bytes: others' logs keep the length of an entry in 16 bits
UNSTAMPED = "0000-00-00T00:00:00.000000Z"  # the time that a leaf lacks, to the byte
STAMP_LENGTH = len(UNSTAMPED)
VERSION = 1

_STAMP_FOLLOWS = b'"recorded_at":"'

_encode = msgspec.json.Encoder(order="deterministic").encode


class _Envelope(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    actor: Actor
    command: str
    effective: str | None
    id: Annotated[str, Meta(min_length=36, max_length=36)]
    on_behalf_of: str
    private: dict[str, str]  # commitments to private values, by field
    public: Raw
    recorded_at: Annotated[datetime, Meta(tz=True)]
    tags: tuple[str, ...]
    type: str
    v: int


NO_LEAF = (msgspec.MsgspecError, ValueError, RecursionError)
"""What `decode` raises for bytes that never were a leaf: another shape, no UTF-8, too deep."""

_decode = msgspec.json.Decoder(_Envelope).decode


class _Unstamped(Struct, frozen=True, gc=False):
    """What is written where `_Envelope` is read: the same fields in the same order."""

    actor: Actor
    command: str
    effective: str | None
    id: str
    on_behalf_of: str
    private: dict[str, str]
    public: Raw
    recorded_at: str
    tags: list[str]
    type: str
    v: int


class UnstampedLeaf(Struct, frozen=True, gc=False):
    """A checked leaf but for its time: what stands before it and after it."""

    before: bytes
    after: bytes

    def __len__(self) -> int:
        """Its bytes, the time included."""
        return len(self.before) + STAMP_LENGTH + len(self.after)

    def stamped(self, stamp: bytes) -> bytes:
        """The leaf's bytes with a time as `stamp_of` writes it."""
        return b"".join((self.before, stamp, self.after))


def encode(
    event: NewEvent,
    *,
    id: str,
    actor: Actor,
    on_behalf_of: str,
    command: str,
    field: str,
    private: dict[str, str] | None = None,
) -> UnstampedLeaf:
    """Check `event` and encode it but for its time; `field` is what errors call the event.

    `private` are the commitments to its private values, which themselves stay out of it.

    Raises `NotCanonical`, naming the field, the problem and the remedy.
    """
    check_document(event.public, f"{field}.public")
    _check_actor(actor)
    together = "".join((command, on_behalf_of, event.effective or "", event.type, *event.tags))
    if not (together.isascii() and together.isprintable()):  # else each of them is
        check_text(command, "command")
        check_text(on_behalf_of, "on_behalf_of")
        check_text(event.effective or "", f"{field}.effective")
        check_text(event.type, f"{field}.type")
        for tag in event.tags:
            check_text(tag, f"{field}.tags")

    leaf = _encode(
        _Unstamped(
            actor,
            command,
            event.effective,
            id,
            on_behalf_of,
            private or {},
            event.public,
            UNSTAMPED,
            sorted(set(event.tags)),
            event.type,
            VERSION,
        )
    )
    if len(leaf) > LARGEST:
        raise NotCanonical(
            field=field,
            problem=f"is larger than {LARGEST:,} bytes",
            remedy="Cite long texts instead of quoting them.",
        )
    # What follows the time are texts, and within a text a quotation mark is escaped.
    at = leaf.rindex(_STAMP_FOLLOWS) + len(_STAMP_FOLLOWS)
    return UnstampedLeaf(leaf[:at], leaf[at + STAMP_LENGTH :])


def stamp_of(recorded_at: datetime) -> bytes:
    """A time in UTC as leaves say it: with six digits of a second."""
    return recorded_at.isoformat(timespec="microseconds")[:26].encode() + b"Z"


def decode(position: int, leaf: bytes, leaf_hash: bytes) -> Recorded:
    """Read a stored leaf. Raises one of `NO_LEAF` for bytes that never were a leaf."""
    e = _decode(leaf)
    return Recorded(
        position,
        e.id,
        e.type,
        e.recorded_at,
        e.effective,
        e.actor,
        e.on_behalf_of,
        e.command,
        e.tags,
        e.public,
        leaf,
        leaf_hash,
        e.private,
    )


def as_recorded(position: int, leaf: bytes, leaf_hash: bytes) -> Recorded | None:
    """Read a stored leaf; None where its bytes are not those of its hash, or no leaf at all."""
    if hash_of(leaf) != leaf_hash:
        return None
    try:
        return decode(position, leaf, leaf_hash)
    except NO_LEAF:
        return None


@lru_cache(maxsize=65_536)
def tag_number(tag: str) -> int:
    """The 8 bytes under which the ledger finds a tag: the first of its SHA-256."""
    return int.from_bytes(hashlib.sha256(tag.encode()).digest()[:8], signed=True)


def tag_numbers(tags: Iterable[str]) -> frozenset[int]:
    return frozenset(map(tag_number, tags))


@lru_cache(maxsize=8_192)
def _check_actor(actor: Actor) -> None:
    for name in Actor.__struct_fields__:
        check_text(getattr(actor, name), f"actor.{name}")
