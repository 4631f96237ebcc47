"""The tables beside the live ones: created empty, put in their place, removed."""

from projections.cursor import create, drop
from projections.projection import Connection, Place, Pool, Projection

_FORGET = "delete from {schema}.projection_cursor where projection = $1 and suffix = $2"
_SWAP_CURSOR = """
    update {schema}.projection_cursor c
    set position = b.position, leaf_hash = b.leaf_hash, counted = b.counted, version = b.version
    from {schema}.projection_cursor b
    where c.projection = $1 and c.suffix = $2 and b.projection = $1 and b.suffix = $3
"""


async def begin(pool: Pool, beside: Place, projection: Projection) -> None:
    """Empty tables beside, in place of what a killed rebuild left."""
    async with pool.acquire() as connection, connection.transaction():
        await create(connection, beside, projection)


async def remove(pool: Pool, beside: Place, projection: Projection) -> None:
    """Nothing is left beside."""
    async with pool.acquire() as connection, connection.transaction():
        await drop(connection, beside, projection)
        await connection.execute(beside.sql(_FORGET), projection.name, beside.suffix)


async def swap_in(
    connection: Connection, live: Place, beside: Place, projection: Projection
) -> None:
    """The tables beside become the live ones, in the caller's transaction.

    What was live is dropped: it can be built again at any time.
    """
    await drop(connection, live, projection)
    for table in projection.tables:
        await connection.execute(
            f"alter table {beside.views}.{beside.table(table.name)} "
            f"rename to {live.table(table.name)}"
        )
    await connection.execute(live.sql(_SWAP_CURSOR), projection.name, live.suffix, beside.suffix)
