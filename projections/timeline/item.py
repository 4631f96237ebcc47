"""One entry as a row of the timeline."""

from typing import assert_never

from domain.decider import Entry
from domain.history import event_type
from domain.partnership import events as e
from domain.partnership.evolve import History
from domain.review import events as r
from domain.values import Citation
from projections.dossier.dossier import Dossier
from projections.timeline.changes import changes
from projections.timeline.phrases import who_decided
from projections.timeline.sentences import sentence
from projections.views import ItemKind, TimelineItem
from projections.words import word


def item(entry: Entry[History], before: Dossier | None, after: Dossier) -> TimelineItem:
    """What a person reads about `entry`, which led from `before` to `after`."""
    event = entry.event
    return TimelineItem(
        entry.position,
        event.partnership,
        type=event_type(event),
        kind=_kind(event),
        recorded_at=entry.recorded_at,
        effective=entry.on.text if entry.on else "",
        sentence=sentence(entry, after),
        who=who_decided(entry.actor, after),
        recorder_role=word(entry.actor.role),
        statement=_statement(event),
        basis=_basis(event),
        changes=changes(entry, before, after),
        corrected_by=None,
    )


def _kind(event: History) -> ItemKind:
    match event:
        case (
            e.ProposalSubmitted()
            | e.RecommendationRecorded()
            | e.LegalReviewRecorded()
            | e.HomeApprovalGiven()
            | e.ProposalDeclined()
            | e.ProposalWithdrawn()
            | e.PartnershipLapsed()
            | e.OfferSent()
            | e.CounterpartApprovalRecorded()
            | e.AgreementSigned()
            | e.PartnershipActivated()
            | e.AgreementVaried()
            | e.TermRenewed()
            | e.TierSet()
            | e.PartnershipSuspended()
            | e.PartnershipResumed()
            | e.TerminationNoticeGiven()
            | e.PartnershipEnded()
            | e.LegacyPartnershipRecorded()
        ):
            return "step"
        case (
            r.ReviewOpened()
            | r.InformationRequested()
            | r.AnswerRecorded()
            | r.FindingRecorded()
            | r.ReviewClosed()
        ):
            return "review"
        case (
            e.ActivityReported() | e.AnnualReportFiled() | e.VitalitySet() | e.RecognitionRecorded()
        ):
            return "report"
        case e.CorrectionRequested() | e.RecordCorrected() | e.CorrectionRejected():
            return "correction"
        case e.ErasureRequested() | e.PrivateValuesErased() | e.ErasureRejected():
            return "erasure"
        case _:
            assert_never(event)


def _statement(event: History) -> str:
    """The public words of who recorded it, whole."""
    match event:
        case (
            e.ProposalDeclined()
            | e.ProposalWithdrawn()
            | e.PartnershipLapsed()
            | e.PartnershipSuspended()
            | e.CorrectionRequested()
            | e.RecordCorrected()
            | e.CorrectionRejected()
            | e.ErasureRejected()
        ):
            return event.reason
        case e.PartnershipResumed():
            return event.attestation
        case e.AgreementSigned() | e.ErasureRequested() | e.PrivateValuesErased():
            return ""
        case e.TierSet():
            return event.reason or event.statement
        case r.InformationRequested():
            return event.question
        case r.ReviewClosed():
            without = event.unanswered_because
            return (
                f"{event.statement}\nWithout an answer: {without}" if without else event.statement
            )
        case (
            e.ProposalSubmitted()
            | e.RecommendationRecorded()
            | e.LegalReviewRecorded()
            | e.HomeApprovalGiven()
            | e.OfferSent()
            | e.CounterpartApprovalRecorded()
            | e.PartnershipActivated()
            | e.ActivityReported()
            | e.AnnualReportFiled()
            | e.AgreementVaried()
            | e.TermRenewed()
            | e.VitalitySet()
            | e.TerminationNoticeGiven()
            | e.PartnershipEnded()
            | e.RecognitionRecorded()
            | e.LegacyPartnershipRecorded()
            | r.ReviewOpened()
            | r.AnswerRecorded()
            | r.FindingRecorded()
        ):
            return event.statement
        case _:
            assert_never(event)


def _basis(event: History) -> tuple[Citation, ...]:
    match event:
        case e.LegacyPartnershipRecorded():
            return event.sources
        case (
            e.RecordCorrected()
            | e.CorrectionRejected()
            | e.ErasureRequested()
            | e.PrivateValuesErased()
            | e.ErasureRejected()
            | r.InformationRequested()
            | r.ReviewClosed()
        ):
            return ()
        case (
            e.ProposalSubmitted()
            | e.RecommendationRecorded()
            | e.LegalReviewRecorded()
            | e.HomeApprovalGiven()
            | e.ProposalDeclined()
            | e.ProposalWithdrawn()
            | e.PartnershipLapsed()
            | e.OfferSent()
            | e.CounterpartApprovalRecorded()
            | e.AgreementSigned()
            | e.PartnershipActivated()
            | e.ActivityReported()
            | e.AnnualReportFiled()
            | e.AgreementVaried()
            | e.TermRenewed()
            | e.TierSet()
            | e.VitalitySet()
            | e.TerminationNoticeGiven()
            | e.PartnershipSuspended()
            | e.PartnershipResumed()
            | e.PartnershipEnded()
            | e.RecognitionRecorded()
            | e.CorrectionRequested()
            | r.ReviewOpened()
            | r.AnswerRecorded()
            | r.FindingRecorded()
        ):
            return event.evidence
        case _:
            assert_never(event)
