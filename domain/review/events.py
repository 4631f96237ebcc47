"""What happened in a review. The tags and fields are the storage format, as in `partnership`."""

from typing import TypeAlias, TypeGuard

from domain.partnership.events import Event
from domain.review.commands import Ground, Outcome, Result
from domain.values import Citation, ReviewId


class ReviewOpened(Event, frozen=True):
    review: ReviewId
    ground: Ground
    criteria: str
    statement: str
    hold: bool
    evidence: tuple[Citation, ...] = ()


class InformationRequested(Event, frozen=True):
    review: ReviewId
    question: str
    addressee: str
    elements: tuple[str, ...] = ()
    answer_by: str = ""


class AnswerRecorded(Event, frozen=True):
    review: ReviewId
    request: int
    statement: str
    evidence: tuple[Citation, ...] = ()


class FindingRecorded(Event, frozen=True):
    review: ReviewId
    element: str
    result: Result
    statement: str
    evidence: tuple[Citation, ...] = ()


class ReviewClosed(Event, frozen=True):
    review: ReviewId
    outcome: Outcome
    statement: str
    unanswered_because: str = ""


ReviewEvent: TypeAlias = (
    ReviewOpened | InformationRequested | AnswerRecorded | FindingRecorded | ReviewClosed
)

REVIEW_EVENTS: dict[str, type[ReviewEvent]] = {
    "review.opened.v1": ReviewOpened,
    "review.information_requested.v1": InformationRequested,
    "review.answer_recorded.v1": AnswerRecorded,
    "review.finding_recorded.v1": FindingRecorded,
    "review.closed.v1": ReviewClosed,
}

_SHAPES = frozenset(REVIEW_EVENTS.values())


def is_review_event(event: Event) -> TypeGuard[ReviewEvent]:
    """Whether it is one of a review; asked for each entry of a record, most of which are not."""
    return type(event) in _SHAPES
