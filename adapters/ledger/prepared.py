"""A submission on its way in: checked, encoded but for the time, and reduced to what the ledger
compares. Everything that can be done before the head's lock is done here."""

import hashlib
import secrets

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from adapters.ledger.leaf import UnstampedLeaf, encode, tag_numbers
from adapters.ledger.text import check_document, check_text
from adapters.ledger.uuid7 import uuid7
from domain.errors import NotCanonical
from domain.ports import NewEvent, Submission
from domain.private import SALT_SIZE, Committed, Seal, commitment_of


class PreparedEvent(Struct, frozen=True, gc=False):
    id: str
    leaf: UnstampedLeaf
    tags: frozenset[int]


class Prepared(Struct, frozen=True):
    """`key` names the command within its scope; `tags` are those of all events together.

    `private` are the private values to which the leaves commit, each with the number of its event,
    counted from 1; `sealed` are the same, by number and field, as the database may hold them.
    """

    submission: Submission
    key: str
    events: tuple[PreparedEvent, ...]
    tags: frozenset[int]
    condition_tags: frozenset[int]
    size: int
    private: tuple[tuple[int, Committed], ...] = ()
    sealed: tuple[tuple[int, str, bytes], ...] = ()


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
    private: list[tuple[int, Committed]] = []
    for n, event in enumerate(submission.events):
        if not event.type:
            raise NotCanonical(
                field=f"events[{n}].type", problem="is empty", remedy="Name what happened."
            )
        event_id = uuid7()
        commitments: dict[str, str] | None = None
        if event.private:
            own = _committed(event, f"events[{n}]")
            commitments = {one.field: one.commitment for one in own}
            private += [(n + 1, one) for one in own]
        leaf = encode(
            event,
            id=event_id,
            actor=submission.actor,
            on_behalf_of=submission.on_behalf_of,
            command=submission.command_key,
            field=f"events[{n}]",
            private=commitments,
        )
        events.append(PreparedEvent(event_id, leaf, tag_numbers(event.tags)))
    return Prepared(
        submission,
        command_number(submission.command_scope, submission.command_key),
        tuple(events),
        events[0].tags.union(*[event.tags for event in events[1:]]),
        tag_numbers(submission.condition.tags),
        sum(len(event.leaf) for event in events),
        tuple(private),
    )


def _committed(event: NewEvent, field: str) -> list[Committed]:
    # For who sends it there is no difference between public and private fields of a command.
    check_document(Raw(msgspec.json.encode(event.private, order="sorted")), f"{field}.public")
    own = []
    for name, value in sorted(event.private.items()):
        salt = secrets.token_bytes(SALT_SIZE)
        own.append(Committed(name, bytes(value), salt, commitment_of(salt, name, bytes(value))))
    return own


def require_place(prepared: Prepared) -> None:
    """Raise `NotCanonical` where something is private and this ledger cannot keep it so."""
    for number, one in prepared.private:
        raise NotCanonical(
            field=f"events[{number - 1}].public.{one.field}",
            problem="is private, and this ledger has no place for private values",
            remedy="Leave it empty.",
        )


async def sealed(prepared: Prepared, seal: Seal) -> Prepared:
    """`prepared` with its private values sealed; the keys are kept when this returns."""
    rows = [(number, one.field, await seal(one)) for number, one in prepared.private]
    return replace(prepared, sealed=tuple(rows))


def command_number(scope: str, key: str) -> str:
    """The 16 bytes, in hex, under which the ledger finds a command.

    Neither text can hold a line feed (`check_text`), so two pairs never share their digest.
    """
    return hashlib.sha256(f"{scope}\n{key}".encode()).hexdigest()[:32]
