"""Versions in a table: each holds from its position up to, not including, that of the next one."""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from projections.projection import Connection, Place, Table

FOR_EVER = 2**63 - 1
"""The `to_position` of what is known now."""

_END = f"""
    update {{schema}}.{{table}} v set to_position = n.position
    from unnest($1::text[], $2::bigint[]) n (key, position)
    where v.{{key}} = n.key and v.to_position = {FOR_EVER}
"""


class Version(Protocol):
    """What was known from the entry at position `version` on."""

    @property
    def version(self) -> int: ...


V = TypeVar("V", bound=Version)


def with_ends(versions: Sequence[V]) -> Iterator[tuple[V, int]]:
    """Each of the versions of one thing with the position up to which it holds."""
    ends = (later.version for later in versions[1:])
    return zip(versions, (*ends, FOR_EVER), strict=True)


async def add_versions(
    connection: Connection,
    place: Place,
    table: Table,
    columns: Sequence[str],
    rows: Collection[tuple[object, ...]] | AsyncIterator[tuple[object, ...]],
    *,
    ended: Mapping[str, int],
) -> None:
    """Put `rows` into `table`; what was known now of each key in `ended` holds up to there.

    The key is the first column of the table's own.
    """
    name = place.table(table.name)
    if ended:
        sql = _END.format(schema=place.views, table=name, key=table.key[0])
        await connection.execute(sql, list(ended), list(ended.values()))
    await connection.copy_records_to_table(
        name, schema_name=place.views, columns=columns, records=rows
    )
