"""The transparency reviews of the whole register."""

from projections.reviews.projection import ReviewsProjection
from projections.reviews.reader import PostgresReviewList

__all__ = ["PostgresReviewList", "ReviewsProjection"]
