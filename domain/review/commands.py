"""What an oversight officer, and the clerk who answers, ask of a review."""

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from domain.partnership.commands import Command, Evidence
from domain.values import (
    Edtf,
    Name,
    PrivateText,
    PublicStatement,
    RequiredStatement,
    ReviewId,
    ShortText,
)

Ground = Literal["complaint", "screening_hit", "schedule", "statute", "oversight_order"]
Result = Literal["met", "partly_met", "not_met", "no_evidence", "not_applicable"]
Outcome = Literal["no_action", "conditions", "recommend_suspension", "recommend_ending"]
Elements = Annotated[tuple[ShortText, ...], Meta(max_length=40)]


class OpenReview(Command, frozen=True):
    """Row 21. `no_tie` attests that the officer has no tie to the partnership.

    With `hold` the review stops entry into force until it is closed.
    """

    ground: Ground
    criteria: ShortText
    statement: RequiredStatement
    no_tie: bool
    hold: bool = False
    evidence: Evidence = ()


class RequestInformation(Command, frozen=True):
    """Row 22. `answer_by` is a day."""

    review: ReviewId
    question: RequiredStatement
    addressee: Name
    elements: Elements = ()
    answer_by: Edtf = ""


class RecordAnswer(Command, frozen=True):
    """Row 22. `request` is the position of the request for information."""

    review: ReviewId
    request: Annotated[int, Meta(ge=1)]
    statement: RequiredStatement
    evidence: Evidence = ()


class RecordFinding(Command, frozen=True):
    """Row 22. A finding cites evidence; "not applicable" and "no evidence" say because of what.

    `annex` is what of it is kept from the public, as names and sources are.
    """

    review: ReviewId
    element: ShortText
    result: Result
    statement: RequiredStatement
    evidence: Evidence = ()
    annex: PrivateText = ""


class CloseReview(Command, frozen=True):
    """Row 23. `unanswered_because` is needed where a request for information has no answer."""

    review: ReviewId
    outcome: Outcome
    statement: RequiredStatement
    unanswered_because: PublicStatement = ""


ReviewCommand: TypeAlias = (
    OpenReview | RequestInformation | RecordAnswer | RecordFinding | CloseReview
)
