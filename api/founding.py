"""Many partnerships from before the register at once: one reading for all, then one group.

`api.commands.execute` reads once per command. Where hundreds are founded together that reading is
most of the work, so it is shared here; deciding and appending are the same.
"""

import asyncio
from collections.abc import Sequence
from typing import TypeAlias

from msgspec import Struct

from api.commands import execute
from domain.decider import Act
from domain.errors import CommandKeyReused, ConditionFailed, NotCanonical
from domain.history import entry_of, pair_tag, submission_of
from domain.partnership.commands import RecordLegacyPartnership
from domain.partnership.decider import PARTNERSHIP
from domain.partnership.pair import not_recorded_yet
from domain.ports import Ledger, Recorded
from domain.refusals import Refused
from domain.values import PartnershipId

NotFounded: TypeAlias = Refused | NotCanonical | CommandKeyReused
"""Why one of many was not recorded; the others were."""


class Founding(Struct, frozen=True):
    """One partnership that is to be recorded."""

    command: RecordLegacyPartnership
    act: Act

    @property
    def pair(self) -> str:
        """The tag of its two communities."""
        return pair_tag(self.command.home.community, self.command.counterpart.community)


async def found(
    ledger: Ledger, foundings: Sequence[Founding], *, dry_run: bool = False
) -> list[PartnershipId | NotFounded]:
    """Decide and record each; the answer to each, in order: its reference, or why not.

    Each is recorded for itself: when this is cancelled some are recorded and some are not. A few
    hundred are a good number, because what is recorded about all their pairs is held at once.
    """
    known: dict[str, list[Recorded]] = {founding.pair: [] for founding in foundings}
    for recorded in await ledger.read(frozenset(known)):
        for tag in known.keys() & recorded.tags:
            known[tag].append(recorded)
    return await asyncio.gather(
        *(_found(ledger, founding, known[founding.pair], dry_run) for founding in foundings)
    )


async def _found(
    ledger: Ledger, founding: Founding, known: Sequence[Recorded], dry_run: bool
) -> PartnershipId | NotFounded:
    command, act, pair = founding.command, founding.act, founding.pair
    try:
        events = PARTNERSHIP.decide(command, not_recorded_yet(map(entry_of, known)), act)
        if dry_run:
            return events[0].partnership
        after = known[-1].position if known else 0
        tags = frozenset({pair})
        submission = submission_of(events, command, act, read=tags, after=after, pair=pair)
        try:
            await ledger.append(submission)
        except ConditionFailed:
            # The pair changed since the shared reading: this one is read and decided for itself.
            return (await execute(ledger, command, act)).partnership
        return events[0].partnership
    except (Refused, NotCanonical, CommandKeyReused) as refusal:
        return refusal
