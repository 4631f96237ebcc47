"""Why a projection does not go on. Nothing is skipped: it stands where it stood, and says so.

ProjectionStopped         it cannot go past a position until somebody acts
  Forked                  the ledger at the cursor is not the ledger that was read
  UnknownEvent            an event of a type that this release does not know
  EventRefused            an event that cannot follow what is recorded before it
  ProjectionIsNewer       a newer release has built these tables
AlreadyRebuilding         another process rebuilds the same projection at this moment
"""


class ProjectionStopped(Exception):
    """The projection stays at its cursor; what it shows is right up to there."""

    def __init__(self, projection: str, position: int, problem: str, remedy: str) -> None:
        self.projection, self.position = projection, position
        self.problem = f"The {projection} stands at position {position}: {problem}"
        self.remedy = remedy
        super().__init__(f"{self.problem} {remedy}")


class Forked(ProjectionStopped):
    """The event at the cursor is gone or another one, as after a restore of an older backup."""

    def __init__(self, projection: str, position: int) -> None:
        super().__init__(
            projection,
            position,
            "the ledger no longer has the event that it read there.",
            "Find out which of the two is right; then rebuild the projections from the ledger.",
        )


class UnknownEvent(ProjectionStopped):
    """Its type is in no release up to this one."""

    def __init__(self, projection: str, position: int, event_type: str) -> None:
        super().__init__(
            projection,
            position,
            f"the event there has the type {event_type!r}, which this release does not know.",
            "Run the release that recorded it, or a newer one.",
        )
        self.event_type = event_type


class EventRefused(ProjectionStopped):
    """What is recorded before it, or its own shape, does not allow it."""

    def __init__(self, projection: str, position: int, reason: str) -> None:
        super().__init__(
            projection,
            position,
            f"the event there cannot be read or cannot follow what is before it ({reason}).",
            "Check the ledger with `twinledger verify`, and report it with this message.",
        )


class ProjectionIsNewer(ProjectionStopped):
    """An older release must not undo what a newer one built."""

    def __init__(self, projection: str, position: int, *, built: int, known: int) -> None:
        super().__init__(
            projection,
            position,
            f"its tables are of version {built}, this release knows version {known}.",
            "Run the newer release.",
        )


class AlreadyRebuilding(Exception):
    """Only one process builds a projection beside the live one."""

    def __init__(self, projection: str) -> None:
        super().__init__(
            f"The {projection} is being rebuilt by another process. Wait until it has finished."
        )
        self.projection = projection
