"""One entry as it is shown, and which entries of the ledger are asked for."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from api.as_at import AsAt
from domain.dates import parse
from domain.errors import EntryUnreadable
from domain.history import STORED_TYPES, entry_of
from domain.ports import Actor, Recorded, Unreadable
from domain.refusals import Invalid

_decode = msgspec.json.Decoder(dict[str, Any]).decode


class RecordedEvent(Struct, frozen=True):
    """One entry. `effective` is an EDTF date, null where the act has none in the world.

    `unreadable` is true where what stands there is not the entry that was recorded, because its
    bytes were changed in the database, or cannot be read, also where what it says does not fit its
    `type`: nothing is decided on what it is about. Then `public` is empty, and where nothing of it
    can be told, `type` is `unreadable`, and `tags` and `recorded_at` are what the register noted
    beside it.

    `leaf_hash` is SHA-256(0x00 || leaf) in hexadecimal (RFC 6962, 2.1). `POSITION-LEAFHASH` is the
    cursor that goes on behind this entry.
    """

    position: int
    id: Annotated[str, Meta(extra_json_schema={"format": "uuid"})]
    type: str
    recorded_at: datetime
    effective: str | None
    actor: Actor
    on_behalf_of: str
    command: str
    tags: tuple[str, ...]
    public: dict[str, Any]
    leaf_hash: str
    unreadable: bool = False


class EntryRange(Struct, frozen=True):
    """Which entries are asked for: behind the one that was read, up to `until` (None: to the end
    there is) and, where a day is asked, only what had possibly taken place by then.
    """

    behind: AsAt
    until: int | None
    day: date | None

    def fitting(self, recorded: Sequence[Recorded]) -> tuple[Recorded, ...]:
        """Those of the next entries that are asked for."""
        return tuple(
            one
            for one in recorded
            if self.until is None or one.position <= self.until
            if self.day is None or _possibly_by(one, self.day)
        )


def _possibly_by(recorded: Recorded, day: date) -> bool:
    """Whether an entry may be of an act that had taken place by `day`: also where none can tell."""
    if isinstance(recorded, Unreadable):
        return True
    try:
        return happened_by(recorded.effective or "", recorded.recorded_at, day)
    except Invalid:
        return True


def event_of(recorded: Recorded) -> RecordedEvent:
    """An entry as it is shown."""
    public = _public_of(recorded)
    return RecordedEvent(
        recorded.position,
        recorded.id,
        recorded.type,
        recorded.recorded_at,
        recorded.effective,
        recorded.actor,
        recorded.on_behalf_of,
        recorded.command,
        recorded.tags,
        public or {},
        recorded.leaf_hash.hex(),
        public is None,
    )


def _public_of(recorded: Recorded) -> dict[str, Any] | None:
    """None where it cannot be read, by the same test as where something is decided on it; what a
    newer release recorded is shown as it is.
    """
    with suppress(EntryUnreadable, msgspec.MsgspecError, ValueError, RecursionError):
        if recorded.type in STORED_TYPES or isinstance(recorded, Unreadable):
            entry_of(recorded)
        return _decode(recorded.public)
    return None


def happened_by(effective: str, recorded_at: datetime, day: date) -> bool:
    """Whether an act had possibly taken place by `day`: by its date, or its recording without."""
    if not effective:
        return recorded_at.astimezone(UTC).date() <= day
    return parse(effective).possibly_reached(day)
