"""One partnership as known at a position, with the doubt of its dates.

These shapes are stored in the projections' tables: a change raises the projections' versions.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Literal, TypeAlias

from msgspec import Struct

from domain.partnership.commands import LegalOutcome
from domain.partnership.events import Side
from domain.values import (
    Citation,
    DatedFact,
    Grade,
    Kind,
    Motive,
    Party,
    ReviewId,
    Status,
    Tier,
    Vitality,
)
from projections.views import LegalDoubt


class Step(Struct, frozen=True, omit_defaults=True):
    """When something happened: `on` is its EDTF date, empty where it has none of its own.

    `certain_by` is the day by which it had happened in any case: the day on which it was recorded,
    or listed before that.
    """

    position: int
    certain_by: date
    on: str = ""


class StatusAct(Struct, frozen=True, omit_defaults=True):
    """A step that brought the partnership to a status."""

    step: Step
    status: Status
    condition: str = ""
    review_by: str = ""


class Approval(Struct, frozen=True):
    """A step on the way to an agreement."""

    step: Step
    what: Literal["home_approved", "counterpart_approved", "home", "counterpart"]


class TierAct(Struct, frozen=True):
    """A step that set the tier."""

    step: Step
    tier: Tier


class TermAct(Struct, frozen=True):
    """A step that set the end of the term, an EDTF date."""

    step: Step
    term_end: str


class VitalityAct(Struct, frozen=True, omit_defaults=True):
    """A step that set the vitality, by a rule where it names one."""

    step: Step
    vitality: Vitality
    last_activity: str
    rule: str = ""


class NoticeAct(Struct, frozen=True):
    """A notice of termination; `effective_day` is the day on which it is to end."""

    step: Step
    side: Side
    effective_day: str


class RecognitionAct(Struct, frozen=True):
    """From the step on, `body` lists the partnership or does not."""

    step: Step
    body: str
    listed: bool


FacetAct: TypeAlias = TierAct | TermAct | VitalityAct | NoticeAct | RecognitionAct


class ReviewNote(Struct, frozen=True, omit_defaults=True):
    """A review, open or closed. `requests` are the positions of those without an answer."""

    review: ReviewId
    criteria: str
    ground: str
    hold: bool
    opened_at: datetime
    opened: Step
    closed: Step | None = None
    elements: tuple[str, ...] = ()
    requests: tuple[int, ...] = ()


class Waiting(Struct, frozen=True):
    """A correction that waits for the second person."""

    request: int
    position: int
    field: str
    value: str
    reason: str


def legal_doubt(approved: str, reviewed: Collection[tuple[str, LegalOutcome]]) -> LegalDoubt:
    """What the legal reviews leave open of the text that was approved; empty where nothing."""
    if not approved or not reviewed:
        return ""
    outcomes = {outcome for text, outcome in reviewed if text == approved}
    if not outcomes:
        return "another_text"
    return "" if outcomes == {"approved_as_to_form"} else "objection"


class Dossier(Struct, frozen=True, omit_defaults=True):
    """`acts`, `approvals`, `reviews` and the facets are in the order of their recording.

    `tier` and `term_end` are what was last recorded, `first_tier` and `first_term_end` what it
    began with. `reviewed` are the texts that a legal review saw, each with its outcome,
    `approved_text` the one that the home council approved (empty until then), all as SHA-256.
    """

    partnership: str
    home: Party
    counterpart: Party
    tier: Tier
    first_tier: Tier
    kind: Kind
    status: Status
    legacy: bool
    first_position: int
    version: int
    recorded_at: datetime
    acts: tuple[StatusAct, ...]
    grade: Grade | None = None
    since: DatedFact | None = None
    formally_since: DatedFact | None = None
    listed_on: str = ""
    motives: tuple[Motive, ...] = ()
    statement: str = ""
    sources: tuple[Citation, ...] = ()
    approvals: tuple[Approval, ...] = ()
    reviewed: tuple[tuple[str, LegalOutcome], ...] = ()
    approved_text: str = ""
    reviews: tuple[ReviewNote, ...] = ()
    corrections: tuple[Waiting, ...] = ()
    first_term_end: str = ""
    term_end: str = ""
    tiers: tuple[TierAct, ...] = ()
    terms: tuple[TermAct, ...] = ()
    vitalities: tuple[VitalityAct, ...] = ()
    notices: tuple[NoticeAct, ...] = ()
    recognitions: tuple[RecognitionAct, ...] = ()

    @property
    def facet_acts(self) -> tuple[FacetAct, ...]:
        """What stands beside the status, one facet after the other."""
        return (
            *self.tiers,
            *self.terms,
            *self.vitalities,
            *self.notices,
            *self.recognitions,
        )

    @property
    def legal_doubt(self) -> LegalDoubt:
        """What the legal reviews leave open of the text that the home council approved."""
        return legal_doubt(self.approved_text, self.reviewed)

    def party(self, community: str) -> Party | None:
        """The side with this community's id."""
        return next((p for p in (self.home, self.counterpart) if p.community == community), None)

    def criteria_of(self, review: str) -> str:
        """The id of the criteria of a review, empty for one that there is not."""
        return next((note.criteria for note in self.reviews if note.review == review), "")
