"""Why a projection does not go on. Nothing is skipped: it stands where it stood, and says so.

An event that cannot be followed is no reason: it parks its key, and the others go on (`parked.py`).

ProjectionStopped         it cannot go past a position until somebody acts
  Forked                  the ledger at the cursor is not the ledger that was read
  UnknownEvent            in a rebuild: an event of a type that this release does not know
  ShowsLess               in a rebuild: something waits in it that is shown now
  EntriesMissing          in a rebuild: the ledger lacks entries in between
AlreadyRebuilding         another process rebuilds the same projection at this moment
ProjectionBusy            another process is at the same at this moment
"""

from collections.abc import Sequence

_NAMED = 5  # entries


class ProjectionStopped(Exception):
    """The projection stays at its cursor; what it shows is right up to there."""

    def __init__(
        self, projection: str, position: int, problem: str, remedy: str, *, what: str = "The"
    ) -> None:
        self.projection, self.position = projection, position
        self.problem = f"{what} {projection} stands at position {position}: {problem}"
        self.remedy = remedy
        super().__init__(f"{self.problem} {remedy}")


class Forked(ProjectionStopped):
    """The event at the cursor is gone or another one, as after a restore of an older backup.

    `ends` is where the ledger ends. `differs` is a position that differs; which is the first, a
    cursor alone cannot tell.
    """

    def __init__(self, projection: str, position: int, *, ends: int) -> None:
        there = (
            f"it ends at entry {ends}"
            if ends < position
            else "another one stands in its place, and earlier ones may differ too"
        )
        super().__init__(
            projection,
            position,
            f"the ledger no longer has the event that it read there: {there}.",
            "Find out which of the two is right; then rebuild the projections from the ledger. "
            "What was signed and is lost stands on the page /verify.",
        )
        self.ends, self.differs = ends, min(position, ends + 1)

    def of(self, projection: str) -> "Forked":
        """The same of another projection that stands there."""
        return Forked(projection, self.position, ends=self.ends)


class UnknownEvent(ProjectionStopped):
    """Its type is in no release up to this one; what is live stays as it is."""

    def __init__(self, projection: str, position: int, event_type: str) -> None:
        super().__init__(
            projection,
            position,
            f"the event there has the type {event_type!r}, which this release does not know.",
            "Nothing was swapped. Run the release that recorded it, or a newer one.",
            what="The rebuild of the",
        )
        self.event_type = event_type


class ShowsLess(ProjectionStopped):
    """In a rebuild the entries at `waiting` wait, which do not wait in what is live."""

    def __init__(self, projection: str, position: int, waiting: Sequence[int]) -> None:
        named = ", ".join(map(str, waiting[:_NAMED])) + (" ..." if len(waiting) > _NAMED else "")
        super().__init__(
            projection,
            position,
            f"it cannot show {'entry' if len(waiting) == 1 else 'the entries'} {named}, and what "
            "is live may.",
            "Nothing was swapped in. An entry that was changed in the database is the likely "
            "cause: keep everything as it is, for it is evidence, and see what `twinledger verify` "
            "names. Rebuild when that is put right; or now with --anyway.",
            what="The rebuild of the",
        )
        self.waiting = tuple(waiting)


class EntriesMissing(ProjectionStopped):
    """In a rebuild: fewer entries were read than there are positions."""

    def __init__(self, projection: str, position: int, missing: int) -> None:
        are = "1 entry is" if missing == 1 else f"{missing} entries are"
        super().__init__(
            projection,
            position,
            f"{are} missing in the ledger up to there.",
            "Nothing was swapped in. Entries were removed from the database: keep everything as it "
            "is, for it is evidence, and see which `twinledger verify` names. A backup or a bundle "
            "has them. Rebuild when that is put right; or now with --anyway.",
            what="The rebuild of the",
        )
        self.missing = missing


class AlreadyRebuilding(Exception):
    """Only one process builds a projection beside the live one."""

    def __init__(self, projection: str) -> None:
        super().__init__(
            f"The {projection} is being rebuilt by another process. Wait until it has finished."
        )
        self.projection = projection


class ProjectionBusy(Exception):
    """Its lease was never free, or another process did the same first."""

    def __init__(self, projection: str) -> None:
        super().__init__(f"The {projection} is busy in another process. Try again in a moment.")
        self.projection = projection
