"""What one entry says to a compliance report, as it is stored.

These shapes stand in the projection's table: a change raises its version.
"""

from datetime import UTC, date
from typing import TypeAlias

from msgspec import Struct

from domain.decider import Entry
from domain.partnership import events as e
from domain.partnership.commands import ActivityKind, CorrectableField
from domain.partnership.evolve import History
from domain.review import events as r
from domain.review.commands import Ground, Result
from domain.values import Motive


class _Noted(Struct, frozen=True, omit_defaults=True, tag=True):
    """`on` is the EDTF date of the act, empty where it has none; `recorded` the day in UTC."""

    recorded: date
    on: str = ""


class Founded(_Noted, frozen=True, kw_only=True):
    motives: tuple[Motive, ...]


class StatusReached(_Noted, frozen=True):
    """A step in the life of the partnership; the register says to which status."""


class Activity(_Noted, frozen=True, kw_only=True):
    kind: ActivityKind
    outcome_told: bool


class AnnualReport(_Noted, frozen=True, kw_only=True):
    year: int
    nothing_happened: bool


class Opened(_Noted, frozen=True, kw_only=True):
    review: str
    criteria: str
    ground: Ground
    hold: bool


class Found(_Noted, frozen=True, kw_only=True):
    review: str
    element: str
    result: Result


class Closed(_Noted, frozen=True, kw_only=True):
    review: str


class Recognised(_Noted, frozen=True, kw_only=True):
    """From `on` the body lists the partnership, or does not."""

    body: str
    listed: bool


class Corrected(_Noted, frozen=True, kw_only=True):
    """`corrects` is the position of the entry whose `field` was wrong."""

    corrects: int
    field: CorrectableField
    value: str


Noted: TypeAlias = (
    Founded
    | StatusReached
    | Activity
    | AnnualReport
    | Recognised
    | Opened
    | Found
    | Closed
    | Corrected
)

HANDLED: tuple[type[History], ...] = (
    e.ProposalSubmitted,
    e.LegacyPartnershipRecorded,
    e.AgreementSigned,
    e.PartnershipActivated,
    e.PartnershipSuspended,
    e.PartnershipResumed,
    e.PartnershipEnded,
    e.ProposalDeclined,
    e.ProposalWithdrawn,
    e.PartnershipLapsed,
    e.ActivityReported,
    e.AnnualReportFiled,
    e.RecognitionRecorded,
    e.RecordCorrected,
    r.ReviewOpened,
    r.FindingRecorded,
    r.ReviewClosed,
)
"""The events that say something to a report; the others are left to the timeline."""


def noted(entry: Entry[History]) -> Noted:
    """What `entry`, one of `HANDLED`, says."""
    event = entry.event
    day, on = entry.recorded_at.astimezone(UTC).date(), entry.on.text if entry.on else ""
    match event:
        case e.ProposalSubmitted() | e.LegacyPartnershipRecorded():
            return Founded(day, on, motives=event.motives)
        case (
            e.AgreementSigned()
            | e.PartnershipActivated()
            | e.PartnershipSuspended()
            | e.PartnershipResumed()
            | e.PartnershipEnded()
            | e.ProposalDeclined()
            | e.ProposalWithdrawn()
            | e.PartnershipLapsed()
        ):
            return StatusReached(day, on)
        case e.ActivityReported():
            return Activity(day, on, kind=event.kind, outcome_told=bool(event.outcome))
        case e.AnnualReportFiled():
            return AnnualReport(day, on, year=event.year, nothing_happened=event.nothing_happened)
        case e.RecognitionRecorded():
            return Recognised(day, on, body=event.recognising_body, listed=event.listed)
        case e.RecordCorrected():
            return Corrected(day, on, corrects=event.position, field=event.field, value=event.value)
        case r.ReviewOpened():
            return Opened(
                day,
                on,
                review=event.review,
                criteria=event.criteria,
                ground=event.ground,
                hold=event.hold,
            )
        case r.FindingRecorded():
            return Found(day, on, review=event.review, element=event.element, result=event.result)
        case r.ReviewClosed():
            return Closed(day, on, review=event.review)
        case _:
            raise AssertionError(f"{entry!r} says nothing to a report")
