"""All projections of this release. One more is one more line here."""

from projections.compliance.projection import ComplianceProjection
from projections.projection import Projection
from projections.register.projection import RegisterProjection
from projections.timeline.projection import TimelineProjection

PROJECTIONS: tuple[Projection, ...] = (
    RegisterProjection(),
    TimelineProjection(),
    ComplianceProjection(),
)
