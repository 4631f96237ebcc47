"""One review in short, as it is stored and read, and the contract of who reads the list."""

from datetime import date, datetime
from typing import Any, Protocol, assert_never

from msgspec import Struct
from msgspec.structs import replace

from domain.decider import Entry
from domain.partnership import events as e
from domain.partnership.evolve import History
from domain.review import events as r
from domain.review.commands import Ground, Outcome
from domain.values import PartnershipId, ReviewId
from projections.dossier.dossier import Step
from projections.dossier.spans import END, bounds


class Note(Struct, frozen=True, omit_defaults=True):
    """What is stored: a change raises the projection's version."""

    review: ReviewId
    partnership: PartnershipId
    criteria: str
    ground: Ground
    statement: str
    hold: bool
    opened: Step
    opened_at: datetime
    version: int
    closed: Step | None = None
    closed_at: datetime | None = None
    outcome: Outcome | None = None
    elements: tuple[str, ...] = ()
    requests: tuple[int, ...] = ()

    @property
    def opened_on(self) -> date:
        """The first day on which it was surely open."""
        return bounds(self.opened)[1]

    @property
    def closed_on(self) -> date:
        """The first day on which it was surely closed; the last day there is while it is open."""
        return bounds(self.closed)[1] if self.closed else END


class ReviewSummary(Struct, frozen=True):
    """A review as it stood on a day, as known at a position.

    `opened` and `closed` are the EDTF dates of the acts, empty where they have none of their own;
    `outcome` is that of its closing, also where that is known but lies after the day.
    `elements_found` have a finding, `open_requests` are the positions of those without an answer.
    """

    review: ReviewId
    partnership: PartnershipId
    open: bool
    criteria: str
    ground: Ground
    statement: str
    hold: bool
    opened: str
    opened_at: datetime
    opened_position: int
    closed: str
    closed_at: datetime | None
    closed_position: int | None
    outcome: Outcome | None
    elements_found: tuple[str, ...]
    open_requests: tuple[int, ...]
    version: int


def summary(note: Note, day: date) -> ReviewSummary:
    """How the review stood on `day`."""
    closed = note.closed
    return ReviewSummary(
        note.review,
        note.partnership,
        note.opened_on <= day < note.closed_on,
        note.criteria,
        note.ground,
        note.statement,
        note.hold,
        note.opened.on,
        note.opened_at,
        note.opened.position,
        closed.on if closed else "",
        note.closed_at,
        closed.position if closed else None,
        note.outcome,
        note.elements,
        note.requests,
        note.version,
    )


def opened(event: r.ReviewOpened, entry: Entry[History], step: Step) -> Note:
    """A review when it begins."""
    return Note(
        event.review,
        event.partnership,
        event.criteria,
        event.ground,
        event.statement,
        event.hold,
        step,
        entry.recorded_at,
        entry.position,
    )


def examined(
    note: Note,
    event: r.InformationRequested | r.AnswerRecorded | r.FindingRecorded | r.ReviewClosed,
    entry: Entry[History],
    step: Step,
) -> Note:
    """The review after one more of its acts."""
    changes: dict[str, Any]
    match event:
        case r.InformationRequested():
            changes = {"requests": (*note.requests, entry.position)}
        case r.AnswerRecorded():
            changes = {"requests": tuple(n for n in note.requests if n != event.request)}
        case r.FindingRecorded():
            changes = {"elements": tuple(dict.fromkeys((*note.elements, event.element)))}
        case r.ReviewClosed():
            changes = {"closed": step, "closed_at": entry.recorded_at, "outcome": event.outcome}
        case _:
            assert_never(event)
    return replace(note, version=entry.position, **changes)


def redated(note: Note, event: e.RecordCorrected, position: int) -> Note:
    """The review after the date of one of its acts was corrected; the same one for another act."""
    if event.field != "effective":
        return note
    if note.opened.position == event.position:
        return replace(note, opened=replace(note.opened, on=event.value), version=position)
    if note.closed is not None and note.closed.position == event.position:
        return replace(note, closed=replace(note.closed, on=event.value), version=position)
    return note


class ReviewPage(Struct, frozen=True):
    """Some reviews, those opened first in front; `next_after` continues, None at the end."""

    rows: tuple[ReviewSummary, ...]
    next_after: int | None
    total: int | None


class ReviewList(Protocol):
    """All reviews, at any position."""

    async def search(
        self,
        *,
        day: date,
        position: int,
        open: bool | None = None,
        ground: Ground | None = None,
        partnership: str = "",
        after: int = 0,
        limit: int = 50,
        total: bool = False,
    ) -> ReviewPage:
        """Those opened by `day`, later in the ledger than the position `after`."""
        ...

    async def get(self, review: str, *, day: date, position: int) -> ReviewSummary | None:
        """One, or None when it is not recorded at that position."""
        ...
