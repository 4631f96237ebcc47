"""What happened, one sentence per entry."""

from projections.timeline.foretold import foretold
from projections.timeline.projection import TimelineProjection
from projections.timeline.reader import PostgresTimeline

__all__ = ["PostgresTimeline", "TimelineProjection", "foretold"]
