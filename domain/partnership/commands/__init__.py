"""What someone asks of a partnership, in the imperative. Who, when and on whose behalf: `Act`."""

from typing import TypeAlias

from domain.partnership.commands.agreement import (
    BringIntoForce,
    Cause,
    Demote,
    End,
    GiveNotice,
    Promote,
    Renew,
    Resume,
    Suspend,
    Vary,
)
from domain.partnership.commands.base import Command, Days, Evidence, NeededEvidence
from domain.partnership.commands.erasure import (
    ApproveErasure,
    ErasureGround,
    RejectErasure,
    RequestErasure,
)
from domain.partnership.commands.life import (
    ActivityKind,
    FileAnnualReport,
    MarkDormant,
    Quiet,
    RecordRecognition,
    ReportActivity,
    Revive,
)
from domain.partnership.commands.proposal import (
    Advice,
    ApproveByCouncil,
    Decline,
    Lapse,
    LegalOutcome,
    RecordCounterpartApproval,
    RecordLegalReview,
    RecordRecommendation,
    SendOffer,
    SignAgreement,
    SubmitProposal,
    Withdraw,
)
from domain.partnership.commands.record import (
    ApproveCorrection,
    CorrectableField,
    RecordLegacyPartnership,
    RejectCorrection,
    RequestCorrection,
)

PartnershipCommand: TypeAlias = (
    SubmitProposal
    | RecordRecommendation
    | RecordLegalReview
    | ApproveByCouncil
    | Decline
    | Withdraw
    | Lapse
    | SendOffer
    | RecordCounterpartApproval
    | SignAgreement
    | BringIntoForce
    | ReportActivity
    | FileAnnualReport
    | Vary
    | Renew
    | Promote
    | Demote
    | Suspend
    | Resume
    | MarkDormant
    | Revive
    | GiveNotice
    | End
    | RecordRecognition
    | RecordLegacyPartnership
    | RequestCorrection
    | ApproveCorrection
    | RejectCorrection
    | RequestErasure
    | ApproveErasure
    | RejectErasure
)
FoundingCommand: TypeAlias = SubmitProposal | RecordLegacyPartnership
"""Those that begin a record: they name none, and its reference is minted from their key."""
TierCommand: TypeAlias = Promote | Demote
"""Those that also rest on what else lives between the two communities."""

__all__ = [
    "ActivityKind",
    "Advice",
    "ApproveByCouncil",
    "ApproveCorrection",
    "ApproveErasure",
    "BringIntoForce",
    "Cause",
    "Command",
    "CorrectableField",
    "Days",
    "Decline",
    "Demote",
    "End",
    "ErasureGround",
    "Evidence",
    "FileAnnualReport",
    "FoundingCommand",
    "GiveNotice",
    "Lapse",
    "LegalOutcome",
    "MarkDormant",
    "NeededEvidence",
    "PartnershipCommand",
    "Promote",
    "Quiet",
    "RecordCounterpartApproval",
    "RecordLegacyPartnership",
    "RecordLegalReview",
    "RecordRecognition",
    "RecordRecommendation",
    "RejectCorrection",
    "RejectErasure",
    "Renew",
    "ReportActivity",
    "RequestCorrection",
    "RequestErasure",
    "Resume",
    "Revive",
    "SendOffer",
    "SignAgreement",
    "SubmitProposal",
    "Suspend",
    "TierCommand",
    "Vary",
    "Withdraw",
]
