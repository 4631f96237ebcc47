"""All rows and all columns of a projection as one digest, and where two builds differ."""

import hashlib

import msgspec
from msgspec import Struct

from projections.cursor import Cursor
from projections.projection import Connection, Place, Projection, Table

_LONG = 3600.0  # seconds; a large table is read whole
_SHOWN = 20
"""Differences that are named; all are counted."""

# The row as the server sends it in binary has every column, however values are written as text. The
# server hashes it, so that one value a table travels.
_TABLE = """
    select sha256(coalesce(string_agg(hash, ''::bytea order by {key}), ''::bytea))
    from (
        select {key}, sha256(record_send(t)) as hash from {{schema}}.{table}{{suffix}} t
        offset 0 -- so that keys and hashes are sorted, not whole rows
    ) rows
"""
# Byte by byte, so that also equal values that are written in two ways differ.
_DIFFERENT = """
    with different as (
        select {key}, case when live_row.{first} is null then 'was missing'
                           when built_row.{first} is null then 'was too many'
                           else 'was another' end as what
        from {schema}.{live} live_row full join {schema}.{built} built_row using ({key})
        where live_row.{first} is null or built_row.{first} is null or live_row *<> built_row
    )
    select array[{key}]::text[] as key, what, count(*) over () as count
    from different order by {key} limit $1
"""


class Difference(Struct, frozen=True):
    """A row that only one build has, or that differs."""

    table: str
    key: tuple[str, ...]
    what: str


async def digest(
    connection: Connection, place: Place, projection: Projection, cursor: Cursor
) -> str:
    """SHA-256 over the cursor with its counters and every row of every table, in order of keys.

    Call it in a transaction; at REPEATABLE READ the digest is of one moment.
    """
    whole = hashlib.sha256(msgspec.json.encode(cursor, order="deterministic"))
    for table in projection.tables:
        sql = place.sql(_TABLE.format(key=", ".join(table.key), table=table.name))
        rows: bytes = await connection.fetchval(sql, timeout=_LONG)
        whole.update(table.name.encode() + b"\n" + rows)
    return whole.hexdigest()


async def differences(
    connection: Connection, live: Place, built: Place, projection: Projection
) -> tuple[int, tuple[Difference, ...]]:
    """How many rows of `built` and `live` are not the same, and the first of them by key."""
    count, shown = 0, list[Difference]()
    for table in projection.tables:
        rows = await connection.fetch(_different(table, live, built), _SHOWN, timeout=_LONG)
        count += rows[0]["count"] if rows else 0
        shown += [Difference(table.name, tuple(row["key"]), row["what"]) for row in rows]
    return count, tuple(shown[:_SHOWN])


def _different(table: Table, live: Place, built: Place) -> str:
    return _DIFFERENT.format(
        schema=live.views,
        live=live.table(table.name),
        built=built.table(table.name),
        key=", ".join(table.key),
        first=table.key[0],
    )
