"""Reading the whole ledger again: is every entry there, and is it what it was?

Trusts no column: each is compared with the leaf, and the leaf with its hash. What a leaf says is
read as whoever decides on it does. It proves that the stored rows agree with each other; that they
are also the rows of yesterday is for a checkpoint that somebody else holds. That the tables still
refuse changes is asked of the catalogue.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

import asyncpg
from msgspec import Struct

from adapters.ledger.leaf import NO_LEAF, decode, tag_numbers
from adapters.ledger.prepared import command_number
from adapters.postgres.times import held
from domain.errors import EntryUnreadable
from domain.history import STORED_TYPES, entry_of
from domain.transparency.tree import GrowingRoot, leaf_hash

_PREFETCH = 2_000  # entries
_SHOWN = 100  # problems that are named; the others are counted

_HEAD = f"select size, {held('recorded_at')}, leaf_hash from {{schema}}.head"
# One pass over all tables: tags and keys are sorted once, not looked up once per entry.
_ENTRIES = f"""
select e.position, {held("e.recorded_at")} as recorded_at, e.leaf, e.leaf_hash,
       array[e.tag_1, e.tag_2, e.tag_3, e.tag_4] || t.tags as tags,
       k.keys, k.replies, k.last, k.digested
from {{schema}}.event e
left join (
    select position, array_agg(tag) as tags from {{schema}}.event_tag group by position
) t using (position)
left join (
    select first_position as position, array_agg(encode(uuid_send(key), 'hex')) as keys,
           array_agg(reply) as replies, max(last_position) as last,
           bool_and(octet_length(digest) = 32) as digested
    from {{schema}}.command_key group by first_position
) k using (position)
order by e.position
"""
_STRAY_TAGS = """
select distinct position from {schema}.event_tag t
where not exists (select from {schema}.event e where e.position = t.position)
order by position
"""
_OPEN_TO_CHANGE = """
select name, (
    select t.tgenabled from pg_trigger t where t.tgname = 'append_only'
    and t.tgrelid = to_regclass($1::text || '.' || name)
) as enabled
from unnest($2::text[]) as guarded (name)
"""
_GUARDED = (
    *("event", "event_tag", "command_key", "head", "private_value"),
    *("checkpoint", "tile_hash", "log_key", "cosignature", "witness_policy"),
    *("notary_notice", "witness_notice", "lost_entry"),
)
# No more than there is: a changed row may name any number of entries.
_UNKEYED = """
select e.position, count(k.position) as keys
from {schema}.event e left join (
    select generate_series(greatest(first_position, 1), least(last_position, $1)) as position
    from {schema}.command_key
) k using (position)
group by e.position having count(k.position) <> 1
order by e.position
"""
_STRAY_KEYS = """
select first_position, last_position from {schema}.command_key
where first_position < 1 or last_position > $1 or last_position < first_position
order by first_position
"""


class Problem(Struct, frozen=True):
    """What is wrong at a position, in a sentence; at 0 it is about the ledger as a whole."""

    position: int
    what: str


class Audit(Struct, frozen=True):
    """`root` is the RFC 6962 root over the leaves as they stand, in hex; `sound` if no problem."""

    size: int
    root: str
    problems: tuple[Problem, ...]
    problem_count: int

    @property
    def sound(self) -> bool:
        """Whether nothing at all was found."""
        return self.problem_count == 0


async def audit(
    pool: "asyncpg.Pool[asyncpg.Record]", schema: str, progress: Callable[[int, int], None]
) -> Audit:
    """Read every entry once, in one snapshot, with flat memory. `progress` gets (done, all)."""
    tree = GrowingRoot()
    found = _Found()
    expected, last_hash = 1, bytes(32)
    last_time: datetime | None = None
    noted = _Noted("", 0)
    async with (
        pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        heads = await connection.fetch(_HEAD.format(schema=schema))
        size, head_time, head_hash = heads[0] if heads else (0, None, b"")
        if len(heads) > 1:
            found.add(0, f"the table head has {len(heads)} rows, where the ledger has one end")
        async for row in connection.cursor(_ENTRIES.format(schema=schema), prefetch=_PREFETCH):
            position = row["position"]
            if position != expected:
                found.add(expected, f"missing: the next entry stands at position {position}")
            if row["keys"] is not None:  # of several for one entry, each is named below
                noted = _Noted(row["keys"][0] if len(row["keys"]) == 1 else "", row["last"])
            elif position > noted.last:
                noted = _Noted("", 0)
            for what in _wrong_with(row, last_time, noted.key):
                found.add(position, what)
            tree.add(leaf_hash(row["leaf"]))
            expected, last_hash = position + 1, row["leaf_hash"]
            if row["recorded_at"] is not None:
                last_time = row["recorded_at"]
            if position % _PREFETCH == 0:
                progress(position, size)
        async for row in connection.cursor(_STRAY_TAGS.format(schema=schema)):
            found.add(row["position"], "a tag points here, where no entry stands")
        async for row in connection.cursor(_STRAY_KEYS.format(schema=schema), expected - 1):
            first, last = row
            found.add(first, f"a command says that it recorded the entries {first} to {last}")
        async for row in connection.cursor(_UNKEYED.format(schema=schema), expected - 1):
            found.add(row["position"], f"{row['keys']} commands say that they recorded this entry")
        for row in await connection.fetch(_OPEN_TO_CHANGE, schema, _GUARDED):
            if row["enabled"] != b"A":
                found.add(0, _unguarded(row["name"], row["enabled"]))
    if expected - 1 != size:
        found.add(expected, f"the head says {size} entries, the last one stands at {expected - 1}")
    if last_hash != head_hash:
        found.add(size, "the head holds another leaf hash than the last entry")
    if size and head_time != last_time:
        found.add(size, f"the head says that the last entry is of {head_time}, not {last_time}")
    progress(size, size)
    return Audit(size, tree.root().hex(), tuple(found.named), found.count)


class _Noted(Struct, frozen=True):
    """The command that is noted for the entries up to `last`; an empty key where none is, or where
    nobody can tell which.
    """

    key: str
    last: int


class _Found:
    def __init__(self) -> None:
        self.named: list[Problem] = []
        self.count = 0

    def add(self, position: int, what: str) -> None:
        self.count += 1
        if len(self.named) < _SHOWN:
            self.named.append(Problem(position, what))


def _unguarded(table: str, enabled: bytes | None) -> str:
    how = "missing" if enabled is None else "disabled" if enabled == b"D" else "not always on"
    return (
        f"the table {table} does not refuse changes: its trigger append_only is {how}, so rows may "
        "have been changed and their hashes with them"
    )


def _wrong_with(row: asyncpg.Record, last_time: datetime | None, key: str) -> Iterator[str]:
    leaf = row["leaf"]
    if leaf_hash(leaf) != row["leaf_hash"]:
        yield "the entry's bytes do not hash to its leaf hash: one of them was changed"
    if row["recorded_at"] is None:
        yield "the column recorded_at says no time at all"
    elif last_time is not None and row["recorded_at"] < last_time:
        yield "it is dated before the entry in front of it"
    try:
        recorded = decode(row["position"], leaf, row["leaf_hash"])
    except NO_LEAF:
        yield "the entry's bytes cannot be read"
        return
    if row["recorded_at"] != recorded.recorded_at:
        yield (
            f"the column recorded_at says {row['recorded_at']}, the entry itself "
            f"{recorded.recorded_at}"
        )
    if frozenset(row["tags"]) - {None} != tag_numbers(recorded.tags):
        yield "it is filed under other tags than the entry itself names"
    if key and key != command_number(recorded.actor.recorder, recorded.command):
        yield "the command that is said to have recorded it is another than the entry itself names"
    if row["digested"] is False:
        yield "what is noted of its command's content is no SHA-256"
    if recorded.type in STORED_TYPES:  # of others, a newer release knows what they say
        try:
            partnership = entry_of(recorded).event.partnership
        except EntryUnreadable as error:
            yield f"what it says does not fit its type {recorded.type}: {error.__cause__}"
        else:
            if key and row["replies"] not in (None, [partnership.encode()]):
                yield "the answer that is kept for its command names another partnership"
