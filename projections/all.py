"""All projections of this release. One more is one more line here."""

from projections.communities.projection import CommunitiesProjection
from projections.compliance.projection import ComplianceProjection
from projections.projection import Projection
from projections.register.projection import RegisterProjection
from projections.reviews.projection import ReviewsProjection
from projections.timeline.projection import TimelineProjection

PROJECTIONS: tuple[Projection, ...] = (
    RegisterProjection(),
    TimelineProjection(),
    ComplianceProjection(),
    CommunitiesProjection(),
    ReviewsProjection(),
)
