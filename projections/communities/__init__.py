"""The communities of the register, each once, under all names that were recorded for it."""

from projections.communities.projection import CommunitiesProjection
from projections.communities.reader import PostgresCommunities

__all__ = ["CommunitiesProjection", "PostgresCommunities"]
