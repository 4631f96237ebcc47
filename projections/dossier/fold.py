"""One entry more: the domain's own fold says what holds, this adds what people ask about it."""

from datetime import UTC, date
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from domain.dates import parse
from domain.decider import Entry
from domain.errors import EntryOutOfPlace
from domain.partnership import events as e
from domain.partnership.evolve import History, evolve
from domain.partnership.state import Known, Unknown, status_of
from domain.review import events as r
from projections.dossier.corrected import corrected
from projections.dossier.dossier import (
    Approval,
    Dossier,
    ReviewNote,
    StatusAct,
    Step,
    Waiting,
)
from projections.dossier.facets import noted
from projections.projection import CannotFollow


class Folded(Struct, frozen=True):
    """The domain's state, for the next entry, and the dossier, for people."""

    state: Known
    dossier: Dossier


def fold(before: Folded | None, entry: Entry[History]) -> Folded:
    """Raises `CannotFollow` where the domain knows no way from `before` over `entry`."""
    try:
        state = evolve(before.state if before else Unknown(), entry)
        if isinstance(state, Unknown):
            raise EntryOutOfPlace(position=entry.position)
        dossier = _noted(before.dossier, entry) if before else _founded(entry)
    except (EntryOutOfPlace, ValueError) as error:
        raise CannotFollow(entry.position, str(error)) from error
    record = state.record
    return Folded(
        state,
        replace(
            dossier,
            home=record.home,
            counterpart=record.counterpart,
            tier=record.tier,
            term_end=record.term_end,
            status=status_of(state),
            version=entry.position,
            recorded_at=entry.recorded_at,
            corrections=tuple(
                Waiting(
                    pending.position,
                    pending.asked.position,
                    pending.asked.field,
                    pending.asked.value,
                    pending.asked.reason,
                )
                for pending in record.corrections
            ),
        ),
    )


def _founded(entry: Entry[History]) -> Dossier:
    event = entry.event
    match event:
        case e.ProposalSubmitted():
            return Dossier(
                event.partnership,
                event.home,
                event.counterpart,
                event.tier,
                event.tier,
                event.kind,
                status="proposed",
                legacy=False,
                first_position=entry.position,
                version=entry.position,
                recorded_at=entry.recorded_at,
                acts=(StatusAct(step_of(entry), "proposed"),),
                motives=event.motives,
                statement=event.statement,
                sources=event.evidence,
            )
        case e.LegacyPartnershipRecorded():
            return Dossier(
                event.partnership,
                event.home,
                event.counterpart,
                event.tier,
                event.tier,
                event.kind,
                status=event.status,
                legacy=True,
                first_position=entry.position,
                version=entry.position,
                recorded_at=entry.recorded_at,
                acts=_legacy_acts(event, entry),
                grade=event.grade,
                since=event.since,
                formally_since=event.formally_since,
                listed_on=event.listed_on,
                motives=event.motives,
                statement=event.statement,
                sources=event.sources,
                first_term_end=event.term_end,
            )
        case _:
            raise EntryOutOfPlace(position=entry.position)


def _legacy_acts(
    event: e.LegacyPartnershipRecorded, entry: Entry[History]
) -> tuple[StatusAct, ...]:
    """What must have happened for the partnership to be listed as it is."""
    start = event.since or event.formally_since
    begun = Step(entry.position, _listed_by(event, entry), start.on if start else "")
    came = Step(entry.position, _listed_by(event, entry))
    match event.status:
        case "proposed" | "agreed" | "active":
            return (StatusAct(begun, event.status),)
        case "suspended" | "ended":
            return (StatusAct(begun, "active"), StatusAct(came, event.status))
        case "declined" | "withdrawn" | "lapsed":
            return (StatusAct(begun, "proposed"), StatusAct(came, event.status))
        case _:
            assert_never(event.status)


def _listed_by(event: e.LegacyPartnershipRecorded, entry: Entry[History]) -> date:
    listed = parse(event.listed_on).latest if event.listed_on else None
    return min(listed, _day(entry)) if listed else _day(entry)


