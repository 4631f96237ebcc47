"""A dossier seen from one day: what the contract of the read models calls a view."""

from datetime import date

from domain.names import fold
from domain.regime.facts import PartnershipFacts, PartyFacts
from domain.values import PartnershipId, Party, Status, Tier
from projections.dossier.dossier import Dossier, RecognitionAct, ReviewNote, Step
from projections.dossier.facets import held_on
from projections.dossier.spans import BEGINNING, END, Span, bounds, in_order, spans
from projections.views import (
    Notice,
    OpenReview,
    PartnershipView,
    PendingCorrection,
    Recognition,
)


def view(dossier: Dossier, day: date) -> PartnershipView:
    """How the partnership stood on `day`, as far as the dossier knows."""
    possible = _possible(dossier, day)
    statuses = _statuses(possible)
    certain = possible[-1].act if len(statuses) == 1 else None
    tiers = _tiers(dossier, day)
    vitality, _ = held_on(dossier.vitalities, day)
    hold = next((span.act for span in reversed(possible) if span.status == "suspended"), None)
    approved = {a.what for a in dossier.approvals if _surely_reached(a.step, day)}
    return PartnershipView(
        dossier.partnership,
        dossier.home,
        dossier.counterpart,
        tiers[0],
        dossier.kind,
        statuses,
        status_since=certain.step.on if certain else "",
        legacy=dossier.legacy,
        grade=dossier.grade,
        since=dossier.since,
        formally_since=dossier.formally_since,
        listed_on=dossier.listed_on,
        motives=dossier.motives,
        statement=dossier.statement,
        sources=dossier.sources,
        condition=hold.condition if hold else "",
        review_by=hold.review_by if hold else "",
        home_approved="home_approved" in approved,
        counterpart_approved="counterpart_approved" in approved,
        legal_doubt=dossier.legal_doubt if "home_approved" in approved else "",
        signed=tuple(side for side in ("home", "counterpart") if side in approved),
        open_reviews=tuple(_open(note) for note in dossier.reviews if _open_on(note, day)),
        corrections=tuple(
            PendingCorrection(w.request, w.position, w.field, w.value, w.reason)
            for w in dossier.corrections
        ),
        first_position=dossier.first_position,
        version=dossier.version,
        recorded_at=dossier.recorded_at,
        possibly_not_begun=bool(possible) and not _surely_begun(dossier, day),
        possible_tiers=tiers,
        term_end=_term_end(dossier, day),
        vitality=vitality.vitality if vitality else None,
        vitality_since=vitality.step.on if vitality else "",
        last_activity=vitality.last_activity if vitality else "",
        notices=tuple(
            Notice(notice.side, notice.step.on, notice.effective_day)
            for notice in dossier.notices
            if _surely_reached(notice.step, day)
        ),
        recognitions=_recognitions(dossier, day),
    )


def facts(dossier: Dossier, day: date) -> PartnershipFacts:
    """What a rule may ask. A finding counts from its recording on, whatever the day."""
    possible = _possible(dossier, day)
    return PartnershipFacts(
        PartnershipId(dossier.partnership),
        (_party(dossier.home), _party(dossier.counterpart)),
        _tiers(dossier, day)[0],
        frozenset(_statuses(possible)),
        dossier.legacy,
        recognised={
            known.body: known.listed
            for known in _recognitions(dossier, day)
            if known.listed is not None
        },
        findings=frozenset(
            (note.criteria, element) for note in dossier.reviews for element in note.elements
        ),
        possibly_not_begun=bool(possible) and not _surely_begun(dossier, day),
    )


def tiers_from(dossier: Dossier) -> list[tuple[Tier, date]]:
    """Each tier with the day by which it was surely set, in order: of those set by a day the last
    one holds.
    """
    set_by = ((act.tier, bounds(act.step)[1]) for act in in_order(dossier.tiers))
    return [(dossier.first_tier, BEGINNING), *set_by]


def days_under_review(dossier: Dossier) -> list[tuple[date, date]]:
    """From the day on which each review was opened, to the day on which it was closed."""
    return [
        (opened, closed)
        for note in dossier.reviews
        for opened, closed in [_days(note)]
        if opened < closed
    ]


def _tiers(dossier: Dossier, day: date) -> tuple[Tier, ...]:
    """The one that was last surely set, then those that perhaps followed it by `day`."""
    surely, perhaps = held_on(dossier.tiers, day)
    first = surely.tier if surely else dossier.first_tier
    return tuple(dict.fromkeys((first, *(act.tier for act in perhaps))))


def _term_end(dossier: Dossier, day: date) -> str:
    surely, _ = held_on(dossier.terms, day)
    return surely.term_end if surely else dossier.first_term_end


def _recognitions(dossier: Dossier, day: date) -> tuple[Recognition, ...]:
    """Of each body that had possibly said something by `day`, in the order of their first word."""
    bodies: dict[str, list[RecognitionAct]] = {}
    for act in dossier.recognitions:
        bodies.setdefault(fold(act.body), []).append(act)
    found = []
    for acts in bodies.values():
        surely, perhaps = held_on(acts, day)
        possible = [*([surely] if surely else []), *perhaps]
        if not possible:
            continue
        listed = {act.listed for act in possible}
        certain = surely is not None and len(listed) == 1
        found.append(
            Recognition(
                possible[-1].body,
                surely.listed if surely is not None and certain else None,
                surely.step.on if surely is not None and certain else "",
            )
        )
    return tuple(found)


def _possible(dossier: Dossier, day: date) -> list[Span]:
    return [span for span in spans(dossier) if span.possible_on(day)]


def _statuses(possible: list[Span]) -> tuple[Status, ...]:
    return tuple(dict.fromkeys(span.status for span in possible))


def _surely_begun(dossier: Dossier, day: date) -> bool:
    return any(_surely_reached(act.step, day) for act in dossier.acts)


def _surely_reached(step: Step, day: date) -> bool:
    return bounds(step)[1] <= day


def _days(note: ReviewNote) -> tuple[date, date]:
    return bounds(note.opened)[1], bounds(note.closed)[1] if note.closed else END


def _open_on(note: ReviewNote, day: date) -> bool:
    opened, closed = _days(note)
    return opened <= day < closed


def _open(note: ReviewNote) -> OpenReview:
    return OpenReview(
        note.review,
        note.criteria,
        note.opened_at,
        note.ground,
        note.hold,
        note.elements,
        note.requests,
    )


def _party(party: Party) -> PartyFacts:
    return PartyFacts(party.community, party.name, party.country, party.level)
