"""What holds in the reviews of a partnership after each event."""

from typing import assert_never

from msgspec.structs import replace

from domain.decider import Decider, Entry
from domain.errors import EntryOutOfPlace
from domain.partnership import evolve as partnership
from domain.partnership.evolve import History
from domain.review import events as e
from domain.review.commands import ReviewCommand
from domain.review.decide import decide
from domain.review.state import Closed, Open, Review, Reviews


def evolve(state: Reviews, entry: Entry[History]) -> Reviews:
    """Fold one entry of the partnership; those that are not a review's touch only its stage."""
    state = replace(state, partnership=partnership.evolve(state.partnership, entry))
    event = entry.event
    if not e.is_review_event(event):
        return state
    if isinstance(event, e.ReviewOpened):
        return replace(state, reviews=(*state.reviews, Open(event.review, event.criteria)))
    return replace(
        state,
        reviews=tuple(
            _after(review, event, entry.position) if review.id == event.review else review
            for review in state.reviews
        ),
    )


def _after(
    review: Review,
    event: e.InformationRequested | e.AnswerRecorded | e.FindingRecorded | e.ReviewClosed,
    position: int,
) -> Review:
    if isinstance(review, Closed):
        raise EntryOutOfPlace(position=position)
    match event:
        case e.InformationRequested():
            return replace(review, unanswered=review.unanswered | {position})
        case e.AnswerRecorded():
            return replace(review, unanswered=review.unanswered - {event.request})
        case e.FindingRecorded():
            return replace(review, found=review.found | {event.element})
        case e.ReviewClosed():
            return Closed(review.id)
        case _:
            assert_never(event)


REVIEW: Decider[ReviewCommand, History, Reviews] = Decider(Reviews(), decide, evolve)
