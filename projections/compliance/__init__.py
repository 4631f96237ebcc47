"""What compliance reports count: motives, activities, reports, reviews, findings, by entry."""

from projections.compliance.reader import PostgresCompliance

__all__ = ["PostgresCompliance"]
