"""What happened on the way to an agreement."""

from domain.partnership.commands import Advice, LegalOutcome
from domain.partnership.events.base import Event, Side
from domain.values import Citation, Kind, Motive, Party, Tier, Vote


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
