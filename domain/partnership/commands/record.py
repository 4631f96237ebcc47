"""What is asked of the record itself: taking over what was before, and correcting it."""

from typing import Annotated, Literal

from msgspec import Meta

from domain.partnership.commands.base import Command, Evidence, NeededEvidence
from domain.values import (
    DatedFact,
    Edtf,
    Grade,
    Kind,
    Motive,
    Party,
    PublicStatement,
    RequiredStatement,
    ShortText,
    Status,
    Tier,
)

CorrectableField = Literal["effective", "since", "formally_since", "party_name", "party_country"]


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
    sources: NeededEvidence
    listed_on: Edtf = ""
    since: DatedFact | None = None
    formally_since: DatedFact | None = None
    motives: Annotated[tuple[Motive, ...], Meta(max_length=20)] = ()
    statement: PublicStatement = ""
    term_end: Edtf = ""


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
