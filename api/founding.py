"""Many partnerships from before the register at once: one reading for all, then one group.

`api.commands.execute` reads once per command. Where hundreds are founded together that reading is
most of the work, so it is shared here; deciding and appending are the same.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import TypeAlias

from msgspec import Struct

from api.commands import execute
from domain.decider import Act
from domain.errors import CommandKeyReused, ConditionFailed, NotCanonical
from domain.history import entry_of, pair_tag, partnership_tag, submission_of
from domain.partnership.commands import RecordLegacyPartnership
from domain.partnership.decider import PARTNERSHIP
from domain.partnership.pair import not_recorded_yet
from domain.ports import Ledger, Recorded
from domain.refusals import AlreadyRecorded, Refused
from domain.values import PartnershipId, mint_partnership_id

NotFounded: TypeAlias = Refused | NotCanonical | CommandKeyReused
"""Why one of many was not recorded; the others were."""


class Founding(Struct, frozen=True):
    """One partnership that is to be recorded."""

    command: RecordLegacyPartnership
    act: Act

    @property
    def partnership(self) -> PartnershipId:
        """The reference that it gets."""
        return mint_partnership_id(self.act.key)

    @property
    def tags(self) -> frozenset[str]:
        """What the decision rests on: the pair is free, and the reference is."""
        home, counterpart = self.command.home.community, self.command.counterpart.community
        return frozenset({pair_tag(home, counterpart), partnership_tag(self.partnership)})


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
    tags = frozenset[str]().union(*(founding.tags for founding in foundings))
    known: dict[str, list[Recorded]] = defaultdict(list)
    for recorded in await ledger.read(tags) if tags else ():
        for tag in tags.intersection(recorded.tags):
            known[tag].append(recorded)
    return await asyncio.gather(
        *(_found(ledger, founding, known, dry_run=dry_run) for founding in foundings)
    )


async def _found(
    ledger: Ledger, founding: Founding, known: dict[str, list[Recorded]], *, dry_run: bool
) -> Founded | NotFounded:
    command, act = founding.command, founding.act
    founded = Founded(founding.partnership)
    own = known.get(partnership_tag(founding.partnership))
    if own:
        if (own[0].command, own[0].actor.recorder) == (act.key, act.actor.recorder):
            return Founded(founding.partnership, before=True)
        return AlreadyRecorded(
            f"Another act under the reference {founding.partnership}", "Record this one by hand."
        )
    pair = pair_tag(command.home.community, command.counterpart.community)
    recorded = known.get(pair, ())
    try:
        events = PARTNERSHIP.decide(command, not_recorded_yet(map(entry_of, recorded)), act)
        if dry_run:
            return founded
        after = recorded[-1].position if recorded else 0
        submission = submission_of(events, command, act, read=founding.tags, after=after, pair=pair)
        try:
            receipt = await ledger.append(submission)
        except ConditionFailed:
            # The pair changed since the shared reading: this one is read and decided for itself.
            outcome = await execute(ledger, command, act)
            return Founded(outcome.partnership)
    except (Refused, NotCanonical, CommandKeyReused) as refusal:
        return refusal
    return Founded(founding.partnership, before=receipt.replayed)
