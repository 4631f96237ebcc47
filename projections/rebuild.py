"""Builds projections anew beside the live ones, compares both, and swaps.

The live tables go on being read and written all the while. Only the swap itself locks them, for the
moment of renaming; a reader that comes then waits, and finds the new tables.
"""

import asyncio
from collections.abc import Callable, Sequence
from time import monotonic

import asyncpg
from msgspec import Struct
from msgspec.structs import replace

from domain.ports import Ledger
from domain.refusals import NotFound
from projections.all import PROJECTIONS
from projections.cursor import cursors, ensure, lease
from projections.digest import Difference, differences, digest
from projections.errors import AlreadyRebuilding, ProjectionStopped
from projections.projection import Place, Pool, Projection
from projections.runner import Runner
from projections.shadow import begin, remove, swap_in

_BESIDE = "_rebuild"

# Held for the whole rebuild by a transaction that does nothing else, so that a killed rebuild holds
# nothing. It has no snapshot and no rows, so it keeps nothing from being cleaned up either.
_ONE_AT_A_TIME = "select pg_try_advisory_xact_lock(hashtextextended($1, 0))"
_STAY = "select set_config('idle_in_transaction_session_timeout', '0', true)"

_SWAP_WAITS = "select set_config('lock_timeout', '300ms', true)"
_SWAP_TRIES = 200

Progress = Callable[[int, int], None]


class Rebuilt(Struct, frozen=True):
    """`digest_live` is None where the live tables stood on a fork or could not be read on.

    Both digests are over all rows and columns at `position`. Where they differ, the rebuilt tables
    are what the ledger says; `differences` names the first rows of `different_rows`.
    """

    projection: str
    position: int
    digest: str
    digest_live: str | None
    different_rows: int = 0
    differences: tuple[Difference, ...] = ()
    events: int = 0
    seconds: float = 0.0

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
    projections: Sequence[Projection] = PROJECTIONS,
) -> tuple[Rebuilt, ...]:
    """Rebuild the projections of these names, all of them where none is given, one by one.

    Raises `NotFound` for a name that there is not, `AlreadyRebuilding` where another process is at
    it. Live reads never fail. A rebuild that was killed is begun again from 0.
    """
    known = {projection.name: projection for projection in projections}
    for name in names:
        if name not in known:
            raise NotFound("projection", name, f"There are: {', '.join(known)}.")
    wanted = names or tuple(known)
    return tuple([await _rebuild(pool, ledger, schema, known[n], progress) for n in wanted])


async def _rebuild(
    pool: Pool, ledger: Ledger, schema: str, projection: Projection, progress: Progress | None
) -> Rebuilt:
    live, beside = Place(schema), Place(schema, _BESIDE)
    begun = monotonic()
    async with pool.acquire() as guard, guard.transaction():
        await guard.execute(_STAY)
        if not await guard.fetchval(_ONE_AT_A_TIME, f"{live.views}.{projection.name}{_BESIDE}"):
            raise AlreadyRebuilding(projection.name)
        await ensure(pool, live, projection)
        await begin(pool, beside, projection)
        build = _Build(pool, ledger, projection, live, beside)
        events = await build.runner.catch_up(progress)
        compared = await build.compared()
        await build.swap()
        await remove(pool, beside, projection)
    return replace(compared, events=events, seconds=monotonic() - begun)


class _Build:
    """One projection, live and beside."""

    def __init__(
        self, pool: Pool, ledger: Ledger, projection: Projection, live: Place, beside: Place
    ) -> None:
        self._pool, self._ledger, self._projection = pool, ledger, projection
        self._live, self._beside = live, beside
        self.runner = self._runner(beside)

    async def compared(self) -> Rebuilt:
        """Both at one position: the live tables in a snapshot, the others read on to there."""
        comparable = await self._live_has_caught_up()
        async with (
            self._pool.acquire() as one,
            one.transaction(isolation="repeatable_read"),
        ):
            was = (await cursors(one, self._live))[self._projection.name]
            if comparable:
                await self.runner.catch_up(to=was.position)
            # Nobody else writes the tables beside, so they stay as they are now.
            async with (
                self._pool.acquire() as other,
                other.transaction(isolation="repeatable_read"),
            ):
                built = (await cursors(other, self._beside))[self._projection.name]
                new = await digest(other, self._beside, self._projection, built)
                found = Rebuilt(self._projection.name, built.position, new, None)
                if not comparable:
                    return found
                old = await digest(one, self._live, self._projection, was)
                if old == new:
                    return replace(found, digest_live=old)
                count, rows = await differences(
                    one, other, self._live, self._beside, self._projection
                )
                return replace(found, digest_live=old, different_rows=count, differences=rows)

    async def swap(self) -> None:
        """Under the live cursor's lease: read on to where the live tables stand, then rename.

        A long report holds the live tables; instead of making all readers queue behind this waiting
        swap, it gives up soon and tries again.
        """
        for _ in range(_SWAP_TRIES):
            try:
                async with self._pool.acquire() as connection, connection.transaction():
                    await connection.execute(_SWAP_WAITS)
                    held = await lease(connection, self._live, self._projection.name)
                    if held is not None:
                        # Live tables on a fork may stand beyond the end of this ledger.
                        head = (await self._ledger.head()).position
                        await self.runner.catch_up(to=min(held.position, head))
                        await swap_in(connection, self._live, self._beside, self._projection)
                        return
            except asyncpg.LockNotAvailableError:
                pass
            await asyncio.sleep(0.1)
        raise TimeoutError(f"The live {self._projection.name} was never free for the swap.")

    async def _live_has_caught_up(self) -> bool:
        """Whether the live tables stand at least as far; those on a fork never will."""
        try:
            await self._runner(self._live).catch_up()
        except ProjectionStopped:
            return False
        return True

    def _runner(self, place: Place) -> Runner:
        return Runner(
            self._pool,
            self._ledger,
            schema=place.schema,
            suffix=place.suffix,
            projections=[self._projection],
        )
