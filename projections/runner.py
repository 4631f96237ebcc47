"""Brings the projections from where they stand to the end of the ledger, and keeps them there."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeAlias

import asyncpg
import msgspec
import structlog

from domain.decider import Entry
from domain.history import EVENT_TYPES, entry_of
from domain.partnership.evolve import History
from domain.ports import Ledger, Recorded
from domain.refusals import Refused
from projections.all import PROJECTIONS
from projections.cursor import Cursor, cursors, ensure, lease, move
from projections.errors import (
    EventRefused,
    Forked,
    ProjectionStopped,
    UnknownEvent,
)
from projections.projection import CannotFollow, Place, Pool, Projection
from projections.wake_up import WakeUp

_log = structlog.get_logger("twinledger.projections")

BATCH = 5000
"""Events in one transaction, at most."""

_SHORTEST, _LONGEST = 0.02, 1.0  # seconds between two looks at an idle ledger
_REST = 0.1  # seconds at most between two looks at a busy one
_LOST = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TransactionRollbackError,
    asyncpg.InsufficientResourcesError,
)

Progress = Callable[[int, int], None]
"""Told the position reached and the one to reach."""

_Batches: TypeAlias = dict[tuple[int, bytes], tuple[Sequence[Recorded], list[Entry[History]]]]
"""What was read in one look, by where it begins: projections that stand together read it once."""


class Runner:
    """Any number of processes may run it on the same tables.

    A batch and the cursor's move are one transaction, and the cursor's row lock is the lease: one
    process writes a projection at a time, one that dies leaves nothing half done and holds nothing.
    `listen_dsn` is a direct DSN for a wake-up call; without it the runner looks by itself.
    """

    def __init__(
        self,
        pool: Pool,
        ledger: Ledger,
        *,
        schema: str = "twinledger",
        listen_dsn: str | None = None,
        projections: Sequence[Projection] = PROJECTIONS,
        suffix: str = "",
        batch: int = BATCH,
    ) -> None:
        self._pool, self._ledger, self._batch = pool, ledger, batch
        self._projections = {projection.name: projection for projection in projections}
        self._place = Place(schema, suffix)
        self._wake_up = WakeUp(listen_dsn, schema)
        self._ready = False

    async def catch_up(self, progress: Progress | None = None, *, to: int | None = None) -> int:
        """Read on to `to`, or to the end that the ledger has now, and return that position.

        Waits for another process that is at it. Raises a `ProjectionStopped` when one cannot go
        on; the others have then caught up.
        """
        await self._prepare()
        goal = (await self._ledger.head()).position if to is None else to
        stopped: dict[str, ProjectionStopped] = {}
        looked: set[str] = set()  # also one that is at its goal may stand on a fork
        pause = _SHORTEST
        applied = 0
        while True:
            known = await cursors(self._pool, self._place)
            behind = [
                known[name]
                for name in self._projections
                if name not in stopped and (known[name].position < goal or name not in looked)
            ]
            if progress is not None:
                progress(min(known[name].position for name in self._projections), goal)
            if not behind:
                break
            moved, batches = False, _Batches()
            for cursor in behind:
                looked.add(cursor.projection)
                try:
                    if await self._step(cursor, goal, batches):
                        moved, applied = True, applied + min(self._batch, goal - cursor.position)
                except ProjectionStopped as error:
                    stopped[cursor.projection] = error
            if not moved:
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST)
        for problem in stopped.values():
            raise problem
        if applied >= self._batch:
            await self._count_rows()
        return goal

    async def run(self, stop: asyncio.Event) -> None:
        """Keep the projections at the end of the ledger until `stop` is set.

        A lost database is waited for. Raises a `ProjectionStopped` as soon as one cannot go on.
        """
        loop = asyncio.get_running_loop()
        stopping = asyncio.create_task(stop.wait())
        stopping.add_done_callback(lambda _: self._wake_up.ring())
        pause = _SHORTEST
        try:
            while not stop.is_set():
                began = loop.time()
                try:
                    moved = await self._look()
                except _LOST as error:
                    _log.warning("database_lost", reason=str(error) or type(error).__name__)
                    moved, pause = False, _LONGEST
                pause = _SHORTEST if moved else min(2 * pause, _LONGEST)
                if moved:
                    # While acts keep coming, the database is theirs half of the time, and more of
                    # them go into one batch.
                    await asyncio.sleep(min(loop.time() - began, _REST))
                else:
                    await self._wake_up.wait(pause)
        except ProjectionStopped as error:
            _log.error("projection_stopped", projection=error.projection, reason=str(error))
            raise
        finally:
            stopping.cancel()
            await self._wake_up.close()

    def ring(self) -> None:
        """Let `run` look now: somebody waits for what was just recorded."""
        self._wake_up.ring()

    async def _look(self) -> bool:
        """One look at the ledger and at most one batch for each projection that is behind."""
        await self._prepare()
        head = await self._ledger.head()
        moved, batches = False, _Batches()
        for name, cursor in (await cursors(self._pool, self._place)).items():
            if name not in self._projections:
                continue
            at_the_end = (cursor.position, cursor.leaf_hash) == (head.position, head.leaf_hash)
            if not at_the_end:
                moved = await self._step(cursor, None, batches) or moved
        return moved

    async def _prepare(self) -> None:
        if self._ready:
            return
        for projection in self._projections.values():
            await ensure(self._pool, self._place, projection)
        self._ready = True

    async def _count_rows(self) -> None:
        """After a load, Postgres plans the first reads by what the tables hold now."""
        for projection in self._projections.values():
            for table in projection.tables:
                await self._pool.execute(
                    self._place.sql(f"analyze {{schema}}.{table.name}{{suffix}}"), timeout=600.0
                )

    async def _step(self, cursor: Cursor, goal: int | None, batches: _Batches) -> bool:
        """Apply the next batch. False where there is none or another process has the lease."""
        projection = self._projections[cursor.projection]
        if cursor.version != projection.version:
            self._ready = False
            await self._prepare()
            return True
        known = batches.get((cursor.position, cursor.leaf_hash))
        if known is None:
            recorded = await self._after(cursor, goal)
            if not recorded:
                return False
            known = recorded, _decoded(cursor, recorded)
            batches[cursor.position, cursor.leaf_hash] = known
        recorded, batch = known
        try:
            return await self._apply(projection, cursor, recorded, batch)
        except CannotFollow as error:
            refused = EventRefused(projection.name, error.position - 1, error.reason)
            refused.__cause__ = error
            sound = error.position - cursor.position - 1
            if not sound:
                raise refused from error
            # What comes before it is right and is shown; it is met again, alone, in the next step.
            return await self._apply(projection, cursor, recorded[:sound], batch[:sound])

    async def _after(self, cursor: Cursor, goal: int | None) -> Sequence[Recorded]:
        """The next events, when the one at the cursor is still the one that was read."""
        limit = self._batch
        if goal is not None:
            limit = max(0, min(limit, goal - cursor.position))
        if cursor.position == 0:
            return await self._ledger.read_after(0, limit)
        read = await self._ledger.read_after(cursor.position - 1, limit + 1)
        if not read or read[0].leaf_hash != cursor.leaf_hash:
            raise Forked(cursor.projection, cursor.position)
        return read[1:]

    async def _apply(
        self,
        projection: Projection,
        cursor: Cursor,
        recorded: Sequence[Recorded],
        batch: Sequence[Entry[History]],
    ) -> bool:
        recorded = recorded[: len(batch)]
        handled = [
            entry
            for event, entry in zip(recorded, batch, strict=True)
            if event.type in projection.handles
        ]
        async with self._pool.acquire() as connection, connection.transaction():
            held = await lease(connection, self._place, projection.name)
            if held is None:
                return False
            if held != cursor:
                return True  # another process was faster; look again from where it got to
            if handled:
                await projection.apply(handled, connection, self._place)
            await move(connection, self._place, cursor.after(recorded))
        return True


def _decoded(cursor: Cursor, recorded: Sequence[Recorded]) -> list[Entry[History]]:
    """The entries up to the first that cannot be read; when it is the first, that is an error."""
    entries: list[Entry[History]] = []
    for event in recorded:
        try:
            if event.type not in EVENT_TYPES:
                raise UnknownEvent(cursor.projection, event.position - 1, event.type)
            entries.append(entry_of(event))
        except (UnknownEvent, msgspec.MsgspecError, Refused) as error:
            if entries:
                return entries
            if isinstance(error, UnknownEvent):
                raise
            raise EventRefused(cursor.projection, event.position - 1, str(error)) from error
    return entries


__all__ = ["BATCH", "Runner"]
