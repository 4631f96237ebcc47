"""Which partnerships of a pair of communities are live: the view behind "no second one"."""

from collections.abc import Iterable

from domain.decider import Entry
from domain.partnership import events as e
from domain.partnership.evolve import History
from domain.partnership.state import Unknown
from domain.values import LIVE, PartnershipId, Tier


def not_recorded_yet(entries: Iterable[Entry[History]]) -> Unknown:
    """The state before a founding command, from the events that carry the pair's tag.

    Those are the founding events and the ones that end a partnership (`domain/history.py`).
    """
    live: dict[PartnershipId, Tier] = {}
    for entry in entries:
        match entry.event:
            case e.ProposalSubmitted() as founded:
                live[founded.partnership] = founded.tier
            case e.LegacyPartnershipRecorded() as founded if founded.status in LIVE:
                live[founded.partnership] = founded.tier
            case e.ProposalDeclined() | e.ProposalWithdrawn() | e.PartnershipEnded() as over:
                live.pop(over.partnership, None)
            case _:
                continue
    return Unknown(tuple(sorted(live.items())))
