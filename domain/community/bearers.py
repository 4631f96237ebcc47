"""Who bears a name already: the view behind "no second id for one place"."""

from collections.abc import Iterable

from domain.decider import Entry
from domain.names import fold
from domain.partnership import events as e
from domain.partnership.evolve import History
from domain.values import CommunityId, Party


def bearers(entries: Iterable[Entry[History]], party: Party) -> tuple[CommunityId, ...]:
    """The communities for which something was founded under the party's name and country.

    Who bears a name bears it for ever, also where it was corrected later.
    """
    found: dict[CommunityId, None] = {}
    for entry in entries:
        if isinstance(entry.event, e.ProposalSubmitted | e.LegacyPartnershipRecorded):
            for known in (entry.event.home, entry.event.counterpart):
                if known.country == party.country and fold(known.name) == fold(party.name):
                    found[known.community] = None
    return tuple(found)
