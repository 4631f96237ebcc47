"""What stands beside the status, each with its day: tier, term, vitality, notice, recognition."""

from collections.abc import Sequence
from datetime import date
from typing import TypeAlias, TypeVar, assert_never

from msgspec.structs import replace

from domain.partnership import events as e
from projections.dossier.dossier import (
    Dossier,
    NoticeAct,
    RecognitionAct,
    Step,
    TermAct,
    TierAct,
    VitalityAct,
)
from projections.dossier.spans import Stepped, bounds, in_order

FacetEvent: TypeAlias = (
    e.PartnershipActivated
    | e.TierSet
    | e.TermRenewed
    | e.VitalitySet
    | e.TerminationNoticeGiven
    | e.RecognitionRecorded
)


A = TypeVar("A", bound=Stepped)


def noted(dossier: Dossier, event: FacetEvent, step: Step) -> Dossier:
    """With what `event` sets."""
    match event:
        case e.TierSet():
            return replace(dossier, tiers=(*dossier.tiers, TierAct(step, event.tier)))
        case e.PartnershipActivated() | e.TermRenewed():
            if not event.term_end:
                return dossier
            return replace(dossier, terms=(*dossier.terms, TermAct(step, event.term_end)))
        case e.VitalitySet():
            act = VitalityAct(step, event.vitality, event.last_activity, event.rule)
            return replace(dossier, vitalities=(*dossier.vitalities, act))
        case e.TerminationNoticeGiven():
            notice = NoticeAct(step, event.side, event.effective_day)
            return replace(dossier, notices=(*dossier.notices, notice))
        case e.RecognitionRecorded():
            said = RecognitionAct(step, event.recognising_body, event.listed)
            return replace(dossier, recognitions=(*dossier.recognitions, said))
        case _:
            assert_never(event)


def held_on(acts: Sequence[A], day: date) -> tuple[A | None, tuple[A, ...]]:
    """The last act that had surely taken place by `day`, and the later ones that perhaps had."""
    surely: A | None = None
    perhaps: list[A] = []
    for act in in_order(acts):
        first, last = bounds(act.step)
        if last <= day:
            surely, perhaps = act, []
        elif first <= day:
            perhaps.append(act)
    return surely, tuple(perhaps)
