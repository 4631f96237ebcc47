"""What someone asks of a partnership, in the imperative. Who, when and on whose behalf: `Act`."""

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from domain.values import (
    Citation,
    DatedFact,
    Edtf,
    Grade,
    Kind,
    MoneyLine,
    Motive,
    Name,
    Party,
    PublicStatement,
    RequiredStatement,
    Sha256,
    ShortText,
    Status,
    Tier,
    Vote,
)

Evidence = Annotated[tuple[Citation, ...], Meta(max_length=50)]
Cause = Literal[
    "mutual", "home", "counterpart", "expiry", "statute", "declaration", "party_abolished"
]
ActivityKind = Literal[
    "visit", "exchange", "culture", "education", "economy", "aid", "ceremony", "other"
]
CorrectableField = Literal["effective", "since", "formally_since", "party_name", "party_country"]


class Command(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of all commands; an unknown field is a mistake to be told, not ignored.

    Defaults are omitted, so that a field added later does not change the digest by which an old
    command is known again.
    """


class SubmitProposal(Command, frozen=True):
    """Row 1. `home` is the community that proposes."""

    home: Party
    counterpart: Party
    tier: Tier
    kind: Kind
    motives: Annotated[tuple[Motive, ...], Meta(min_length=1, max_length=20)]
    statement: PublicStatement = ""
    sponsor: ShortText = ""
    evidence: Evidence = ()


class ApproveByCouncil(Command, frozen=True):
    """Row 8. `text_sha256` is the SHA-256 of the agreement's text that the vote was on."""

    vote: Vote
    text_sha256: Sha256
    evidence: Annotated[tuple[Citation, ...], Meta(min_length=1, max_length=50)]
    statement: PublicStatement = ""


class Decline(Command, frozen=True):
    """Row 9."""

    reason: RequiredStatement
    evidence: Evidence = ()


class Withdraw(Command, frozen=True):
    """Row 10."""

    reason: PublicStatement = ""
    evidence: Evidence = ()


class RecordCounterpartApproval(Command, frozen=True):
    """Row 12. The counterpart's own decision, shown by evidence."""

    text_sha256: Sha256
    evidence: Annotated[tuple[Citation, ...], Meta(min_length=1, max_length=50)]
    statement: PublicStatement = ""


class SignAgreement(Command, frozen=True):
    """Row 13, once per side; the side is the recorder's own."""

    signer_office: Name
    text_sha256: Sha256
    delegated_by: ShortText = ""
    evidence: Evidence = ()


class BringIntoForce(Command, frozen=True):
    """Row 15. The act's date is the day on which the agreement takes effect.

    `rule` is the id of the rule by which the system does it; empty for everybody else.
    """

    statement: PublicStatement = ""
    evidence: Evidence = ()
    rule: ShortText = ""


class ReportActivity(Command, frozen=True):
    """Row 16, one activity. The act's date is when it took place."""

    kind: ActivityKind
    statement: RequiredStatement
    outcome: PublicStatement = ""
    evidence: Evidence = ()


class FileAnnualReport(Command, frozen=True):
    """Row 16, one year. `nothing_happened` is the honest nil report."""

    year: Annotated[int, Meta(ge=800, le=9999)]
    nothing_happened: bool = False
    statement: PublicStatement = ""
    money: Annotated[tuple[MoneyLine, ...], Meta(max_length=20)] = ()
    evidence: Evidence = ()


class Suspend(Command, frozen=True):
    """Row 24. `condition` says what must be so for the partnership to resume."""

    reason: RequiredStatement
    condition: RequiredStatement
    evidence: Annotated[tuple[Citation, ...], Meta(min_length=1, max_length=50)]
    waiting_days: Annotated[int, Meta(ge=0, le=36_525)] = 0
    review_by: Edtf = ""


class Resume(Command, frozen=True):
    """Row 25. `attestation` says how the condition is met."""

    attestation: RequiredStatement
    evidence: Evidence = ()


class End(Command, frozen=True):
    """Row 28."""

    cause: Cause
    evidence: Annotated[tuple[Citation, ...], Meta(min_length=1, max_length=50)]
    statement: PublicStatement = ""
    counterpart_told_on: Edtf = ""


class RecordLegacyPartnership(Command, frozen=True):
    """Row 30. What is known of a partnership that began before this register.

    `listed_on` is the date at which the source lists it: before it the status is undetermined
    unless `since` tells. `since` is the documented bond, `formally_since` the formal agreement.
    """

    home: Party
    counterpart: Party
    status: Status
    tier: Tier
    kind: Kind
    grade: Grade
    sources: Annotated[tuple[Citation, ...], Meta(min_length=1, max_length=50)]
    listed_on: Edtf = ""
    since: DatedFact | None = None
    formally_since: DatedFact | None = None
    motives: Annotated[tuple[Motive, ...], Meta(max_length=20)] = ()
    statement: PublicStatement = ""


class RequestCorrection(Command, frozen=True):
    """Row 31, first half. `position` names the entry that is wrong; the entry itself stays.

    `field` is `effective` (the date of that act), `since`, `formally_since`, `party_name` or
    `party_country`; for the last two `community` says which party.
    """

    position: Annotated[int, Meta(ge=1)]
    field: CorrectableField
    value: ShortText
    reason: RequiredStatement
    community: ShortText = ""
    evidence: Evidence = ()


class ApproveCorrection(Command, frozen=True):
    """Row 31, second half. `request` is the position of the request."""

    request: Annotated[int, Meta(ge=1)]


class RejectCorrection(Command, frozen=True):
    """Row 31, second half: the entry stays as it is."""

    request: Annotated[int, Meta(ge=1)]
    reason: RequiredStatement


PartnershipCommand: TypeAlias = (
    SubmitProposal
    | ApproveByCouncil
    | Decline
    | Withdraw
    | RecordCounterpartApproval
    | SignAgreement
    | BringIntoForce
    | ReportActivity
    | FileAnnualReport
    | Suspend
    | Resume
    | End
    | RecordLegacyPartnership
    | RequestCorrection
    | ApproveCorrection
    | RejectCorrection
)
FoundingCommand: TypeAlias = SubmitProposal | RecordLegacyPartnership
"""Those that begin a record: they name none, and its reference is minted from their key."""
