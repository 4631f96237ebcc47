"""Where a review stands, beside the partnership that it is about."""

from typing import TypeAlias

from msgspec import Struct

from domain.partnership.state import State, Unknown
from domain.values import ReviewId


class Open(Struct, frozen=True):
    """`found` are the elements with a finding, `unanswered` the positions of open requests."""

    id: ReviewId
    criteria: str
    found: frozenset[str] = frozenset()
    unanswered: frozenset[int] = frozenset()


class Closed(Struct, frozen=True):
    id: ReviewId


Review: TypeAlias = Open | Closed


class Reviews(Struct, frozen=True):
    """The partnership and all reviews of it, in the order in which they were opened."""

    partnership: State = Unknown()
    reviews: tuple[Review, ...] = ()

    def find(self, review: ReviewId) -> Review | None:
        """The review of that id."""
        return next((known for known in self.reviews if known.id == review), None)
