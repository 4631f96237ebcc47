"""The timeline as the pages and the command line read it."""

from collections.abc import Iterable

import asyncpg
import msgspec
from msgspec.structs import replace

from projections.projection import Place, Pool
from projections.views import TimelineItem

# What an entry was corrected by: the latest correction that names it, as known at the position.
_OF = """
    select t.item, c.position as corrected_by
    from {schema}.timeline_item{suffix} t
    left join lateral (
        select position from {schema}.timeline_item{suffix} k
        where k.corrects = t.position and ($2::bigint is null or k.position <= $2)
        order by position desc limit 1
    ) c on true
    where t.partnership = $1 and ($2::bigint is null or t.position <= $2)
    order by t.position
"""
_RECENT = """
    select t.item, c.position as corrected_by
    from {schema}.timeline_item{suffix} t
    left join lateral (
        select position from {schema}.timeline_item{suffix} k
        where k.corrects = t.position order by position desc limit 1
    ) c on true
    order by t.position desc limit $1
"""
_DECODER = msgspec.json.Decoder(TimelineItem)


class PostgresTimeline:
    """A `projections.views.Timeline` on the tables that `Runner` fills."""

    def __init__(self, pool: Pool, *, schema: str = "twinledger") -> None:
        self._pool = pool
        place = Place(schema)
        self._of, self._recent = place.sql(_OF), place.sql(_RECENT)

    async def of(
        self, partnership: str, *, position: int | None = None
    ) -> tuple[TimelineItem, ...]:
        return _items(await self._pool.fetch(self._of, partnership, position))

    async def recent(self, limit: int) -> tuple[TimelineItem, ...]:
        return _items(await self._pool.fetch(self._recent, limit))


def _items(rows: Iterable[asyncpg.Record]) -> tuple[TimelineItem, ...]:
    return tuple(
        replace(_DECODER.decode(row["item"]), corrected_by=row["corrected_by"]) for row in rows
    )
