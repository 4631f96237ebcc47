"""A dossier seen from one day: what the contract of the read models calls a view."""

from datetime import date

from domain.regime.facts import PartnershipFacts, PartyFacts
from domain.values import PartnershipId, Party, Status
from projections.dossier.dossier import Dossier, ReviewNote, Step
from projections.dossier.spans import END, Span, bounds, spans
from projections.views import OpenReview, PartnershipView, PendingCorrection


def view(dossier: Dossier, day: date) -> PartnershipView:
    """How the partnership stood on `day`, as far as the dossier knows."""
    possible = _possible(dossier, day)
    statuses = _statuses(possible)
    certain = possible[-1].act if len(statuses) == 1 else None
    hold = next((span.act for span in reversed(possible) if span.status == "suspended"), None)
    approved = {a.what for a in dossier.approvals if _surely_reached(a.step, day)}
    return PartnershipView(
        dossier.partnership,
        dossier.home,
        dossier.counterpart,
        dossier.tier,
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
    )


def facts(dossier: Dossier, day: date) -> PartnershipFacts:
    """What a rule may ask. A finding counts from its recording on, whatever the day."""
    possible = _possible(dossier, day)
    return PartnershipFacts(
        PartnershipId(dossier.partnership),
        (_party(dossier.home), _party(dossier.counterpart)),
        dossier.tier,
        frozenset(_statuses(possible)),
        dossier.legacy,
        recognised={},
        findings=frozenset(
            (note.criteria, element) for note in dossier.reviews for element in note.elements
        ),
        possibly_not_begun=bool(possible) and not _surely_begun(dossier, day),
    )


def days_under_review(dossier: Dossier) -> list[tuple[date, date]]:
    """From the day on which each review was opened, to the day on which it was closed."""
    return [
        (opened, closed)
        for note in dossier.reviews
        for opened, closed in [_days(note)]
        if opened < closed
    ]


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
