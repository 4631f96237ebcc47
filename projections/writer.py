"""Writes the tables of one projection, batch by batch, each in one transaction under its lease."""

from collections.abc import Sequence

import structlog

from domain.decider import Entry
from domain.partnership.evolve import History
from domain.ports import Ledger
from projections.cursor import Cursor, is_recorded, lease, move
from projections.errors import UnknownEvent
from projections.parked import Waiting, keys_of, park, parked_in
from projections.projection import CannotFollow, Place, Pool, Projection
from projections.reading import Read, blames_an_event, told

_log = structlog.get_logger("twinledger.projections")


class Writer:
    """The only one who writes these tables, as long as it has the lease.

    `stops` says what an event of an unknown type does: it parks its keys where people read, and
    stops a rebuild, since what is live is then better.
    """

    def __init__(
        self,
        pool: Pool,
        ledger: Ledger,
        projection: Projection,
        place: Place,
        *,
        stops: bool = False,
        lease_seconds: float = 60.0,
    ) -> None:
        self._pool, self._ledger = pool, ledger
        self.projection, self.place = projection, place
        self._stops, self._lease_seconds = stops, lease_seconds

    async def take(self, cursor: Cursor, batch: Sequence[Read]) -> bool:
        """Apply the events that follow `cursor`, or as many of them as go in one transaction.

        False where another process has the lease. An event that cannot be followed, tried alone,
        is parked. Raises `UnknownEvent` where it must stop in front of one.
        """
        if self._stops:
            batch = self._up_to_unknown(cursor, batch)
        # Read before the lease: that the cursor is the same then says that this is too.
        waiting = (
            await parked_in(self._pool, self.place, cursor.projection) if cursor.parked else ()
        )
        held = frozenset(key for one in waiting for key in one.keys)
        refused = ""
        while True:
            taken, parked = await self._sorted(batch, held, refused)
            try:
                return await self._write(cursor, batch, taken, parked)
            except Exception as error:
                if refused or not blames_an_event(error):
                    raise
                if len(batch) == 1:
                    refused = told(error)
                else:
                    batch = batch[
                        : max(1, sound_part(error, [one.recorded.position for one in batch]))
                    ]

    async def _sorted(
        self, batch: Sequence[Read], held: frozenset[str], refused: str
    ) -> tuple[list[Entry[History]], list[Waiting]]:
        """What is to be applied, and what has to wait: for itself, or behind another."""
        taken: list[Entry[History]] = []
        parked: list[Waiting] = []
        for one in batch:
            if not one.concerns(self.projection.handles):
                continue
            reason = refused or one.problem
            if one.entry is not None and not reason and not held:
                taken.append(one.entry)
                continue
            keys = await keys_of(self._ledger, one.recorded, self.projection)
            if one.entry is not None and not reason and not keys & held:
                taken.append(one.entry)
                continue
            held |= keys
            parked.append(Waiting(one.recorded, keys, reason))
        return taken, parked

    async def _write(
        self,
        cursor: Cursor,
        batch: Sequence[Read],
        taken: list[Entry[History]],
        parked: list[Waiting],
    ) -> bool:
        name = cursor.projection
        async with self._pool.acquire() as connection, connection.transaction():
            held = await lease(connection, self.place, name, seconds=self._lease_seconds)
            if held is None:
                return False
            if held != cursor:
                return True  # another process was faster; look again from where it got to
            if not await is_recorded(connection, self.place, batch[-1].recorded):
                return True  # a fail-over came between, and what was read is lost; look again
            if taken:
                await self.projection.apply(taken, connection, self.place)
            if parked:
                await park(connection, self.place, name, parked)
            types = [one.recorded.type for one in parked]
            recorded = [one.recorded for one in batch]
            await move(connection, self.place, cursor.after(recorded, types))
        for one in parked:
            if one.reason:
                _log.error(
                    "key_parked",
                    projection=name,
                    keys=sorted(one.keys),
                    position=one.recorded.position,
                    reason=one.reason,
                )
        return True

    def _up_to_unknown(self, cursor: Cursor, batch: Sequence[Read]) -> Sequence[Read]:
        number = next((number for number, one in enumerate(batch) if one.unknown), len(batch))
        if number == 0:
            raise UnknownEvent(cursor.projection, cursor.position, batch[0].recorded.type)
        return batch[:number]


def sound_part(error: Exception, positions: Sequence[int]) -> int:
    """How many of these to try again without the one that `error` blames; half if it names none."""
    if isinstance(error, CannotFollow) and error.position in positions:
        return positions.index(error.position)
    return len(positions) // 2
