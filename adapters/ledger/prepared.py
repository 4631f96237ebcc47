"""A submission on its way in: checked, encoded but for the time, and reduced to what the ledger
compares. Everything that can be done before the head's lock is done here."""

import hashlib

from msgspec import Struct

from adapters.ledger.leaf import UnstampedLeaf, encode, tag_numbers
from adapters.ledger.text import check_text
from adapters.ledger.uuid7 import uuid7
from domain.errors import NotCanonical
from domain.ports import Submission


class PreparedEvent(Struct, frozen=True, gc=False):
    id: str
    leaf: UnstampedLeaf
    tags: frozenset[int]


class Prepared(Struct, frozen=True):
    """`key` names the command within its scope; `tags` are those of all events together."""

    submission: Submission
    key: str
    events: tuple[PreparedEvent, ...]
    tags: frozenset[int]
    condition_tags: frozenset[int]
    size: int


def prepare(submission: Submission) -> Prepared:
    """Check and encode `submission`. Raises `NotCanonical`; then nothing has been stored."""
    if not submission.events:
        raise NotCanonical(
            field="events", problem="is empty", remedy="Append only where something happened."
        )
    if not submission.command_key:
        raise NotCanonical(
            field="command_key", problem="is empty", remedy="Give each command a key of its own."
        )
    if len(submission.digest) != hashlib.sha256().digest_size:
        raise NotCanonical(
            field="digest", problem="is not a SHA-256", remedy="Give the 32 bytes of the hash."
        )
    check_text(submission.command_scope, "command_scope")
    for tag in submission.condition.tags:  # one that no event can have would always hold
        check_text(tag, "condition.tags")

    events = []
    for n, event in enumerate(submission.events):
        if not event.type:
            raise NotCanonical(
                field=f"events[{n}].type", problem="is empty", remedy="Name what happened."
            )
        event_id = uuid7()
        leaf = encode(
            event,
            id=event_id,
            actor=submission.actor,
            on_behalf_of=submission.on_behalf_of,
            command=submission.command_key,
            field=f"events[{n}]",
        )
        events.append(PreparedEvent(event_id, leaf, tag_numbers(event.tags)))
    return Prepared(
        submission,
        command_number(submission.command_scope, submission.command_key),
        tuple(events),
        events[0].tags.union(*[event.tags for event in events[1:]]),
        tag_numbers(submission.condition.tags),
        sum(len(event.leaf) for event in events),
    )


def command_number(scope: str, key: str) -> str:
    """The 16 bytes, in hex, under which the ledger finds a command.

    Neither text can hold a line feed (`check_text`), so two pairs never share their digest.
    """
    return hashlib.sha256(f"{scope}\n{key}".encode()).hexdigest()[:32]
