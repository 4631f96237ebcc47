"""One command, from asking to recorded: load, fold, decide, append. Every way in leads here."""

from collections.abc import Collection, Sequence
from datetime import datetime

import structlog
from msgspec import Struct
from msgspec.structs import replace

from adapters.log import logged_with
from api import as_at
from api.as_at import AsAt
from domain.community.bearers import bearers, founded_under
from domain.decider import Act, Entry
from domain.errors import CommandKeyReused, CommandKeyUnsound, ConditionFailed, OutcomeUnknown
from domain.history import (
    Command,
    digest_of,
    entry_of,
    name_tags,
    pair_tag,
    partnership_tag,
    submission_of,
)
from domain.partnership.commands import FoundingCommand, TierCommand
from domain.partnership.decider import PARTNERSHIP
from domain.partnership.events import Side
from domain.partnership.evolve import History
from domain.partnership.pair import among_its_pair, not_recorded_yet
from domain.partnership.state import Unknown
from domain.ports import Condition, Ledger, Reading, Receipt, Recorded, Unreadable
from domain.refusals import NotFound, Refused
from domain.review.commands import ReviewCommand
from domain.review.evolve import REVIEW
from domain.review.state import Reviews
from domain.values import CommunityId, PartnershipId, Party, mint_partnership_id

_log = structlog.stdlib.get_logger("twinledger.commands")

_ATTEMPTS = 5
"""How often a decision is taken again when the record changed under it, before it is told so."""


class Outcome(Struct, frozen=True):
    """What a command did. `receipt` is None after a dry run: nothing was recorded.

    `effective` has the EDTF date of each of `events`, None where it has none; `before` is the
    partnership as it stood before them.
    """

    partnership: PartnershipId
    events: tuple[History, ...]
    receipt: Receipt | None
    effective: tuple[str | None, ...] = ()
    before: Reviews = Reviews()


