"""What is asked of a partnership as it lives: activities, reports, vitality, recognition."""

from typing import Annotated, Literal

from msgspec import Meta

from domain.partnership.commands.base import Command, Evidence, NeededEvidence
from domain.values import Edtf, MoneyLine, Name, PublicStatement, RequiredStatement, ShortText

ActivityKind = Literal[
    "visit", "exchange", "culture", "education", "economy", "aid", "ceremony", "other"
]
Quiet = Literal["stale", "dormant", "emeritus"]


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


class MarkDormant(Command, frozen=True):
    """Row 26, downwards. `rule` is the id of the rule or policy by which it counts as `vitality`.

    `last_activity` is when something last happened.
    """

    vitality: Quiet
    rule: Annotated[ShortText, Meta(min_length=1, pattern=r"\S")]
    last_activity: Edtf
    statement: PublicStatement = ""
    evidence: Evidence = ()


class Revive(Command, frozen=True):
    """Row 26, upwards. `rule` is for the system only."""

    last_activity: Edtf
    statement: PublicStatement = ""
    evidence: Evidence = ()
    rule: ShortText = ""


class RecordRecognition(Command, frozen=True):
    """Row 29. From the act's date on, `recognising_body` lists the partnership or does not."""

    recognising_body: Name
    listed: bool
    evidence: NeededEvidence
    statement: PublicStatement = ""
