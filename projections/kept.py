"""What was live before: kept beside, brought back, or forgotten."""

from collections.abc import Sequence

from msgspec import Struct

from domain.ports import Ledger
from domain.refusals import NotFound
from projections.all import PROJECTIONS
from projections.cursor import cursors, drop
from projections.projection import Connection, Place, Pool, Projection, place_of
from projections.rebuild import named
from projections.shadow import BEFORE, Beside, alone

_KEPT = """
    select suffix, version, tables, position from {schema}.projection_cursor
    where projection = $1 and version <= $2 and suffix <> $3 order by version, suffix
"""
# Not there before a release that keeps tables has run.
_NOTED = """
    select exists (
        select from pg_attribute where attrelid = to_regclass($1) and attname = 'tables'
    )
"""
_SOON = "select set_config('lock_timeout', '5s', true)"


class Kept(Struct, frozen=True):
    """Tables that this release does not read: those before the last swap, or of an older version.

    An older release that still runs reads the latter.
    """

    projection: str
    version: int
    position: int
    tables: tuple[str, ...]
    suffix: str


async def roll_back(
    pool: Pool,
    ledger: Ledger,
    schema: str,
    names: Sequence[str],
    *,
    projections: Sequence[Projection] = PROJECTIONS,
) -> tuple[int, ...]:
    """Bring back the tables before the last swap, and keep those of now in their place.

    They are first brought to where the live ones stand, so nothing is lost; that position is the
    answer, one for each name. Raises `NotFound` where none are kept, `AlreadyRebuilding`, and
    `ProjectionStopped` where they cannot be read on.
    """
    found = []
    for projection in named(names, projections):
        one = Beside(pool, ledger, schema, projection)
        async with alone(pool, [one]):
            before = {projection.name: one.place(BEFORE)}
            if not await cursors(pool, before):
                raise NotFound(
                    "former table of the projection",
                    projection.name,
                    "A rebuild keeps one until the next rebuild, or until it is forgotten.",
                )
            runner = one.runner(BEFORE)
            await runner.catch_up()
            await one.swap(BEFORE, runner)
            back = await cursors(pool, {projection.name: one.live})
            found.append(back[projection.name].position)
    return tuple(found)


async def kept(
    pool: "Pool | Connection", schema: str, projections: Sequence[Projection] = PROJECTIONS
) -> tuple[Kept, ...]:
    """All that could be forgotten."""
    if not await pool.fetchval(_NOTED, f"{Place(schema).views}.projection_cursor"):
        return ()
    found = []
    for projection in projections:
        live = place_of(projection, schema)
        for row in await pool.fetch(
            live.sql(_KEPT), projection.name, projection.version, live.suffix
        ):
            # A release that did not note its tables called them by their bare names.
            tables = row["tables"] or [table.name for table in projection.tables]
            found.append(
                Kept(projection.name, row["version"], row["position"], tuple(tables), row["suffix"])
            )
    return tuple(found)


async def forget(
    pool: Pool,
    ledger: Ledger,
    schema: str,
    names: Sequence[str] = (),
    *,
    projections: Sequence[Projection] = PROJECTIONS,
) -> tuple[Kept, ...]:
    """Remove what is kept of these projections, and say what that was.

    Call it when no older release runs any more: it would build its tables again, from the first
    entry on. Raises `NotFound` for a name that there is not, `AlreadyRebuilding`.
    """
    found: list[Kept] = []
    for projection in named(names, projections):
        async with (
            alone(pool, [Beside(pool, ledger, schema, projection)]),
            pool.acquire() as connection,
            connection.transaction(),
        ):
            await connection.execute(_SOON)
            for one in await kept(connection, schema, [projection]):
                place = Place(schema, one.suffix)
                await drop(connection, place, projection.name, one.tables)
                found.append(one)
    return tuple(found)
