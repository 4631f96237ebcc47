"""The timeline as the pages and the command line read it."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Literal, get_args

import asyncpg
import msgspec
from msgspec.structs import replace

from domain.history import EVENT_TYPES
from domain.values import Body
from projections.projection import Place, Pool, place_of
from projections.register.names import key
from projections.timeline import queries
from projections.timeline.projection import TimelineProjection
from projections.views import ItemKind, LogEntry, LogFilters, LogPage, TimelineItem

_AT_A_TIME = 500
"""Entries that a stream holds in memory."""
_OUR_WORDS = frozenset((*get_args(ItemKind), *EVENT_TYPES, *get_args(Body)))
_DECODER = msgspec.json.Decoder(TimelineItem)


class PostgresTimeline:
    """A `projections.views.Timeline` on the tables that `Runner` fills."""

    def __init__(self, pool: Pool, *, schema: str = "twinledger") -> None:
        self._pool, self._place = pool, place_of(TimelineProjection(), schema)
        self._of = self._place.sql(queries.OF)
        self._count_of = self._place.sql(queries.COUNT_OF)

    async def of(
        self,
        partnership: str,
        *,
        position: int | None = None,
        after: int = 0,
        day: date | None = None,
        limit: int | None = None,
    ) -> tuple[TimelineItem, ...]:
        rows = await self._pool.fetch(self._of, partnership, position, after, day, limit)
        return tuple(map(_item, rows))

    async def count_of(
        self, partnership: str, *, position: int | None = None, day: date | None = None
    ) -> int:
        found: int = await self._pool.fetchval(self._count_of, partnership, position, day)
        return found

    async def log(
        self,
        filters: LogFilters,
        *,
        limit: int = 50,
        before: int | None = None,
        after: int | None = None,
    ) -> LogPage:
        if after is not None:
            rows = await self._rows(filters, "asc", limit + 1, after=after)
            shown = rows[:limit][::-1]
            older = await self._there_is(filters, until=after)
            return LogPage(tuple(map(_entry, shown)), newer=len(rows) > limit, older=older)
        rows = await self._rows(filters, "desc", limit + 1, before=before)
        newer = before is not None and await self._there_is(filters, after=before - 1)
        return LogPage(tuple(map(_entry, rows[:limit])), newer=newer, older=len(rows) > limit)

    async def counts(self, filters: LogFilters) -> dict[ItemKind, int]:
        asked = _Question(self._place, filters)
        rows = await self._pool.fetch(asked.sql(queries.COUNTS), *asked.values)
        return {row["kind"]: row["n"] for row in rows}

    async def entries(self, filters: LogFilters) -> AsyncIterator[LogEntry]:
        # Not one long cursor: a slow reader would hold its connection. Entries never change, so
        # all pieces are of one moment where `position` is set.
        after = filters.after
        while rows := await self._rows(filters, "asc", _AT_A_TIME, after=after):
            for row in rows:
                yield _entry(row)
            after = rows[-1]["position"]

    async def shown(self) -> int:
        position: int = await self._pool.fetchval(self._place.sql(queries.SHOWN))
        return position

    async def _rows(
        self,
        filters: LogFilters,
        order: Literal["asc", "desc"],
        limit: int,
        *,
        before: int | None = None,
        after: int | None = None,
    ) -> Sequence[asyncpg.Record]:
        asked = _Question(self._place, filters, before=before, after=after)
        sql = asked.sql(queries.LOG, order=order, limit=str(limit))
        return await self._pool.fetch(sql, *asked.values)

    async def _there_is(
        self, filters: LogFilters, *, after: int | None = None, until: int | None = None
    ) -> bool:
        before = None if until is None else until + 1
        asked = _Question(self._place, filters, before=before, after=after)
        found: bool = await self._pool.fetchval(asked.sql(queries.THERE_IS), *asked.values)
        return found


class _Question:
    """A statement in the making: its filters, and their values in order."""

    def __init__(
        self,
        place: Place,
        filters: LogFilters,
        *,
        before: int | None = None,
        after: int | None = None,
    ) -> None:
        self._place = place
        self.values: list[object] = []
        clauses = ["true"]
        for column, value in (
            ("kind", filters.kind),
            ("type", filters.type),
            ("body", filters.body),
            ("recorder", filters.recorder),
            ("partnership", filters.partnership),
        ):
            if value:
                clauses.append(f"t.{column} = {self._word(value)}")
        self._order = "t.position"
        if filters.community:
            one = [filters.community, key(filters.community)]
            clauses.append(f"t.parties && {self._value(one, 'text[]')}")
            # A community has few entries of all: they are found by their index and sorted, where
            # the order of the primary key would have all entries read for a name that has none.
            self._order = "t.position + 0"
        if later := max(filters.after, after or 0):
            clauses.append(f"{self._order} > {self._value(later, 'bigint')}")
        if before is not None:
            clauses.append(f"{self._order} < {self._value(before, 'bigint')}")
        if filters.until is not None:
            clauses.append(f"{self._order} <= {self._value(filters.until, 'bigint')}")
        self._corrected = "true"
        if filters.position is not None:
            known = self._value(filters.position, "bigint")
            clauses.append(f"{self._order} <= {known}")
            self._corrected = f"k.position <= {known}"
        self._where = " and ".join(clauses)

    def _value(self, value: object, type_: str) -> str:
        self.values.append(value)
        return f"${len(self.values)}::{type_}"

    def _word(self, value: str) -> str:
        """A word of ours stands in the statement itself, so that each gets its own plan: some are
        in every second entry, others in none. What people typed never does.
        """
        return f"'{value}'" if value in _OUR_WORDS else self._value(value, "text")

    def sql(self, text: str, **parts: str) -> str:
        """Fill in `parts`, pieces of SQL that nobody typed."""
        parts |= {"where": self._where, "corrected": self._corrected, "position": self._order}
        return text.format(schema=self._place.views, suffix=self._place.suffix, **parts)


def _entry(row: asyncpg.Record) -> LogEntry:
    return LogEntry(
        _item(row),
        recorder=row["recorder"],
        role=row["role"],
        body=row["body"],
        community=row["community"],
        home=row["home"],
        counterpart=row["counterpart"],
    )


def _item(row: asyncpg.Record) -> TimelineItem:
    return replace(_DECODER.decode(row["item"]), corrected_by=row["corrected_by"])
