"""What is asked of a proposal, until both sides have signed."""

from typing import Annotated, Literal

from msgspec import Meta

from domain.partnership.commands.base import Command, Evidence, NeededEvidence
from domain.values import (
    Kind,
    Motive,
    Name,
    Party,
    PrivateLine,
    PublicStatement,
    RequiredStatement,
    Sha256,
    ShortText,
    Tier,
    Vote,
)

Advice = Literal["for", "against", "conditional"]
LegalOutcome = Literal["approved_as_to_form", "changes_needed", "not_approved"]


class SubmitProposal(Command, frozen=True):
    """Row 1. `home` is the community that proposes.

    `contact` is who answers questions about it: a person, and how to reach them.
    """

    home: Party
    counterpart: Party
    tier: Tier
    kind: Kind
    motives: Annotated[tuple[Motive, ...], Meta(min_length=1, max_length=20)]
    statement: PublicStatement = ""
    sponsor: ShortText = ""
    evidence: Evidence = ()
    contact: PrivateLine = ""


class RecordRecommendation(Command, frozen=True):
    """Row 4. `conditions` are said where the advice is conditional, and only there."""

    advisory_body: Name
    advice: Advice
    conditions: PublicStatement = ""
    statement: PublicStatement = ""
    evidence: Evidence = ()


class RecordLegalReview(Command, frozen=True):
    """Row 5. `text_sha256` is the SHA-256 of the text that was reviewed."""

    reviewer_office: Name
    outcome: LegalOutcome
    text_sha256: Sha256
    statement: PublicStatement = ""
    evidence: Evidence = ()


class ApproveByCouncil(Command, frozen=True):
    """Row 8. `text_sha256` is the SHA-256 of the agreement's text that the vote was on."""

    vote: Vote
    text_sha256: Sha256
    evidence: NeededEvidence
    statement: PublicStatement = ""


class Decline(Command, frozen=True):
    """Row 9."""

    reason: RequiredStatement
    evidence: Evidence = ()


class Withdraw(Command, frozen=True):
    """Row 10."""

    reason: PublicStatement = ""
    evidence: Evidence = ()


class SendOffer(Command, frozen=True):
    """Row 11. The letter of interest to the counterpart."""

    signer_office: Name
    statement: PublicStatement = ""
    evidence: Evidence = ()


class RecordCounterpartApproval(Command, frozen=True):
    """Row 12. The counterpart's own decision, shown by evidence."""

    text_sha256: Sha256
    evidence: NeededEvidence
    statement: PublicStatement = ""


class SignAgreement(Command, frozen=True):
    """Row 13, once per side; the side is the recorder's own.

    `signer_name` is the person behind the office.
    """

    signer_office: Name
    text_sha256: Sha256
    delegated_by: ShortText = ""
    evidence: Evidence = ()
    signer_name: PrivateLine = ""


class Lapse(Command, frozen=True):
    """Row 32. A clerk gives the reason, the system the id of the rule whose time has passed."""

    reason: PublicStatement = ""
    evidence: Evidence = ()
    rule: ShortText = ""
