"""How far a projection has read, and what it stood on there."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import msgspec
from msgspec import Struct

from domain.ports import Recorded
from projections.errors import ProjectionIsNewer
from projections.projection import Connection, Place, Pool, Projection

_TABLE = (Path(__file__).parent / "cursor.sql").read_text(encoding="utf-8")

# Creating tables is rare; the lock lets of several starters one do it and the others find it done.
_ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtextextended($1, 0))"

_EXISTS = "select to_regclass($1) is not null"
_COLUMNS = "projection, version, position, leaf_hash, counted"
_READ = f"select {_COLUMNS} from {{schema}}.projection_cursor where suffix = $1"
# A hung holder loses the lease with its connection; a busy cursor is left to who has it.
_LEASE = f"""
    select {_COLUMNS}, set_config('idle_in_transaction_session_timeout', '60s', true)
    from {{schema}}.projection_cursor where projection = $1 and suffix = $2
    for update skip locked
"""
_MOVE = """
    update {schema}.projection_cursor set position = $3, leaf_hash = $4, counted = $5::text::jsonb
    where projection = $1 and suffix = $2
"""
_BEGIN = """
    insert into {schema}.projection_cursor
        (projection, suffix, version, position, leaf_hash, counted)
    values ($1, $2, $3, 0, decode(repeat('00', 32), 'hex'), '{}')
    on conflict (projection, suffix) do update set version = excluded.version,
        position = excluded.position, leaf_hash = excluded.leaf_hash, counted = excluded.counted
"""


class Cursor(Struct, frozen=True):
    """Position 0 and 32 zero bytes before the first event. `counted` is by storage tag."""

    projection: str
    version: int
    position: int
    leaf_hash: bytes
    counted: dict[str, int]

    def after(self, batch: Sequence[Recorded]) -> "Cursor":
        """The cursor when `batch`, the events that follow it, has been applied."""
        counted = Counter(self.counted) + Counter(event.type for event in batch)
        last = batch[-1]
        return Cursor(self.projection, self.version, last.position, last.leaf_hash, dict(counted))


async def cursors(connection: "Pool | Connection", place: Place) -> dict[str, Cursor]:
    """All cursors with this suffix, by projection; none where the runner has never been."""
    if not await connection.fetchval(_EXISTS, f"{place.views}.projection_cursor"):
        return {}
    rows = await connection.fetch(place.sql(_READ), place.suffix)
    return {row["projection"]: _cursor(row) for row in rows}


async def lease(connection: Connection, place: Place, projection: str) -> Cursor | None:
    """The cursor, locked until the end of the transaction; None while another process has it."""
    row = await connection.fetchrow(place.sql(_LEASE), projection, place.suffix)
    return None if row is None else _cursor(row)


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
    """Create what is missing. Tables of an older version are emptied and begin again at 0.

    Raises `ProjectionIsNewer` where a newer release has built them.
    """
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(_ONE_AT_A_TIME, place.views)
        await connection.execute(place.sql(_TABLE))
        known = (await cursors(connection, place)).get(projection.name)
        if known and known.version == projection.version:
            return
        if known and known.version > projection.version:
            raise ProjectionIsNewer(
                projection.name, known.position, built=known.version, known=projection.version
            )
        await create(connection, place, projection)


async def create(connection: Connection, place: Place, projection: Projection) -> None:
    """Empty tables with a cursor at 0, in place of what was there."""
    await drop(connection, place, projection)
    await connection.execute(place.sql(projection.sql))
    await connection.execute(place.sql(_BEGIN), projection.name, place.suffix, projection.version)


async def drop(connection: Connection, place: Place, projection: Projection) -> None:
    """Remove the tables; the cursor stays."""
    for table in projection.tables:
        await connection.execute(
            place.sql(f"drop table if exists {{schema}}.{table.name}{{suffix}}")
        )


def _cursor(row: asyncpg.Record) -> Cursor:
    return Cursor(
        row["projection"],
        row["version"],
        row["position"],
        row["leaf_hash"],
        msgspec.json.decode(row["counted"], type=dict[str, int]),
    )
