"""Brings the projections from where they stand to the end of the ledger, and keeps them there."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

import structlog

from domain.errors import HeadUnsound
from domain.ports import Ledger
from projections.all import PROJECTIONS
from projections.cursor import Cursor, cursors, ensure
from projections.errors import Forked, ProjectionBusy, ProjectionStopped
from projections.projection import Place, Pool, Projection, Table, place_of
from projections.reading import LOST, Read, read_after
from projections.retrying import retry
from projections.wake_up import WakeUp
from projections.writer import Writer

_log = structlog.get_logger("twinledger.projections")

BATCH = 5000
"""Events in one transaction, at most."""

_SHORTEST, _LONGEST = 0.02, 1.0  # seconds between two looks at an idle ledger
_SURE = 2  # looks in a row that find no entry before the end: in a fail-over one may
_REST = 0.01  # seconds at most between two looks at a busy one

Progress = Callable[[int, int], None]
"""Told the position reached and the one to reach."""

_AT_ONCE = 2
"""Projections that take a batch at the same time: while the database writes, another one folds."""


class Runner:
    """Any number of processes may run it on the same tables.

    A batch and the cursor's move are one transaction, and the cursor's row lock is the lease: one
    process writes a projection at a time, one that dies leaves nothing half done and holds nothing,
    one that hangs loses the lease after `lease_seconds`. `listen_dsn` is a direct DSN for a wake-up
    call; without it the runner looks by itself. `beside` names tables that are not read.
    """

    def __init__(
        self,
        pool: Pool,
        ledger: Ledger,
        *,
        schema: str = "twinledger",
        listen_dsn: str | None = None,
        projections: Sequence[Projection] = PROJECTIONS,
        beside: str = "",
        stops_at_unknown: bool = False,
        batch: int = BATCH,
        lease_seconds: float = 60.0,
    ) -> None:
        self._pool, self._ledger, self._batch = pool, ledger, batch
        self._live = not beside
        self._writers = {
            projection.name: Writer(
                pool,
                ledger,
                projection,
                place_of(projection, schema, beside),
                stops=stops_at_unknown,
                lease_seconds=lease_seconds,
            )
            for projection in projections
        }
        self._places: dict[str, Place] = {
            name: writer.place for name, writer in self._writers.items()
        }
        self._places_to_write = asyncio.Semaphore(_AT_ONCE)
        self._wake_up = WakeUp(listen_dsn, schema)
        self._ready = False

    async def catch_up(self, progress: Progress | None = None, *, to: int | None = None) -> int:
        """Read on to `to`, or to the end that the ledger has now, and return that position.

        Where the ledger's head says that it goes on and no entry stands there, that is the end.
        Waits for another process that is at it. Raises a `ProjectionStopped` when one cannot go
        on; the others have then caught up.
        """
        await self._prepare()
        goal = (await self._ledger.head()).position if to is None else to
        stopped: dict[str, ProjectionStopped] = {}
        looked: set[str] = set()  # also one that is at its goal may stand on a fork
        pause = _SHORTEST
        applied = 0
        missed = 0
        while True:
            known = await self._cursors()
            behind = [
                known[name]
                for name in self._writers
                if name not in stopped and (known[name].position < goal or name not in looked)
            ]
            if progress is not None:
                progress(min(known[name].position for name in self._writers), goal)
            if not behind:
                break
            looked.update(cursor.projection for cursor in behind)
            moved, halted = await self._step(behind, goal)
            stopped.update((error.projection, error) for error in halted)
            applied += sum(min(self._batch, goal - cursor.position) for cursor in moved)
            if not moved:
                if (ends := (await self._ledger.head()).position) < goal:
                    raise Forked(behind[0].projection, goal, ends=ends)
                reached = min(cursor.position for cursor in behind)
                there = reached == goal or await self._ledger.read_after(reached, 1)
                missed = 0 if there else missed + 1
                if missed == _SURE:
                    goal = reached
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST)
        for problem in stopped.values():
            raise problem
        if applied >= self._batch:
            await self._count_rows()
        return goal

    async def run(self, stop: asyncio.Event) -> None:
        """Keep the projections at the end of the ledger until `stop` is set.

        A database that is lost, or lacks the ledger's end, is waited for. Raises a
        `ProjectionStopped` as soon as one cannot go on.
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
                except LOST as error:
                    _log.warning("database_lost", reason=str(error) or type(error).__name__)
                    moved, pause = False, _LONGEST
                except HeadUnsound as error:
                    _log.error("ledger_unsound", reason=str(error))
                    moved, pause = False, _LONGEST
                pause = _SHORTEST if moved else min(2 * pause, _LONGEST)
                if moved:
                    # While acts keep coming, more of them go into one batch.
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
        behind = [
            cursor
            for cursor in (await self._cursors()).values()
            if (cursor.position, cursor.leaf_hash) != (head.position, head.leaf_hash)
        ]
        moved, stopped = await self._step(behind, None)
        for problem in stopped:
            raise problem
        return bool(moved)

    async def _cursors(self) -> dict[str, Cursor]:
        known = await cursors(self._pool, self._places)
        if len(known) < len(self._writers):  # a restore, or somebody, took the tables away
            self._ready = False
            await self._prepare()
            known = await cursors(self._pool, self._places)
        return known

    async def _prepare(self) -> None:
        """Create what is missing, and try once what only another release has failed to follow."""
        if self._ready:
            return
        for name, writer in self._writers.items():
            await ensure(self._pool, writer.place, writer.projection)
            if self._live and (await cursors(self._pool, {name: writer.place}))[name].parked:
                await self._retry(writer)
        self._ready = True

    async def _retry(self, writer: Writer) -> None:
        # Another process is at it; or the next look meets the same, and tells it.
        with suppress(ProjectionBusy, ProjectionStopped):
            await retry(
                self._pool, self._ledger, writer.projection, writer.place, of_other_releases=True
            )

    async def _count_rows(self) -> None:
        """After a load, Postgres plans the first reads by what the tables hold now."""

        async def count(writer: Writer, table: Table) -> None:
            async with self._places_to_write:
                await self._pool.execute(
                    writer.place.sql(f"analyze {{schema}}.{table.name}{{suffix}}"), timeout=600.0
                )

        counted = await asyncio.gather(
            *(
                count(writer, table)
                for writer in self._writers.values()
                for table in writer.projection.tables
            ),
            return_exceptions=True,
        )
        for error in filter(None, counted):
            raise error

    async def _step(
        self, behind: Sequence[Cursor], goal: int | None
    ) -> tuple[list[Cursor], list[ProjectionStopped]]:
        """Have each apply its next batch. Those that did, and why others cannot go on.

        Projections that stand together read the batch once. One is missing in both answers where
        there is none for it, or another process has the lease.
        """
        together: dict[tuple[int, bytes], list[Cursor]] = {}
        for cursor in behind:
            together.setdefault((cursor.position, cursor.leaf_hash), []).append(cursor)
        moved: list[Cursor] = []
        stopped: list[ProjectionStopped] = []
        for cursors_there in together.values():
            try:
                batch = await self._read(cursors_there[0], goal)
            except Forked as error:
                # In a fail-over between the two looks the cursor may be lost with the event.
                known = await self._cursors()
                stopped += [
                    error.of(cursor.projection)
                    for cursor in cursors_there
                    if known[cursor.projection] == cursor
                ]
                continue
            if not batch:
                continue
            taken = await asyncio.gather(
                *(self._take(cursor, batch) for cursor in cursors_there), return_exceptions=True
            )
            for cursor, outcome in zip(cursors_there, taken, strict=True):
                if isinstance(outcome, ProjectionStopped):
                    stopped.append(outcome)
                elif isinstance(outcome, BaseException):
                    raise outcome
                elif outcome:
                    moved.append(cursor)
        return moved, stopped

    async def _read(self, cursor: Cursor, goal: int | None) -> tuple[Read, ...]:
        limit = self._batch if goal is None else min(self._batch, goal - cursor.position)
        return await read_after(self._ledger, cursor, max(0, limit))

    async def _take(self, cursor: Cursor, batch: tuple[Read, ...]) -> bool:
        async with self._places_to_write:
            return await self._writers[cursor.projection].take(cursor, batch)


__all__ = ["BATCH", "Runner"]
