"""A ledger with as many entries as are asked for: the leaves that appends write, written by SQL."""

import hashlib
from datetime import UTC, datetime

import asyncpg
import msgspec
from msgspec import Raw

from adapters.ledger.leaf import encode, stamp_of
from domain.ports import Actor, NewEvent

LIFE = 20
"""Entries of one partnership: it is recorded, and nineteen activities are reported of it."""

ACTOR = Actor(
    body="council", body_name="Council of Norfolk", community="Q49231", recorder="r-1", role="clerk"
)
STATEMENT = "Twelve pupils and two teachers visited the schools of the other town. " * 6

_MARK = "NUMBER"  # stands in a leaf where its own number will
_ID = "00000000-0000-7000-8000-000000000000"
_SOURCE = {"title": "List of partnerships", "dated": "2026-02-10"}
_FOUNDED = {
    "counterpart": {"community": f"b-{_MARK}", "country": "JP", "level": "city", "name": "Kyoto"},
    "grade": "list_only",
    "home": {"community": f"a-{_MARK}", "country": "US", "level": "city", "name": "Norfolk"},
    "kind": "sister_city",
    "listed_on": "2026-02",
    "partnership": _MARK,
    "sources": [_SOURCE],
    "statement": STATEMENT,
    "status": "active",
    "tier": "sister",
}
_FILL = """
    with entry as (
        select n, (n - 1) % $3 as partnership, n <= $3 as founds
        from generate_series(1, $1::bigint) n
    ), leaf as (
        select n, partnership, founds, convert_to(replace(
            case when founds then $4 else $5 end, 'NUMBER', 'P' || partnership
        ), 'UTF8') as leaf
        from entry
    ), tag as (
        select n, leaf, array(
            select ('x' || encode(substring(sha256(convert_to(t, 'UTF8')) for 8), 'hex'))
                   ::bit(64)::bigint
            from unnest(array[
                'partnership:P' || partnership, 'pair:a-P' || partnership || '|b-P' || partnership,
                'community:a-P' || partnership
            ]) t
        ) as tags
        from leaf
    )
    insert into twinledger.event (position, recorded_at, tag_1, tag_2, tag_3, leaf, leaf_hash)
    select n, $2, tags[1], tags[2], tags[3], leaf, sha256('\\x00'::bytea || leaf)
    from tag order by n
"""
_INDEXES = """
    select format('%I.%I', schemaname, indexname), indexdef from pg_indexes
    where schemaname = 'twinledger' and indexname like 'event\\_tag\\__'
"""


def tag_of(partnership: int) -> str:
    """The tag of all that is stored of one."""
    return f"partnership:P{partnership}"


def activity(partnership: str, *more_tags: str) -> NewEvent:
    """What a report of an activity appends, of about 500 bytes in public."""
    public = {"kind": "visit", "partnership": partnership, "statement": STATEMENT}
    return NewEvent(
        "partnership.activity_reported.v1",
        Raw(msgspec.json.encode(public, order="deterministic")),
        (f"partnership:{partnership}", *more_tags),
        "2026-11-23",
    )


async def fill(dsn: str, *, events: int) -> None:
    """Put `events` into an empty ledger, `LIFE` of each partnership, spread over its length."""
    now = datetime.now(UTC)
    founded = NewEvent(
        "partnership.legacy_recorded.v1",
        Raw(msgspec.json.encode(_FOUNDED, order="deterministic")),
        (f"partnership:{_MARK}", f"pair:a-{_MARK}|b-{_MARK}", f"community:a-{_MARK}"),
    )
    connection = await asyncpg.connect(dsn)
    async with connection.transaction():
        # Made anew at the end: row by row they would take most of the time.
        indexes = await connection.fetch(_INDEXES)
        await connection.execute("".join(f"drop index {name};" for name, _ in indexes))
        await connection.execute(
            _FILL, events, now, max(1, events // LIFE),
            _template(founded, now), _template(activity(_MARK, *founded.tags[1:]), now),
            timeout=3600.0,
        )  # fmt: skip
        await connection.execute(
            "insert into twinledger.command_key "
            "select gen_random_uuid(), n, n, $2, '' from generate_series(1, $1::bigint) n",
            events, hashlib.sha256(b"").digest(), timeout=3600.0,
        )  # fmt: skip
        await connection.execute(
            "update twinledger.head set size = $1, recorded_at = $2, leaf_hash = "
            "(select leaf_hash from twinledger.event where position = $1)", events, now
        )  # fmt: skip
        for _, definition in indexes:
            await connection.execute(definition, timeout=3600.0)
    await connection.execute("vacuum analyze", timeout=3600.0)
    await connection.execute("checkpoint", timeout=3600.0)  # not while anything is measured
    await connection.close()


def _template(event: NewEvent, now: datetime) -> str:
    leaf = encode(
        event, id=_ID, actor=ACTOR, on_behalf_of=ACTOR.community, command=_MARK, field="event"
    )
    return leaf.stamped(stamp_of(now)).decode()
