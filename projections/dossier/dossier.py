"""One partnership as known at a position, with the doubt of its dates.

These shapes are stored in the projections' tables: a change raises the projections' versions.
"""

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from domain.values import Citation, DatedFact, Grade, Kind, Motive, Party, ReviewId, Status, Tier


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


class Dossier(Struct, frozen=True, omit_defaults=True):
    """`acts`, `approvals` and `reviews` are in the order of their recording."""

    partnership: str
    home: Party
    counterpart: Party
    tier: Tier
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
    reviews: tuple[ReviewNote, ...] = ()
    corrections: tuple[Waiting, ...] = ()

    def party(self, community: str) -> Party | None:
        """The side with this community's id."""
        return next((p for p in (self.home, self.counterpart) if p.community == community), None)
