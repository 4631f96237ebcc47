"""What is read of the ledger, decoded; and whether an event or the world is to blame."""

from collections.abc import Container, Sequence

import asyncpg
from msgspec import Struct

from domain.decider import Entry
from domain.errors import EntryUnreadable
from domain.history import STORED_TYPES, entry_of
from domain.partnership.evolve import History
from domain.ports import Ledger, Recorded, Unreadable
from projections.cursor import Cursor
from projections.errors import Forked, ProjectionBusy, ProjectionStopped

LOST = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.ReadOnlySQLTransactionError,  # the server it knows is a standby now
    asyncpg.OperatorInterventionError,
    asyncpg.TransactionRollbackError,
    asyncpg.InsufficientResourcesError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)
"""The database is away or busy: the same again later."""


class Read(Struct, frozen=True, gc=False):
    """An event and what it says; `entry` is None where it cannot be read, for `problem`."""

    recorded: Recorded
    entry: Entry[History] | None
    problem: str = ""

    @property
    def unknown(self) -> bool:
        """Whether its type is in no release up to this one."""
        return not (self._unreadable or self.recorded.type in STORED_TYPES)

    def concerns(self, types: Container[str]) -> bool:
        """Whether it is for who handles `types`. Of what nobody can tell, it may be."""
        return self._unreadable or self.unknown or self.recorded.type in types

    @property
    def _unreadable(self) -> bool:
        return isinstance(self.recorded, Unreadable)


def read_of(recorded: Recorded) -> Read:
    """Decode it, or say why it cannot be decoded, or must not be shown."""
    # Rows that were made of changed bytes would stay when the bytes are put right again.
    if isinstance(recorded, Unreadable):
        return Read(recorded, None, recorded.problem)
    if recorded.type not in STORED_TYPES:
        return Read(recorded, None, f"this release does not know the type {recorded.type!r}")
    try:
        return Read(recorded, entry_of(recorded))
    except EntryUnreadable as error:
        return Read(recorded, None, f"it cannot be read: {told(error.__cause__ or error)}")


async def read_after(ledger: Ledger, cursor: Cursor, limit: int) -> tuple[Read, ...]:
    """At most `limit` next events, when the one at the cursor is still the one that was read.

    Raises `Forked` where it is not.
    """
    recorded: Sequence[Recorded]
    if cursor.position == 0:
        recorded = await ledger.read_after(0, limit)
    else:
        recorded = await ledger.read_after(cursor.position - 1, limit + 1)
        if not recorded or recorded[0].leaf_hash != cursor.leaf_hash:
            ends = (await ledger.head()).position
            raise Forked(cursor.projection, cursor.position, ends=ends)
        recorded = recorded[1:]
    return tuple(map(read_of, recorded))


def blames_an_event(error: Exception) -> bool:
    """Whether an event is the cause: the world is not, and neither is a table that is missing."""
    if isinstance(error, asyncpg.DataError | asyncpg.ProgramLimitExceededError):
        return True  # a value that no column takes
    world = (*LOST, MemoryError, asyncpg.PostgresError, ProjectionStopped, ProjectionBusy)
    return not isinstance(error, world)


def told(error: BaseException) -> str:
    """Its kind and message, short enough to be kept and shown."""
    return f"{type(error).__name__}: {error}"[:500]