def _noted(dossier: Dossier, entry: Entry[History]) -> Dossier:
    event, step = entry.event, step_of(entry)
    match event:
        case e.HomeApprovalGiven():
            approved = _approved(dossier, Approval(step, "home_approved"))
            return replace(approved, approved_text=event.text_sha256)
        case e.LegalReviewRecorded():
            seen = event.text_sha256, event.outcome
            return replace(dossier, reviewed=(*dossier.reviewed, seen))
        case e.CounterpartApprovalRecorded():
            return _approved(dossier, Approval(step, "counterpart_approved"))
        case e.AgreementSigned():
            signed = _approved(dossier, Approval(step, event.side))
            return _reached(signed, StatusAct(step, "agreed")) if event.completes else signed
        case e.PartnershipActivated():
            return _reached(noted(dossier, event, step), StatusAct(step, "active"))
        case e.PartnershipResumed():
            return _reached(dossier, StatusAct(step, "active"))
        case e.PartnershipSuspended():
            return _reached(dossier, StatusAct(step, "suspended", event.condition, event.review_by))
        case e.PartnershipEnded():
            return _reached(dossier, StatusAct(step, "ended"))
        case e.ProposalDeclined():
            return _reached(dossier, StatusAct(step, "declined"))
        case e.ProposalWithdrawn():
            return _reached(dossier, StatusAct(step, "withdrawn"))
        case e.PartnershipLapsed():
            return _reached(dossier, StatusAct(step, "lapsed"))
        case (
            e.TierSet()
            | e.TermRenewed()
            | e.VitalitySet()
            | e.TerminationNoticeGiven()
            | e.RecognitionRecorded()
        ):
            return noted(dossier, event, step)
        case e.RecordCorrected():
            return corrected(dossier, event)
        case r.ReviewOpened():
            note = ReviewNote(
                event.review,
                event.criteria,
                event.ground,
                event.hold,
                opened_at=entry.recorded_at,
                opened=step,
            )
            return replace(dossier, reviews=(*dossier.reviews, note))
        case r.InformationRequested() | r.AnswerRecorded() | r.FindingRecorded() | r.ReviewClosed():
            return replace(
                dossier,
                reviews=tuple(
                    _examined(note, event, step) if note.review == event.review else note
                    for note in dossier.reviews
                ),
            )
        case (
            e.RecommendationRecorded()
            | e.OfferSent()
            | e.AgreementVaried()
            | e.ActivityReported()
            | e.AnnualReportFiled()
            | e.CorrectionRequested()
            | e.CorrectionRejected()
            | e.ErasureRequested()
            | e.PrivateValuesErased()
            | e.ErasureRejected()
        ):
            return dossier
        case e.ProposalSubmitted() | e.LegacyPartnershipRecorded():
            raise EntryOutOfPlace(position=entry.position)
        case _:
            assert_never(event)


def _examined(
    note: ReviewNote,
    event: r.InformationRequested | r.AnswerRecorded | r.FindingRecorded | r.ReviewClosed,
    step: Step,
) -> ReviewNote:
    match event:
        case r.InformationRequested():
            return replace(note, requests=(*note.requests, step.position))
        case r.AnswerRecorded():
            return replace(
                note, requests=tuple(open_ for open_ in note.requests if open_ != event.request)
            )
        case r.FindingRecorded():
            return replace(note, elements=tuple(dict.fromkeys((*note.elements, event.element))))
        case r.ReviewClosed():
            return replace(note, closed=step)
        case _:
            assert_never(event)


def _approved(dossier: Dossier, approval: Approval) -> Dossier:
    return replace(dossier, approvals=(*dossier.approvals, approval))


def _reached(dossier: Dossier, act: StatusAct) -> Dossier:
    return replace(dossier, acts=(*dossier.acts, act))


def step_of(entry: Entry[History]) -> Step:
    """When the act of an entry took place."""
    return Step(entry.position, _day(entry), entry.on.text if entry.on else "")


def _day(entry: Entry[History]) -> date:
    return entry.recorded_at.astimezone(UTC).date()
