"""Who bears a name already: the view behind "no second id for one place"."""

from collections.abc import Iterable

from domain.decider import Entry
from domain.names import same_name
from domain.partnership import events as e
from domain.partnership.evolve import History
from domain.partnership.state import Known
from domain.values import CommunityId, PartnershipId, Party


def founded_under(
    entries: Iterable[Entry[History]], party: Party
) -> dict[PartnershipId, CommunityId]:
    """What was founded under the party's name and country, and for which community of that name."""
    found: dict[PartnershipId, CommunityId] = {}
    for entry in entries:
        if isinstance(entry.event, e.ProposalSubmitted | e.LegacyPartnershipRecorded):
            for known in (entry.event.home, entry.event.counterpart):
                if same_name(known, party):
                    found[entry.event.partnership] = known.community
    return found


def bearers(records: Iterable[Known], party: Party) -> tuple[CommunityId, ...]:
    """Those that bear the party's name and country in the records as they stand.

    A slip in a name takes it from nobody once it was corrected.
    """
    found: dict[CommunityId, None] = {}
    for known in records:
        for side in (known.record.home, known.record.counterpart):
            if same_name(side, party):
                found[side.community] = None
    return tuple(found)
