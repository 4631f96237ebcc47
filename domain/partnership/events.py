"""What happened to a partnership, in the past tense.

The tags in `PARTNERSHIP_EVENTS` and the fields with their defaults are the storage format. Rename a
class freely; never a tag, a field or a default. A new shape gets a new tag and an upcaster.
"""

from typing import Literal, TypeAlias

from msgspec import Struct

from domain.partnership.commands import (
    ActivityKind,
    Advice,
    Cause,
    CorrectableField,
    LegalOutcome,
)
from domain.values import (
    Citation,
    DatedFact,
    Grade,
    Kind,
    MoneyLine,
    Motive,
    PartnershipId,
    Party,
    Status,
    Tier,
    Vitality,
    Vote,
)

Side = Literal["home", "counterpart"]


class Event(Struct, frozen=True, omit_defaults=True):
    """Base: every event names its partnership."""

    partnership: PartnershipId


class ProposalSubmitted(Event, frozen=True):
    home: Party
    counterpart: Party
    tier: Tier
    kind: Kind
    motives: tuple[Motive, ...]
    statement: str = ""
    sponsor: str = ""
    evidence: tuple[Citation, ...] = ()


class RecommendationRecorded(Event, frozen=True):
    advisory_body: str
    advice: Advice
    conditions: str = ""
    statement: str = ""
    evidence: tuple[Citation, ...] = ()


class LegalReviewRecorded(Event, frozen=True):
    reviewer_office: str
    outcome: LegalOutcome
    text_sha256: str
    statement: str = ""
    evidence: tuple[Citation, ...] = ()


class HomeApprovalGiven(Event, frozen=True):
    vote: Vote
    text_sha256: str
    evidence: tuple[Citation, ...]
    statement: str = ""


class ProposalDeclined(Event, frozen=True):
    side: Side
    reason: str
    evidence: tuple[Citation, ...] = ()


class ProposalWithdrawn(Event, frozen=True):
    reason: str = ""
    evidence: tuple[Citation, ...] = ()


class PartnershipLapsed(Event, frozen=True):
    """Proposed or agreed, and never completed. One of reason and rule is said."""

    reason: str = ""
    evidence: tuple[Citation, ...] = ()
    rule: str = ""


class OfferSent(Event, frozen=True):
    signer_office: str
    statement: str = ""
    evidence: tuple[Citation, ...] = ()


class CounterpartApprovalRecorded(Event, frozen=True):
    text_sha256: str
    evidence: tuple[Citation, ...]
    statement: str = ""


class AgreementSigned(Event, frozen=True):
    """`completes` says that both sides have now signed: the partnership is agreed."""

    side: Side
    signer_office: str
    text_sha256: str
    completes: bool
    delegated_by: str = ""
    evidence: tuple[Citation, ...] = ()


class PartnershipActivated(Event, frozen=True):
    statement: str = ""
    evidence: tuple[Citation, ...] = ()
    rule: str = ""
    term_end: str = ""


class ActivityReported(Event, frozen=True):
    kind: ActivityKind
    statement: str
    outcome: str = ""
    evidence: tuple[Citation, ...] = ()


class AnnualReportFiled(Event, frozen=True):
    year: int
    nothing_happened: bool
    statement: str = ""
    money: tuple[MoneyLine, ...] = ()
    evidence: tuple[Citation, ...] = ()


class AgreementVaried(Event, frozen=True):
    text_sha256: str
    home_office: str
    counterpart_office: str
    evidence: tuple[Citation, ...]
    statement: str = ""


class TermRenewed(Event, frozen=True):
    term_end: str
    evidence: tuple[Citation, ...]
    statement: str = ""


class TierSet(Event, frozen=True):
    """Upwards with the newly signed text and who signed it, downwards with the reason."""

    tier: Tier
    evidence: tuple[Citation, ...]
    text_sha256: str = ""
    home_office: str = ""
    counterpart_office: str = ""
    reason: str = ""
    statement: str = ""


class PartnershipSuspended(Event, frozen=True):
    reason: str
    condition: str
    evidence: tuple[Citation, ...]
    waiting_days: int = 0
    review_by: str = ""


class PartnershipResumed(Event, frozen=True):
    attestation: str
    evidence: tuple[Citation, ...] = ()


class VitalitySet(Event, frozen=True):
    """Beside the status, which stays. `rule` is empty where somebody revived it."""

    vitality: Vitality
    last_activity: str
    rule: str = ""
    statement: str = ""
    evidence: tuple[Citation, ...] = ()


class TerminationNoticeGiven(Event, frozen=True):
    side: Side
    effective_day: str
    notice_days: int
    evidence: tuple[Citation, ...]
    statement: str = ""


class PartnershipEnded(Event, frozen=True):
    cause: Cause
    evidence: tuple[Citation, ...]
    statement: str = ""
    counterpart_told_on: str = ""


class RecognitionRecorded(Event, frozen=True):
    """From the date of the act on, until a later one of the same body."""

    recognising_body: str
    listed: bool
    evidence: tuple[Citation, ...]
    statement: str = ""


class LegacyPartnershipRecorded(Event, frozen=True):
    home: Party
    counterpart: Party
    status: Status
    tier: Tier
    kind: Kind
    grade: Grade
    sources: tuple[Citation, ...]
    listed_on: str = ""
    since: DatedFact | None = None
    formally_since: DatedFact | None = None
    motives: tuple[Motive, ...] = ()
    statement: str = ""
    term_end: str = ""


class CorrectionRequested(Event, frozen=True):
    position: int
    field: CorrectableField
    value: str
    reason: str
    community: str = ""
    evidence: tuple[Citation, ...] = ()


class RecordCorrected(Event, frozen=True):
    """The correction takes effect. It repeats what the request asked, so it stands by itself."""

    request: int
    position: int
    field: CorrectableField
    value: str
    reason: str
    community: str = ""


class CorrectionRejected(Event, frozen=True):
    request: int
    reason: str


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
    "partnership.tier_set.v1": TierSet,
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
}
