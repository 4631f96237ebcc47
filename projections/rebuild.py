"""Builds projections anew beside the live ones, all of them in one reading, compares, and swaps.

The live tables go on being read and written all the while. Only the swap itself locks them, for the
moment of renaming; a reader that comes then waits, and finds the new tables. What was live is kept
beside, to go back to (`kept.py`).
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from time import monotonic
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from domain.ports import Ledger
from domain.refusals import NotFound
from projections.all import PROJECTIONS
from projections.cursor import Cursor, cursors, ensure
from projections.digest import Difference, differences, digest
from projections.errors import EntriesMissing, ProjectionBusy, ProjectionStopped, ShowsLess
from projections.parked import parked_in
from projections.projection import Connection, Place, Pool, Projection
from projections.runner import Runner
from projections.shadow import REBUILT, Beside, alone, staying

A = TypeVar("A")
B = TypeVar("B")

Progress = Callable[[int, int], None]


class Rebuilt(Struct, frozen=True):
    """`digest_live` is None where the live tables stood on a fork or could not be read on.

    Both digests are over all rows and columns at `position`. Where they differ, the rebuilt tables
    are what the ledger says; `differences` names the first rows of `different_rows`. `parked` and
    `parked_live` say how many events wait in each, `seconds` after what time it was in its place.
    """

    projection: str
    position: int
    digest: str
    digest_live: str | None
    different_rows: int = 0
    differences: tuple[Difference, ...] = ()
    events: int = 0
    seconds: float = 0.0
    parked: int = 0
    parked_live: int = 0

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return self.digest_live in (None, self.digest)


async def rebuild(
    pool: Pool,
    ledger: Ledger,
    schema: str,
    names: Sequence[str] = (),
    progress: Progress | None = None,
    *,
    anyway: bool = False,
    projections: Sequence[Projection] = PROJECTIONS,
) -> tuple[Rebuilt, ...]:
    """Rebuild the projections of these names, all of them where none is given, in one reading.

    Raises `NotFound` for a name that there is not, `AlreadyRebuilding` where another process is at
    one of them, `UnknownEvent` where this release does not know all that is recorded, and, but for
    `anyway`, `ShowsLess` where something would wait that does not wait now, and `EntriesMissing`
    where the ledger lacks entries in between; then all stays as it was. Live reads never fail. A
    rebuild that was killed is begun again from 0.
    """
    begun = monotonic()
    chosen = named(names, projections)
    besides = [Beside(pool, ledger, schema, projection) for projection in chosen]
    done: list[Rebuilt] = []
    async with alone(pool, besides):
        for one in besides:
            await ensure(pool, one.live, one.projection)
            await one.begin()
        try:
            building = Runner(
                pool,
                ledger,
                schema=schema,
                projections=chosen,
                beside=REBUILT,
                stops_at_unknown=True,
            )
            events = await building.catch_up(progress)
            if not anyway:
                for one in besides:  # before the first of them is swapped
                    await _require_as_much(one)
            for one in besides:
                runner = one.runner(REBUILT, stops_at_unknown=True)
                compared = await _compared(one, runner)
                await one.swap(REBUILT, runner)
                done.append(replace(compared, events=events, seconds=monotonic() - begun))
        except (ProjectionStopped, ProjectionBusy):
            for one in besides[len(done) :]:
                await one.remove(REBUILT)
            raise
    return tuple(done)


def named(names: Sequence[str], projections: Sequence[Projection]) -> tuple[Projection, ...]:
    """The projections of these names, all where none is given. Raises `NotFound`."""
    known = {projection.name: projection for projection in projections}
    for name in names:
        if name not in known:
            raise NotFound("projection", name, f"There are: {', '.join(known)}.")
    return tuple(known[name] for name in names or known)


async def _require_as_much(one: Beside) -> None:
    """Raise `ShowsLess` where an entry waits that does not wait in what is live (where that stands
    on a fork, where any waits), and `EntriesMissing`.
    """
    name = one.projection.name
    built = (await cursors(one.pool, {name: one.place(REBUILT)}))[name]
    waiting = {parked.position for parked in await parked_in(one.pool, one.place(REBUILT), name)}
    if missing := built.parked - len(waiting):
        raise EntriesMissing(name, built.position, missing)
    if waiting and await _caught_up(one.runner()):
        waiting -= {parked.position for parked in await parked_in(one.pool, one.live, name)}
    if waiting:
        raise ShowsLess(name, built.position, sorted(waiting))


async def _compared(one: Beside, runner: Runner) -> Rebuilt:
    """Both at one position and of one moment."""
    comparable = await _caught_up(one.runner())
    beside = one.place(REBUILT)
    async with staying(one.pool, isolation="repeatable_read") as here:
        if not comparable:
            built = await _cursor(here, beside, one.projection)
            new = await digest(here, beside, one.projection, built)
            return Rebuilt(one.projection.name, built.position, new, None, parked=built.parked)
        async with one.standing(runner):
            # The first look decides what this transaction sees: both tables as they stand now.
            was = await _cursor(here, one.live, one.projection)
        built = await _cursor(here, beside, one.projection)
        # Nobody else writes the tables beside, so they stay as they are now.
        async with staying(one.pool, isolation="repeatable_read") as there:
            new, (count, rows) = await _both(
                digest(there, beside, one.projection, built),
                differences(here, one.live, beside, one.projection),
            )
        # Where no row and no count differs, neither does the digest.
        same = count == 0 and built == was
        return Rebuilt(
            one.projection.name,
            built.position,
            new,
            new if same else await digest(here, one.live, one.projection, was),
            count,
            rows,
            parked=built.parked,
            parked_live=was.parked,
        )


async def _both(one: Coroutine[Any, Any, A], other: Coroutine[Any, Any, B]) -> tuple[A, B]:
    """Side by side. Neither is still at work when this ends, however it ends."""
    tasks = asyncio.create_task(one), asyncio.create_task(other)
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def _cursor(connection: Connection, place: Place, projection: Projection) -> Cursor:
    return (await cursors(connection, {projection.name: place}))[projection.name]


async def _caught_up(live: Runner) -> bool:
    """Whether the live tables stand at least as far; those on a fork never will."""
    try:
        await live.catch_up()
    except ProjectionStopped:
        return False
    return True
