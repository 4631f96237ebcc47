"""Which partnerships of a pair of communities are live: the view behind "no second one"."""

from collections.abc import Iterable

from msgspec.structs import replace

from domain.decider import Entry
from domain.partnership import events as e
from domain.partnership.evolve import History
from domain.partnership.state import Active, State, Unknown
from domain.values import LIVE, PartnershipId, Tier


def not_recorded_yet(entries: Iterable[Entry[History]]) -> Unknown:
    """The state before a founding command, from the events that carry the pair's tag.

    Those are the founding events, the ones that end a partnership, and the ones that set its tier
    (`domain/history.py`).
    """
    live: dict[PartnershipId, Tier] = {}
    for entry in entries:
        match entry.event:
            case e.ProposalSubmitted() as founded:
                live[founded.partnership] = founded.tier
            case e.LegacyPartnershipRecorded() as founded if founded.status in LIVE:
                live[founded.partnership] = founded.tier
            case e.TierSet() as moved:
                live[moved.partnership] = moved.tier
            case (
                e.ProposalDeclined()
                | e.ProposalWithdrawn()
                | e.PartnershipLapsed()
                | e.PartnershipEnded() as over
            ):
                live.pop(over.partnership, None)
            case _:
                continue
    return Unknown(tuple(sorted(live.items())))


def among_its_pair(state: State, entries: Iterable[Entry[History]]) -> State:
    """An active partnership with what lives beside it, from the events of the pair's tag.

    At another stage it stays as it is: only an active one changes its tier.
    """
    if not isinstance(state, Active):
        return state
    live = not_recorded_yet(entries).live
    return replace(state, beside=tuple(one for one in live if one[0] != state.record.id))
