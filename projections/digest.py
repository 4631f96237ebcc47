"""All rows and all columns of a projection as one digest, and where two builds differ."""

import hashlib
from collections.abc import AsyncIterator

import msgspec
from msgspec import Struct

from projections.cursor import Cursor
from projections.projection import Connection, Place, Projection, Table

_AT_A_TIME = 2000
_LONG = 3600.0  # seconds; a large table is read whole
_SHOWN = 20
"""Differences that are named; all are counted."""

# The text of a row has every column. Postgres hashes it, so that 40 bytes a row travel.
_ROWS = """
    select array[{key}]::text[] as key, sha256(convert_to(t::text, 'UTF8')) as hash
    from {{schema}}.{table}{{suffix}} t order by {key}
"""
# The same over a whole table, so that one value travels.
_TABLE = """
    select sha256(coalesce(
        string_agg(sha256(convert_to(t::text, 'UTF8')), ''::bytea order by {key}), ''::bytea
    )) from {{schema}}.{table}{{suffix}} t
"""
# How a row is written as text depends on these, and a server may be set up otherwise.
_ONE_SPELLING = """
    select set_config('bytea_output', 'hex', true), set_config('datestyle', 'ISO, YMD', true),
           set_config('timezone', 'UTC', true), set_config('extra_float_digits', '1', true)
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
    await connection.execute(_ONE_SPELLING)
    whole = hashlib.sha256(msgspec.json.encode(cursor, order="deterministic"))
    for table in projection.tables:
        rows: bytes = await connection.fetchval(_filled(_TABLE, place, table), timeout=_LONG)
        whole.update(table.name.encode() + b"\n" + rows)
    return whole.hexdigest()


async def differences(
    live: Connection, beside: Connection, place: Place, other: Place, projection: Projection
) -> tuple[int, tuple[Difference, ...]]:
    """How many rows differ, and the first of them by key."""
    count, shown = 0, list[Difference]()
    for connection in (live, beside):
        await connection.execute(_ONE_SPELLING)
    for table in projection.tables:
        old = {key: row async for key, row in _rows(live, place, table)}
        async for key, row in _rows(beside, other, table):
            was = old.pop(key, None)
            if was == row:
                continue
            count += 1
            what = "was missing" if was is None else "was another"
            if len(shown) < _SHOWN:
                shown.append(Difference(table.name, key, what))
        count += len(old)
        too_many = [Difference(table.name, key, "was too many") for key in sorted(old)]
        shown += too_many[: _SHOWN - len(shown)]
    return count, tuple(shown)


async def _rows(
    connection: Connection, place: Place, table: Table
) -> AsyncIterator[tuple[tuple[str, ...], bytes]]:
    async for row in connection.cursor(_filled(_ROWS, place, table), prefetch=_AT_A_TIME):
        yield tuple(row["key"]), row["hash"]


def _filled(sql: str, place: Place, table: Table) -> str:
    return place.sql(sql.format(key=", ".join(table.key), table=table.name))
