"""How far a projection has read, and what it stood on there."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import asyncpg
import msgspec
from msgspec import Struct

from domain.ports import Recorded
from projections.projection import Connection, Place, Pool, Projection, place_of

_TABLES = (Path(__file__).parent / "cursor.sql").read_text(encoding="utf-8")

# Creating tables is rare; the lock lets of several starters one do it and the others find it done.
_ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtextextended($1, 0))"

_EXISTS = "select to_regclass($1) is not null"
_COLUMNS = "projection, version, position, leaf_hash, counted"
_READ = f"""
    select {_COLUMNS} from {{schema}}.projection_cursor
    where (projection, suffix) in (select * from unnest($1::text[], $2::text[]))
"""
# A hung holder loses the lease with its connection; a busy cursor is left to who has it. What a
# crash takes away of the read models and their cursor is read again, so no batch waits for a flush.
_LEASE = f"""
    select {_COLUMNS}, set_config('idle_in_transaction_session_timeout', $3, true),
           set_config('synchronous_commit', 'off', true)
    from {{schema}}.projection_cursor where projection = $1 and suffix = $2
    for update skip locked
"""
_MOVE = """
    update {schema}.projection_cursor set position = $3, leaf_hash = $4, counted = $5::text::jsonb
    where projection = $1 and suffix = $2
"""
_IS_RECORDED = """
    select exists (select from {ledger}.event where position = $1 and leaf_hash = $2)
"""
_FORGET = """
    with parked as (delete from {schema}.projection_parked where projection = $1 and suffix = $2)
    delete from {schema}.projection_cursor where projection = $1 and suffix = $2
"""
_BEGIN = """
    insert into {schema}.projection_cursor
        (projection, suffix, version, position, leaf_hash, counted, tables)
    values ($1, $2, $3, 0, decode(repeat('00', 32), 'hex'), '{}', $4)
"""


class Cursor(Struct, frozen=True):
    """Position 0 and 32 zero bytes before the first event. `counted` is by storage tag.

    Events that are parked are not counted; positions are dense, so `position` is counted + parked.
    """

    projection: str
    version: int
    position: int
    leaf_hash: bytes
    counted: dict[str, int]

    @property
    def parked(self) -> int:
        """How many events up to here wait."""
        return self.position - sum(self.counted.values())

    def after(self, batch: Sequence[Recorded], parked: Iterable[str] = ()) -> "Cursor":
        """The cursor when `batch`, the events that follow it, was applied, but for `parked`: the
        types of those that were not.
        """
        counted = Counter(self.counted) + Counter(event.type for event in batch)
        last = batch[-1]
        return Cursor(
            self.projection,
            self.version,
            last.position,
            last.leaf_hash,
            dict(counted - Counter(parked)),
        )

    def with_more(self, recorded: Iterable[Recorded]) -> "Cursor":
        """The cursor when events before it, that were parked, have been applied after all."""
        counted = Counter(self.counted) + Counter(event.type for event in recorded)
        return Cursor(self.projection, self.version, self.position, self.leaf_hash, dict(counted))


async def cursors(
    connection: "Pool | Connection", places: Mapping[str, Place]
) -> dict[str, Cursor]:
    """The cursors of these projections in these places; none where the runner has never been."""
    place = next(iter(places.values()), None)
    if place is None or not await connection.fetchval(_EXISTS, f"{place.views}.projection_cursor"):
        return {}
    suffixes = [one.suffix for one in places.values()]
    rows = await connection.fetch(place.sql(_READ), list(places), suffixes)
    return {row["projection"]: _cursor(row) for row in rows}


def live_places(projections: Iterable[Projection], schema: str) -> dict[str, Place]:
    """Where each projection of this release is read."""
    return {projection.name: place_of(projection, schema) for projection in projections}


async def lease(
    connection: Connection, place: Place, projection: str, *, seconds: float = 60.0
) -> Cursor | None:
    """The cursor, locked until the end of the transaction; None while another process has it.

    A holder from which the database hears nothing for `seconds` loses it, with its connection.
    """
    row = await connection.fetchrow(
        place.sql(_LEASE), projection, place.suffix, f"{seconds * 1000:.0f}ms"
    )
    return None if row is None else _cursor(row)


async def is_recorded(connection: Connection, place: Place, event: Recorded) -> bool:
    """Whether the server on which the lease is held has this event, and so those before it."""
    sql = _IS_RECORDED.replace("{ledger}", place.schema)
    return bool(await connection.fetchval(sql, event.position, event.leaf_hash))


async def move(connection: Connection, place: Place, cursor: Cursor) -> None:
    """In the transaction that wrote what the cursor now counts."""
    await connection.execute(
        place.sql(_MOVE),
        cursor.projection,
        place.suffix,
        cursor.position,
        cursor.leaf_hash,
        msgspec.json.encode(cursor.counted).decode(),
    )


async def ensure(pool: Pool, place: Place, projection: Projection) -> None:
    """Create what is missing; what is there stays."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(_ONE_AT_A_TIME, place.views)
        await connection.execute(place.sql(_TABLES))
        if not await cursors(connection, {projection.name: place}):
            await create(connection, place, projection)


async def create(connection: Connection, place: Place, projection: Projection) -> None:
    """Empty tables with a cursor at 0, in place of what was there."""
    names = [place.table(table.name) for table in projection.tables]
    await drop(connection, place, projection.name, names)
    await connection.execute(place.sql(projection.sql))
    await connection.execute(
        place.sql(_BEGIN), projection.name, place.suffix, projection.version, names
    )


async def drop(
    connection: Connection, place: Place, projection: str, tables: Iterable[str]
) -> None:
    """Remove the tables of these whole names, the cursor, and what is parked there."""
    for table in tables:
        await connection.execute(f"drop table if exists {place.views}.{table}")
    await connection.execute(place.sql(_FORGET), projection, place.suffix)


def _cursor(row: asyncpg.Record) -> Cursor:
    return Cursor(
        row["projection"],
        row["version"],
        row["position"],
        row["leaf_hash"],
        msgspec.json.decode(row["counted"], type=dict[str, int]),
    )
