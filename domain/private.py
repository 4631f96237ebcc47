"""Private values: what an act says that not everybody may read, and that can be erased for ever.

A field of a command is private where its type is one of `PrivateLine` and `PrivateText`
(`domain/values.py`). It never enters an event: the leaf holds a commitment in its place, which
tells nothing without the salt and binds whoever shows the value later. Why it is so, and what the
law wants public, stands in `adapters/private/README.md`.
"""

import hashlib
import hmac
from functools import cache
from typing import Any, Protocol, TypeVar, get_type_hints

import msgspec
from msgspec import Meta, Raw, Struct
from msgspec.structs import fields, replace

from domain.ports import Actor
from domain.values import PRIVATE

SALT_SIZE = 32
_PREFIX = "twinledger/commit/v1"
_STAFF = ("clerk", "approver", "counterpart")
_CANONICAL = msgspec.json.Encoder(order="sorted")

S = TypeVar("S", bound=Struct)


class KeyStore(Protocol):
    """Keeps the data keys, each by a name, somewhere that no copy of the database brings along."""

    async def keep(self, name: str, key: bytes) -> None:
        """Store `key` under a name that is not taken. It is durable when this returns."""
        ...

    async def find(self, name: str) -> bytes | None:
        """The key of that name; None where it was destroyed or never was."""
        ...

    async def destroy(self, name: str) -> None:
        """Forget the key for ever, durably; a name that is not there is no error."""
        ...


class Committed(Struct, frozen=True):
    """A private value with the salt under which `commitment` binds it. `value` is canonical JSON.

    The commitment is also the name of the value's data key: no two are ever alike.
    """

    field: str
    value: bytes
    salt: bytes
    commitment: str

    def __repr__(self) -> str:
        """Without value and salt: what is shown of it may end up in a log."""
        return f"Committed({self.field!r}, {self.commitment!r})"


class Seal(Protocol):
    """Makes a value unreadable for whoever does not have its data key, which it keeps first."""

    async def __call__(self, committed: Committed) -> bytes:
        """What the database may hold of `committed`."""
        ...


def commitment_of(salt: bytes, field: str, value: bytes) -> str:
    """What a leaf says of a private value: HMAC-SHA-256 (RFC 2104) under a random salt, in hex.

    `value` is canonical JSON. Names of fields hold no line feed, so no two pairs are read as one.
    """
    said = f"{_PREFIX}\n{field}\n".encode() + value
    return hmac.new(salt, said, hashlib.sha256).hexdigest()


@cache
def private_fields(shape: type[Struct]) -> frozenset[str]:
    """Which fields of a command are private."""
    hints = get_type_hints(shape, include_extras=True)
    return frozenset(name for name, hint in hints.items() if _is_private(hint))


def _is_private(hint: object) -> bool:
    return any(
        isinstance(meta, Meta) and meta.extra_json_schema == PRIVATE
        for meta in getattr(hint, "__metadata__", ())
    )


def private_part(command: Struct) -> dict[str, Raw]:
    """The private values that a command says, as canonical JSON; what it leaves empty is none."""
    said = {name: getattr(command, name) for name in sorted(private_fields(type(command)))}
    return {name: Raw(_CANONICAL.encode(value)) for name, value in said.items() if value}


def public_part(command: S) -> S:
    """The same command with its private fields left empty."""
    empty = _emptied(type(command))
    return replace(command, **empty) if empty else command


@cache
def _emptied(shape: type[Struct]) -> dict[str, Any]:
    private = private_fields(shape)
    return {field.name: field.default for field in fields(shape) if field.name in private}


def may_read(actor: Actor | None, recorded_for: str) -> bool:
    """Whether somebody may read what was recorded on behalf of the community `recorded_for`.

    The staff of that community and every oversight officer. Not who runs the register, and nobody
    else: what no community recorded is for the oversight officers alone.
    """
    if actor is None:
        return False
    if actor.role == "oversight_officer":
        return True
    return actor.role in _STAFF and recorded_for != "" and actor.community == recorded_for
