"""The one clock of the service. Whoever needs another takes it as an argument."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)
