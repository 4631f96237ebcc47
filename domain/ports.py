"""The ports of the domain: what it asks of the world, as contracts.

Every implementation of `Ledger` passes `tests/adapters/ledger_contract.py`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Raw, Struct


class Actor(Struct, frozen=True):
    """Who is behind an act: the body that decided it and the person who recorded it.

    `recorder` is a pseudonym, never a name. `body` is the office or body that decided
    (`council`, `mayor`, `counterpart`, ...) and `body_name` its public name, empty when unknown.
    `community` is the community for which the recorder acts, empty for officers and the system.
    """

    body: str
    body_name: str
    community: str
    recorder: str
    role: str


class NewEvent(Struct, frozen=True):
    """One event that is to be appended.

    `type` is the storage tag, for example `partnership.suspended.v1`. `public` is canonical JSON:
    UTF-8, keys sorted, no floats, integers within 2^53 - 1, NFC text without control characters.
    `effective` is an EDTF date (ISO 8601-2) or None where the act has no date in the world.
    `private` are values by field, canonical JSON as well: of them the leaf holds commitments only.
    """

    type: str
    public: Raw
    tags: tuple[str, ...]
    effective: str | None = None
    private: dict[str, Raw] = {}


class Condition(Struct, frozen=True):
    """Holds while no event that has one of `tags` stands at a position later than `after`, in the
    history in which the event at `after` has this `leaf_hash`: after a fail-over another one may
    stand there. Without a hash, positions alone are compared.
    """

    tags: frozenset[str]
    after: int
    leaf_hash: bytes = b""


class Submission(Struct, frozen=True):
    """What one command asks the ledger to append: all of it or nothing.

    `command_key` names the command for ever, within its `command_scope` (the recorder, say).
    `digest` is the SHA-256 of the command's body; `reply` is what a repetition gets back.
    """

    events: tuple[NewEvent, ...]
    condition: Condition
    actor: Actor
    on_behalf_of: str
    command_scope: str
    command_key: str
    digest: bytes
    reply: bytes = b""


class Receipt(Struct, frozen=True):
    """The ledger's durable answer. `replayed` says that the command had been recorded before.

    `leaf_hash` is that of the entry at `last_position`; empty where `replayed`: whoever repeats a
    command reads what it recorded.
    """

    first_position: int
    last_position: int
    recorded_at: datetime
    reply: bytes
    replayed: bool
    leaf_hash: bytes = b""


class Recorded(Struct, frozen=True, gc=False):
    """One event as it stands in the ledger; everything but `position` and the hash is in `leaf`.

    `id` is a UUID as text. `recorded_at` is UTC. `leaf_hash` is SHA-256(0x00 || leaf), RFC 6962
    section 2.1. `private` are the commitments to its private values, by field
    (`domain/private.py`).
    """

    position: int
    id: str
    type: str
    recorded_at: datetime
    effective: str | None
    actor: Actor
    on_behalf_of: str
    command: str
    tags: tuple[str, ...]
    public: Raw
    leaf: bytes
    leaf_hash: bytes
    private: dict[str, str] = {}


UNREADABLE = "unreadable"
"""Said in place of a storage tag where an entry does not say its own."""


class Unreadable(Recorded, frozen=True, gc=False):
    """What stands where an entry should: its bytes do not hash to `leaf_hash` (`changed`), or are
    no entry that this release can read.

    Nothing that its bytes may say is taken over. `tags` are those under which the ledger files it,
    as far as they are known, and `recorded_at` is what the ledger noted beside it; the other fields
    are empty. Who shows entries says so of it, and nothing is decided on what it is about.
    """

    changed: bool = False

    @property
    def problem(self) -> str:
        """What is wrong with it, to follow its name: "entry 7: ..."."""
        if self.changed:
            return "its bytes were changed after it was recorded"
        return "its bytes are no entry that this release can read"


class Reading(list[Recorded]):
    """Events in order of position, read when the ledger ended at `up_to`, with the event that has
    `leaf_hash`: nothing that stood there by then is missing.
    """

    def __init__(self, events: Iterable[Recorded], up_to: int, leaf_hash: bytes = b"") -> None:
        super().__init__(events)
        self.up_to, self.leaf_hash = up_to, leaf_hash

    def condition(self, tags: frozenset[str]) -> Condition:
        """Under which a decision holds that rests on what this says of `tags`."""
        return Condition(tags, self.up_to, self.leaf_hash)


class Head(Struct, frozen=True):
    """The end of the ledger: 0 and 32 zero bytes when it is empty, `recorded_at` then None."""

    position: int
    recorded_at: datetime | None
    leaf_hash: bytes


class Ledger(Protocol):
    """One log: dense positions 1, 2, 3 ..., append only, conditional."""

    async def append(self, submission: Submission) -> Receipt:
        """Append all events of `submission`, in order, at consecutive positions.

        Returns only when the events are durable. Concurrent appends take effect one after another.
        A command key known with the same digest appends nothing and returns the first receipt
        with `replayed` set. Raises `CommandKeyReused` when the digest differs, `ConditionFailed`
        when the condition does not hold, `NotCanonical` when an event cannot be a leaf (nothing is
        stored), `OutcomeUnknown` when the ledger cannot say; the same call again settles it; and
        `CommandKeyUnsound` when what is noted of a known key leads to no entry (nothing is stored).
        Any other `LedgerAnswer` means that nothing was stored. The time is the ledger's own.
        Private values are stored with their event, or neither is; they are in no digest.
        Cancelling the call gives up the answer, not the append.
        """
        ...

    def check(self, submission: Submission) -> None:
        """Raise `NotCanonical` where `append` would; nothing is stored and nobody is asked."""
        ...

    async def receipt_of(self, scope: str, key: str, digest: bytes) -> Receipt | None:
        """The stored receipt of a command, `replayed` set, or None when the key is not known.

        Raises `CommandKeyReused` when the key is known with another digest, `OutcomeUnknown`
        where it is recorded and nobody knows yet whether durably, and `CommandKeyUnsound` where
        no entry stands where it is noted to be.
        """
        ...

    async def read(self, tags: frozenset[str], *, after: int = 0) -> Reading:
        """All events that have at least one of `tags`, later than `after`, in order of position.

        Empty when there are none. What is shown is flushed where it was read; whether the standbys
        have it too only an append and its receipt say. What cannot be read, or is not as it was
        recorded, comes in its place as `Unreadable`, also to who asks for one of its tags.
        """
        ...

    async def read_after(self, position: int, limit: int) -> Sequence[Recorded]:
        """At most `limit` events later than `position`, in order and without a gap; `Unreadable`
        in the place of one that cannot be read, or is not as it was recorded.
        """
        ...

    async def head(self) -> Head:
        """The last position at this moment."""
        ...

    async def position_known_at(self, moment: datetime) -> int:
        """The largest position recorded at or before `moment`; 0 when there is none."""
        ...
