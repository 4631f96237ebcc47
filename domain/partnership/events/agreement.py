"""What happened to an agreement, from its entry into force to its end."""

from msgspec import Struct

from domain.partnership.commands import Cause
from domain.partnership.events.base import Event, Side
from domain.values import Citation, Tier


class PartnershipActivated(Event, frozen=True):
    statement: str = ""
    evidence: tuple[Citation, ...] = ()
    rule: str = ""
    term_end: str = ""


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


class SignedText(Struct, frozen=True, omit_defaults=True):
    """A text, by its SHA-256 in hex, and the offices that signed it for the two sides."""

    text_sha256: str
    home_office: str = ""
    counterpart_office: str = ""


class TierSet(Event, frozen=True):
    """Upwards with the newly signed text, downwards with the reason."""

    tier: Tier
    evidence: tuple[Citation, ...]
    signed: SignedText | None = None
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
