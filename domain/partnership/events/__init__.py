"""What happened to a partnership, in the past tense.

The tags in `PARTNERSHIP_EVENTS` and the fields with their defaults are the storage format. Rename a
class freely; never a tag, a field or a default. A new shape gets a new tag and an upcaster.
"""

from typing import TypeAlias

from domain.partnership.events.agreement import (
    AgreementVaried,
    PartnershipActivated,
    PartnershipEnded,
    PartnershipResumed,
    PartnershipSuspended,
    SignedText,
    TerminationNoticeGiven,
    TermRenewed,
    TierSet,
)
from domain.partnership.events.base import Event, Side
from domain.partnership.events.erasure import (
    ErasedValue,
    ErasureRejected,
    ErasureRequested,
    PrivateValuesErased,
)
from domain.partnership.events.life import (
    ActivityReported,
    AnnualReportFiled,
    RecognitionRecorded,
    VitalitySet,
)
from domain.partnership.events.proposal import (
    AgreementSigned,
    CounterpartApprovalRecorded,
    HomeApprovalGiven,
    LegalReviewRecorded,
    OfferSent,
    PartnershipLapsed,
    ProposalDeclined,
    ProposalSubmitted,
    ProposalWithdrawn,
    RecommendationRecorded,
)
from domain.partnership.events.record import (
    CorrectionRejected,
    CorrectionRequested,
    LegacyPartnershipRecorded,
    RecordCorrected,
)

PartnershipEvent: TypeAlias = (
    ProposalSubmitted
    | RecommendationRecorded
    | LegalReviewRecorded
    | HomeApprovalGiven
    | ProposalDeclined
    | ProposalWithdrawn
    | PartnershipLapsed
    | OfferSent
    | CounterpartApprovalRecorded
    | AgreementSigned
    | PartnershipActivated
    | ActivityReported
    | AnnualReportFiled
    | AgreementVaried
    | TermRenewed
    | TierSet
    | PartnershipSuspended
    | PartnershipResumed
    | VitalitySet
    | TerminationNoticeGiven
    | PartnershipEnded
    | RecognitionRecorded
    | LegacyPartnershipRecorded
    | CorrectionRequested
    | RecordCorrected
    | CorrectionRejected
    | ErasureRequested
    | PrivateValuesErased
    | ErasureRejected
)

PARTNERSHIP_EVENTS: dict[str, type[PartnershipEvent]] = {
    "partnership.proposal_submitted.v1": ProposalSubmitted,
    "partnership.recommendation_recorded.v1": RecommendationRecorded,
    "partnership.legal_review_recorded.v1": LegalReviewRecorded,
    "partnership.home_approval_given.v1": HomeApprovalGiven,
    "partnership.proposal_declined.v1": ProposalDeclined,
    "partnership.proposal_withdrawn.v1": ProposalWithdrawn,
    "partnership.lapsed.v1": PartnershipLapsed,
    "partnership.offer_sent.v1": OfferSent,
    "partnership.counterpart_approval_recorded.v1": CounterpartApprovalRecorded,
    "partnership.agreement_signed.v1": AgreementSigned,
    "partnership.activated.v1": PartnershipActivated,
    "partnership.activity_reported.v1": ActivityReported,
    "partnership.annual_report_filed.v1": AnnualReportFiled,
    "partnership.agreement_varied.v1": AgreementVaried,
    "partnership.term_renewed.v1": TermRenewed,
    "partnership.tier_set.v2": TierSet,
    "partnership.suspended.v1": PartnershipSuspended,
    "partnership.resumed.v1": PartnershipResumed,
    "partnership.vitality_set.v1": VitalitySet,
    "partnership.termination_notice_given.v1": TerminationNoticeGiven,
    "partnership.ended.v1": PartnershipEnded,
    "partnership.recognition_recorded.v1": RecognitionRecorded,
    "partnership.legacy_recorded.v1": LegacyPartnershipRecorded,
    "partnership.correction_requested.v1": CorrectionRequested,
    "partnership.record_corrected.v1": RecordCorrected,
    "partnership.correction_rejected.v1": CorrectionRejected,
    "partnership.erasure_requested.v1": ErasureRequested,
    "partnership.private_values_erased.v1": PrivateValuesErased,
    "partnership.erasure_rejected.v1": ErasureRejected,
}

__all__ = [
    "PARTNERSHIP_EVENTS",
    "ActivityReported",
    "AgreementSigned",
    "AgreementVaried",
    "AnnualReportFiled",
    "CorrectionRejected",
    "CorrectionRequested",
    "CounterpartApprovalRecorded",
    "ErasedValue",
    "ErasureRejected",
    "ErasureRequested",
    "Event",
    "HomeApprovalGiven",
    "LegacyPartnershipRecorded",
    "LegalReviewRecorded",
    "OfferSent",
    "PartnershipActivated",
    "PartnershipEnded",
    "PartnershipEvent",
    "PartnershipLapsed",
    "PartnershipResumed",
    "PartnershipSuspended",
    "PrivateValuesErased",
    "ProposalDeclined",
    "ProposalSubmitted",
    "ProposalWithdrawn",
    "RecognitionRecorded",
    "RecommendationRecorded",
    "RecordCorrected",
    "Side",
    "SignedText",
    "TermRenewed",
    "TerminationNoticeGiven",
    "TierSet",
    "VitalitySet",
]
