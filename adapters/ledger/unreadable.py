"""Rows of which nothing may be believed but their place: what the ledger itself noted beside them.

It is asked for in the rare case alone, so that who reads sound entries pays nothing for it. The
tags are kept as numbers; their texts are those that were asked for, those that the bytes still say,
and those of other entries that are filed under the same ones. A text that is not of such a number
counts for nothing. Where no other entry is filed under one, nobody else is concerned.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

import asyncpg
from msgspec import Raw

from adapters.ledger.leaf import NO_LEAF, as_recorded, decode, tag_number
from adapters.postgres.times import held
from domain.ports import UNREADABLE, Actor, Recorded, Unreadable
from domain.transparency.tree import leaf_hash

# No index of `event_tag` leads with the position: one look through it for all of them.
_FILED = f"""
    select e.position, {held("e.recorded_at")},
           array[e.tag_1, e.tag_2, e.tag_3, e.tag_4] || coalesce(more.tags, '{{{{}}}}') as tags
    from {{schema}}.event e
    left join (
        select t.position, array_agg(t.tag) as tags from {{schema}}.event_tag t
        where t.position = any($1::bigint[]) group by t.position
    ) more on more.position = e.position
    where e.position = any($1::bigint[])
"""
# A few of each number: one of them may be as unreadable.
_BESIDE = """
    select position, leaf, leaf_hash from unnest($1::bigint[]) as asked (tag)
    cross join lateral (
        (select position, leaf, leaf_hash from {schema}.event where tag_1 = asked.tag limit 4)
        union all
        (select position, leaf, leaf_hash from {schema}.event where tag_2 = asked.tag limit 4)
        union all
        (select position, leaf, leaf_hash from {schema}.event where tag_3 = asked.tag limit 4)
        union all
        (select position, leaf, leaf_hash from {schema}.event where tag_4 = asked.tag limit 4)
        union all
        (select e.position, e.leaf, e.leaf_hash from {schema}.event_tag t
         join {schema}.event e on e.position = t.position where t.tag = asked.tag limit 4)
    ) as beside
"""
Row: TypeAlias = tuple[int, bytes, bytes] | asyncpg.Record
"""Position, leaf and leaf hash, as stored."""

_NO_ID = "00000000-0000-0000-0000-000000000000"  # RFC 9562, section 5.9
_NO_TIME = datetime.min.replace(tzinfo=UTC)
_NOBODY = Actor(body="", body_name="", community="", recorder="", role="")


async def with_unreadable(
    pool: "asyncpg.Pool[asyncpg.Record]",
    schema: str,
    read: Sequence[Recorded],
    rows: Sequence[Row],
    asked: Iterable[str] = (),
) -> list[Recorded]:
    """`read` and, in their places, what stands in `rows` of position, leaf and leaf hash. `asked`
    are tags that were asked for.
    """
    positions = [row[0] for row in rows]
    noted = await pool.fetch(_FILED.format(schema=schema), positions)
    filed = {position: (at, frozenset(tags) - {None}) for position, at, tags in noted}
    numbers = frozenset[int]().union(*(tags for _, tags in filed.values()))
    said = (tag for row in rows for tag in _said(*row))
    texts = {number: tag for tag in (*asked, *said) if (number := tag_number(tag)) in numbers}
    beside = await pool.fetch(_BESIDE.format(schema=schema), list(numbers - texts.keys()))
    for row in beside:
        if (other := as_recorded(*row)) is not None:
            texts |= {tag_number(tag): tag for tag in other.tags}
    found = [*read]
    for position, leaf, stored in rows:
        at, tags = filed.get(position, (_NO_TIME, frozenset()))
        found.append(
            Unreadable(
                position,
                _NO_ID,
                UNREADABLE,
                at or _NO_TIME,
                None,
                _NOBODY,
                "",
                "",
                tuple(sorted(texts[tag] for tag in tags if tag in texts)),
                Raw(b"{}"),
                leaf,
                stored,
                # Where it can be read, it is another's, and was put here.
                changed=leaf_hash(leaf) != stored
                or as_recorded(position, leaf, stored) is not None,
            )
        )
    return sorted(found, key=lambda event: event.position)


def _said(position: int, leaf: bytes, stored: bytes) -> tuple[str, ...]:
    """The tags that bytes say which are not those of their hash; none where they say nothing."""
    try:
        return decode(position, leaf, stored).tags
    except NO_LEAF:
        return ()
