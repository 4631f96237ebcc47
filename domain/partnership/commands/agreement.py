"""What is asked of an agreement: its force, its text, its term, its level and its end."""

from typing import Literal

from domain.partnership.commands.base import Command, Days, Evidence, NeededEvidence
from domain.values import Edtf, Name, PublicStatement, RequiredStatement, Sha256, ShortText, Tier

Cause = Literal[
    "mutual", "home", "counterpart", "expiry", "statute", "declaration", "party_abolished"
]


class BringIntoForce(Command, frozen=True):
    """Row 15. The act's date is the day on which the agreement takes effect.

    `rule` is the id of the rule by which the system does it; empty for everybody else.
    `term_end` is the date at which the agreement's term ends, empty where it has none.
    """

    statement: PublicStatement = ""
    evidence: Evidence = ()
    rule: ShortText = ""
    term_end: Edtf = ""


class Vary(Command, frozen=True):
    """Row 17. Both sides have signed a changed text."""

    text_sha256: Sha256
    home_office: Name
    counterpart_office: Name
    evidence: NeededEvidence
    statement: PublicStatement = ""


class Renew(Command, frozen=True):
    """Row 18. `term_end` is the new end of the term."""

    term_end: Edtf
    evidence: NeededEvidence
    statement: PublicStatement = ""


class Promote(Command, frozen=True):
    """Row 20, upwards: both sides have signed a new agreement of the level `tier`."""

    tier: Tier
    text_sha256: Sha256
    home_office: Name
    counterpart_office: Name
    evidence: NeededEvidence
    statement: PublicStatement = ""


class Demote(Command, frozen=True):
    """Row 20, downwards."""

    tier: Tier
    reason: RequiredStatement
    evidence: NeededEvidence


class Suspend(Command, frozen=True):
    """Row 24. `condition` says what must be so for the partnership to resume."""

    reason: RequiredStatement
    condition: RequiredStatement
    evidence: NeededEvidence
    waiting_days: Days = 0
    review_by: Edtf = ""


class Resume(Command, frozen=True):
    """Row 25. `attestation` says how the condition is met."""

    attestation: RequiredStatement
    evidence: Evidence = ()


class GiveNotice(Command, frozen=True):
    """Row 27. The partnership is to end on `effective_day`, `notice_days` or more from the act."""

    effective_day: Edtf
    notice_days: Days
    evidence: NeededEvidence
    statement: PublicStatement = ""


class End(Command, frozen=True):
    """Row 28."""

    cause: Cause
    evidence: NeededEvidence
    statement: PublicStatement = ""
    counterpart_told_on: Edtf = ""