async def execute(
    ledger: Ledger,
    command: Command,
    act: Act,
    *,
    partnership: PartnershipId | None = None,
    expected: AsAt | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Decide `command` on what is recorded and append the outcome; raise `Refused` or it is done.

    `partnership` names the record, None for the commands that found one. `expected` is the last
    entry that the person saw of it: if it does not end with that one, `ConditionFailed` is raised
    instead of a decision on something unseen. Without it the decision is taken again on the new
    state.
    """
    with logged_with(command_id=act.key):
        for attempt in range(_ATTEMPTS):
            case = await _load(ledger, command, act, partnership)
            try:
                # Also where it ends earlier, or as far on with another entry: what was seen then is
                # of a history that a restore or a fail-over has lost.
                if expected is not None and case.version != expected:
                    raise ConditionFailed(after=expected.position, position=case.version.position)
                events = case.decide(command, act)
            except (Refused, ConditionFailed, CommandKeyReused):
                # A repetition meets a record that its own first time has changed: the first answer
                # stands, also when it was lost on the way to whoever repeats it.
                if (first := await _first_answer(ledger, command, act, partnership)) is not None:
                    return first
                raise
            submission = submission_of(
                events, command, act, condition=case.condition, pair=case.pair
            )
            effective = tuple(new.effective for new in submission.events)
            decided = Outcome(events[0].partnership, events, None, effective, case.state)
            if dry_run:
                ledger.check(submission)
                return decided
            try:
                receipt = await ledger.append(submission)
            except ConditionFailed:
                if attempt == _ATTEMPTS - 1:
                    raise
                continue
            if receipt.replayed:
                return await _recorded(ledger, receipt, act, submission.digest)
            _log.info("recorded", partnership=decided.partnership, position=receipt.last_position)
            return replace(decided, receipt=receipt)
        raise AssertionError("the loop returns or raises")


async def _first_answer(
    ledger: Ledger, command: Command, act: Act, partnership: PartnershipId | None
) -> Outcome | None:
    digest = digest_of(command, act, partnership)
    receipt = await ledger.receipt_of(act.actor.recorder, act.key, digest)
    return None if receipt is None else await _recorded(ledger, receipt, act, digest)


async def _recorded(ledger: Ledger, receipt: Receipt, act: Act, digest: bytes) -> Outcome:
    """What an act recorded the first time. Raises `OutcomeUnknown` where it is not where its key
    leads, and `CommandKeyUnsound` where it is not there on a second look either.
    """
    if (outcome := await _led_to(ledger, receipt, act)) is not None:
        return outcome
    # Either a fail-over between the two looks has lost it, and another act may stand in its place;
    # or the key leads there because somebody changed what is noted of it.
    again = await ledger.receipt_of(act.actor.recorder, act.key, digest)
    if again is None or _noted(again) != _noted(receipt):
        raise OutcomeUnknown(command_key=act.key)
    if (outcome := await _led_to(ledger, again, act)) is None:
        raise CommandKeyUnsound(command_key=act.key)
    return outcome


async def _led_to(ledger: Ledger, receipt: Receipt, act: Act) -> Outcome | None:
    # Whatever somebody put in its place: then nothing of that name is recorded.
    partnership = PartnershipId(receipt.reply.decode(errors="replace"))
    known = await ledger.read(frozenset({partnership_tag(partnership)}))
    first, last = receipt.first_position, receipt.last_position
    own = [stored for stored in known if first <= stored.position <= last]
    if not own or any(_of_another(stored, act) for stored in own):
        return None
    return Outcome(
        partnership,
        tuple(entry_of(stored).event for stored in own),
        # The time too as the entry itself says it: what is noted beside it no hash covers.
        replace(receipt, recorded_at=own[-1].recorded_at, leaf_hash=own[-1].leaf_hash),
        tuple(stored.effective for stored in own),
        REVIEW.fold(entry_of(stored) for stored in known if stored.position < first),
    )


def _noted(receipt: Receipt) -> tuple[int, int, bytes, datetime]:
    return receipt.first_position, receipt.last_position, receipt.reply, receipt.recorded_at


def _of_another(stored: Recorded, act: Act) -> bool:
    """Whether another command recorded it. Of what cannot be read nobody can tell."""
    if isinstance(stored, Unreadable):
        return False
    return (stored.command, stored.actor.recorder) != (act.key, act.actor.recorder)


async def reviews_of(
    ledger: Ledger, partnership: PartnershipId, *, until: int | None = None
) -> tuple[Reviews, AsAt]:
    """The partnership with its reviews, and its last entry; as they stood at `until`.

    Raises `NotFound`, also where it was not recorded by then.
    """
    recorded: Sequence[Recorded] = await _read(ledger, partnership)
    if until is not None:
        recorded = [stored for stored in recorded if stored.position <= until]
    if not recorded:
        raise NotFound("partnership", partnership, f"It was not recorded at position {until}.")
    return REVIEW.fold(map(entry_of, recorded)), _last(recorded)


async def _read(ledger: Ledger, partnership: PartnershipId) -> Reading:
    recorded = await ledger.read(frozenset({partnership_tag(partnership)}))
    if not recorded:
        raise NotFound("partnership", partnership, "Check the reference, or search the register.")
    return recorded


class _Case(Struct, frozen=True):
    """What a decision rests on: the state, and under which condition it is still that.

    `version` is the last entry of the partnership itself: others of its pair may be later. `taken`
    says that the reference which the command would mint is another record's.
    """

    state: Reviews
    condition: Condition
    pair: str
    version: AsAt
    taken: bool = False

    def decide(self, command: Command, act: Act) -> tuple[History, ...]:
        if isinstance(command, ReviewCommand):
            return REVIEW.decide(command, self.state, act)
        events = PARTNERSHIP.decide(command, self.state.partnership, act)
        if self.taken:
            raise CommandKeyReused(command_key=act.key)
        return events


async def _load(
    ledger: Ledger, command: Command, act: Act, partnership: PartnershipId | None
) -> _Case:
    if isinstance(command, FoundingCommand):
        return await _to_found(ledger, command, act)
    if partnership is None:
        raise NotFound("partnership", "", "Name the partnership by its reference.")
    recorded = await _read(ledger, partnership)
    state = REVIEW.fold(map(entry_of, recorded))
    if isinstance(state.partnership, Unknown):
        raise AssertionError("a recorded partnership has a stage")
    home, counterpart = state.partnership.record.communities
    tags, pair = frozenset({partnership_tag(partnership)}), pair_tag(home, counterpart)
    if isinstance(command, TierCommand):
        return await _among_its_pair(ledger, tags, pair)
    return _Case(state, recorded.condition(tags), pair, _last(recorded))


async def _to_found(ledger: Ledger, command: FoundingCommand, act: Act) -> _Case:
    """What lives in the pair, and who bears the names of its two sides."""
    pair = pair_tag(command.home.community, command.counterpart.community)
    # Another's key may mint the same reference: nothing can found it a second time.
    minted = partnership_tag(mint_partnership_id(act.key))
    own = frozenset({pair, minted})
    parties: dict[Side, Party] = {"home": command.home, "counterpart": command.counterpart}
    names = {side: name_tags(party) for side, party in parties.items()}
    recorded = await ledger.read(own.union(*names.values()))
    if any(minted in stored.tags for stored in recorded):
        return _Case(Reviews(), recorded.condition(own), pair, _last(recorded), taken=True)
    entries = [entry_of(stored) for stored in recorded]
    of_pair = [entry_of(stored) for stored in recorded if pair in stored.tags]
    founded = {side: founded_under(entries, party) for side, party in parties.items()}
    # Under its own name and id it was founded for ever: only a decision about a new one can be
    # overtaken.
    new = [side for side, party in parties.items() if party.community not in founded[side].values()]
    borne = {side: await _bearers(ledger, founded[side], parties[side]) for side in new}
    namesakes = {side: ids for side, ids in borne.items() if ids}
    return _Case(
        Reviews(replace(not_recorded_yet(of_pair), namesakes=namesakes)),
        recorded.condition(own.union(*(names[side] for side in new))),
        pair,
        _last([stored for stored in recorded if not own.isdisjoint(stored.tags)]),
    )


async def _bearers(
    ledger: Ledger, founded: Collection[PartnershipId], party: Party
) -> tuple[CommunityId, ...]:
    """Who bears the party's name in these records: a slip may have been corrected since."""
    if not founded:
        return ()
    histories: dict[PartnershipId, list[Entry[History]]] = {}
    for stored in await ledger.read(frozenset(map(partnership_tag, founded))):
        entry = entry_of(stored)
        histories.setdefault(entry.event.partnership, []).append(entry)
    states = [REVIEW.fold(history).partnership for history in histories.values()]
    return bearers([state for state in states if not isinstance(state, Unknown)], party)


async def _among_its_pair(ledger: Ledger, own: frozenset[str], pair: str) -> _Case:
    """The partnership and what else lives in its pair, both as of one moment."""
    recorded = await ledger.read(own | {pair})
    of_itself = [stored for stored in recorded if not own.isdisjoint(stored.tags)]
    state = REVIEW.fold(map(entry_of, of_itself))
    of_pair = (entry_of(stored) for stored in recorded if pair in stored.tags)
    state = replace(state, partnership=among_its_pair(state.partnership, of_pair))
    return _Case(state, recorded.condition(own | {pair}), pair, _last(of_itself))


def _last(recorded: Sequence[Recorded]) -> AsAt:
    return as_at.of(recorded[-1]) if recorded else as_at.BEGINNING
