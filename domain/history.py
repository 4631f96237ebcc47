"""Between the ledger and the rules: stored events become entries, decisions become submissions."""

from collections.abc import Collection, Sequence
from hashlib import sha256

import msgspec

from domain.dates import parse
from domain.decider import Act, Entry
from domain.errors import EntryUnreadable, UnknownEventType
from domain.names import LONGEST_ID, slug
from domain.partnership.commands import FoundingCommand, PartnershipCommand
from domain.partnership.events import (
    PARTNERSHIP_EVENTS,
    LegacyPartnershipRecorded,
    PartnershipEnded,
    PartnershipLapsed,
    PrivateValuesErased,
    ProposalDeclined,
    ProposalSubmitted,
    ProposalWithdrawn,
    TierSet,
)
from domain.partnership.evolve import History
from domain.ports import Condition, NewEvent, Recorded, Submission, Unreadable
from domain.private import private_part, public_part
from domain.refusals import Invalid
from domain.review.commands import ReviewCommand
from domain.review.events import REVIEW_EVENTS, ReviewEvent
from domain.upcasting import RETIRED, present, present_type
from domain.values import CommunityId, PartnershipId, Party, pair_of

Command = PartnershipCommand | ReviewCommand

EVENT_TYPES: dict[str, type[History]] = {**PARTNERSHIP_EVENTS, **REVIEW_EVENTS}
"""Every shape that is written, by its storage tag."""

STORED_TYPES = frozenset({*EVENT_TYPES, *RETIRED})
"""Every storage tag that may stand in a ledger."""

ERASURES = "erasures"
"""The tag of all certificates of erasure: by it whoever destroys keys finds them."""

_TYPE_OF: dict[type[History], str] = {shape: tag for tag, shape in EVENT_TYPES.items()}
_DECODERS = {tag: msgspec.json.Decoder(shape) for tag, shape in EVENT_TYPES.items()}
_CANONICAL = msgspec.json.Encoder(order="sorted")
_MISFITS = (msgspec.MsgspecError, Invalid, ValueError, TypeError, RecursionError)
"""What a document raises that is not of its type's shape, or a date that is none."""


def event_type(event: History) -> str:
    """The storage tag of an event: `partnership.suspended.v1`."""
    return _TYPE_OF[type(event)]


def stored_as(shapes: Collection[type[History]]) -> frozenset[str]:
    """The storage tags of what is read as one of these shapes."""
    return frozenset(tag for tag in STORED_TYPES if EVENT_TYPES[present_type(tag)] in shapes)


def partnership_tag(partnership: PartnershipId) -> str:
    """The tag of everything about one partnership, its reviews included."""
    return f"partnership:{partnership}"


def pair_tag(one: CommunityId, other: CommunityId) -> str:
    """The tag of what begins, ends or moves to another tier between two communities."""
    return f"pair:{pair_of(one, other)}"


def name_tags(party: Party) -> frozenset[str]:
    """By which all that was founded for communities of the party's name and country is found.

    Most ids are the name's own slug; what has another id carries a tag of the name beside it.
    Other names may share the slug, so who reads compares. Empty for a name without a letter.
    """
    said = _slug(party)
    return frozenset({f"community:{said}", f"name:{said}"}) if said else frozenset()


def _slug(party: Party) -> str:
    return slug(party.name, party.country)[:LONGEST_ID]


def _name_tag(party: Party) -> str:
    """Empty where the id says the name."""
    said = _slug(party)
    return f"name:{said}" if said not in ("", party.community) else ""


def entry_of(recorded: Recorded) -> Entry[History]:
    """Decode a stored event. What happened is never skipped: raises `UnknownEventType`, and
    `EntryUnreadable` where nobody can tell what did.
    """
    if isinstance(recorded, Unreadable):
        raise EntryUnreadable(position=recorded.position, changed=recorded.changed)
    if recorded.type not in STORED_TYPES:
        raise UnknownEventType(position=recorded.position, event_type=recorded.type)
    try:
        tag, document = present(recorded.type, recorded.public)
        return Entry(
            recorded.position,
            recorded.recorded_at,
            parse(recorded.effective) if recorded.effective else None,
            recorded.actor,
            _DECODERS[tag].decode(document),
            recorded.private,
        )
    except _MISFITS as misfit:
        # Nothing of this release records such; its cause says what does not fit.
        raise EntryUnreadable(position=recorded.position, changed=False) from misfit


def submission_of(
    events: Sequence[History],
    command: Command,
    act: Act,
    *,
    condition: Condition,
    pair: str = "",
) -> Submission:
    """What the ledger is asked to append; the private part of a command goes with its first event.

    `condition` says on what the decision rests. `pair` is the tag of the two communities, carried
    by what begins or ends a partnership or sets its tier.
    """
    private = private_part(command)
    return Submission(
        events=tuple(
            NewEvent(
                event_type(event),
                msgspec.Raw(_CANONICAL.encode(event)),
                _tags(event, pair),
                _effective(event, act),
                {} if number else private,
            )
            for number, event in enumerate(events)
        ),
        condition=condition,
        actor=act.actor,
        on_behalf_of=act.actor.community,
        command_scope=act.actor.recorder,
        command_key=act.key,
        digest=digest_of(command, act, events[0].partnership),
        reply=events[0].partnership.encode(),
    )


def digest_of(command: Command, act: Act, partnership: PartnershipId | None) -> bytes:
    """SHA-256 over what the command asks: its name, its fields, its date and its record, not its
    time. `partnership` is None, or what will be minted, for a command that founds one.

    Private fields are left out: the digest is kept for ever, and who guesses could try it.
    """
    founds = isinstance(command, FoundingCommand)
    body = {
        "partnership": None if founds else partnership,
        "command": type(command).__name__,
        "fields": public_part(command),
        "on": act.on.text if act.on else None,
        "actor": act.actor,
    }
    return sha256(_CANONICAL.encode(body)).digest()


def _tags(event: History, pair: str) -> tuple[str, ...]:
    partnership = partnership_tag(event.partnership)
    match event:
        case ProposalSubmitted() | LegacyPartnershipRecorded():
            home, counterpart = event.home, event.counterpart
            names = sorted({_name_tag(home), _name_tag(counterpart)} - {""})
            return (
                partnership,
                pair_tag(home.community, counterpart.community),
                f"community:{home.community}",
                f"community:{counterpart.community}",
                *names,
            )
        case (
            ProposalDeclined()
            | ProposalWithdrawn()
            | PartnershipLapsed()
            | PartnershipEnded()
            | TierSet()
        ):
            return (partnership, pair)
        case PrivateValuesErased():
            return (partnership, ERASURES)
        case _ if isinstance(event, ReviewEvent):
            return (partnership, f"review:{event.review}")
        case _:
            return (partnership,)


def _effective(event: History, act: Act) -> str | None:
    if isinstance(event, LegacyPartnershipRecorded):
        start = event.since or event.formally_since
        return start.on if start else None
    return act.on.text if act.on else None
