"""Many partnerships from before the register at once: one reading for all, then one group.

`api.commands.execute` reads once per command. Where hundreds are founded together that reading is
most of the work, so it is shared here; deciding and appending are the same. Who bears which name is
not asked: whoever founds many has matched their names, and several may bear one.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import TypeAlias

from msgspec import Struct

from domain.decider import Act
from domain.errors import CommandKeyReused, ConditionFailed, EntryUnreadable, NotCanonical
from domain.history import entry_of, pair_tag, partnership_tag, submission_of
from domain.partnership.commands import RecordLegacyPartnership
from domain.partnership.decider import PARTNERSHIP
from domain.partnership.pair import not_recorded_yet
from domain.ports import Condition, Ledger, Recorded, Unreadable
from domain.refusals import AlreadyRecorded, Refused
from domain.values import PartnershipId, mint_partnership_id

NotFounded: TypeAlias = Refused | NotCanonical | CommandKeyReused | EntryUnreadable
"""Why one of many was not recorded; the others were."""


class Founding(Struct, frozen=True):
    """One partnership that is to be recorded."""

    command: RecordLegacyPartnership
    act: Act


class Founded(Struct, frozen=True):
    """It stands. `before` says that this very command had been recorded earlier."""

    partnership: PartnershipId
    before: bool = False


async def found(
    ledger: Ledger, foundings: Sequence[Founding], *, dry_run: bool = False
) -> list[Founded | NotFounded]:
    """Decide and record each; the answers in the same order.

    Each is recorded for itself: when this is cancelled some are recorded and some are not, and the
    same call again settles it. A few hundred at once are a good number.
    """
    cases = [_Case.of(founding) for founding in foundings]
    tags = frozenset[str]().union(*(case.tags for case in cases))
    reading = await ledger.read(tags)
    known: dict[str, list[Recorded]] = defaultdict(list)
    for recorded in reading:
        for tag in tags.intersection(recorded.tags):
            known[tag].append(recorded)
    return await asyncio.gather(
        *(
            _found(ledger, case, known, reading.condition(case.tags), dry_run=dry_run)
            for case in cases
        )
    )


class _Case(Struct, frozen=True):
    """What a decision rests on: that the pair is free, and the reference."""

    founding: Founding
    partnership: PartnershipId
    pair: str
    own: str

    @classmethod
    def of(cls, founding: Founding) -> "_Case":
        command = founding.command
        partnership = mint_partnership_id(founding.act.key)
        pair = pair_tag(command.home.community, command.counterpart.community)
        return cls(founding, partnership, pair, partnership_tag(partnership))

    @property
    def tags(self) -> frozenset[str]:
        return frozenset({self.pair, self.own})


async def _found(
    ledger: Ledger,
    case: _Case,
    known: dict[str, list[Recorded]],
    condition: Condition,
    *,
    dry_run: bool,
) -> Founded | NotFounded:
    command, act = case.founding.command, case.founding.act
    if own := known.get(case.own):
        if isinstance(own[0], Unreadable):  # it does not say who recorded it
            return EntryUnreadable(position=own[0].position, changed=own[0].changed)
        if (own[0].command, own[0].actor.recorder) == (act.key, act.actor.recorder):
            return Founded(case.partnership, before=True)
        # 40 bits are few enough that two keys may meet; what is recorded is never mixed.
        return AlreadyRecorded(
            f"Another partnership under the reference {case.partnership}",
            "Record this one by hand.",
        )
    of_pair = known.get(case.pair, ())
    try:
        events = PARTNERSHIP.decide(command, not_recorded_yet(map(entry_of, of_pair)), act)
        submission = submission_of(events, command, act, condition=condition, pair=case.pair)
        if dry_run:
            ledger.check(submission)
            return Founded(case.partnership)
        try:
            receipt = await ledger.append(submission)
        except ConditionFailed:
            # The pair changed since the shared reading: this one is read and decided for itself.
            return (await found(ledger, [case.founding]))[0]
    except (Refused, NotCanonical, CommandKeyReused, EntryUnreadable) as refusal:
        return refusal
    return Founded(case.partnership, before=receipt.replayed)
