"""Looking at every private value again: is each that was not erased still what its entry says?"""

import asyncpg
from msgspec import Struct

from adapters.ledger.leaf import as_recorded
from adapters.private.erasing import Erasures
from adapters.private.values import PrivateValues, places_of

# An entry without private values says so in these bytes; within a text they would be escaped.
_COMMITTING = """
    select position, leaf, leaf_hash from {schema}.event
    where position > $1 and position('"private":{{}}'::bytea in leaf) = 0
    order by position limit $2
"""
_SEALED = """
    select position, field from {schema}.private_value
    where position > $1 and position <= $2 order by position, field
"""
_END = 2**63 - 1  # no position lies beyond


class PrivateProblem(Struct, frozen=True):
    """What is wrong with the private value of an entry, in a sentence without the value."""

    position: int
    field: str
    what: str


async def audit_private(
    pool: "asyncpg.Pool[asyncpg.Record]",
    values: PrivateValues,
    erasures: Erasures,
    schema: str,
    *,
    batch: int = 1_000,
) -> tuple[PrivateProblem, ...]:
    """All that is wrong, in the order of the entries; none where all is well.

    No more than `batch` entries with private values are in memory at once. That an erasure is
    pending is told apart (`Erasures.pending`).
    """
    erased = {place for one in await erasures.certificates() for place in one.places}
    problems: list[PrivateProblem] = []
    after = 0
    while after < _END:
        rows = await pool.fetch(_COMMITTING.format(schema=schema), after, batch)
        up_to = rows[-1]["position"] if len(rows) == batch else _END
        entries = {row["position"]: as_recorded(*row) for row in rows}
        # Of an entry that is not as it was recorded nobody knows to what it commits.
        unreadable = {position for position, entry in entries.items() if entry is None}
        places = [place for entry in entries.values() if entry for place in places_of(entry)]
        opened = await values.read([place for place in places if place not in erased])
        wrong = [
            PrivateProblem(place.position, place.field, _WRONG[found.found])
            for place, found in opened.items()
            if found.found != "kept"
        ]
        known = {(place.position, place.field) for place in places}
        wrong += [
            PrivateProblem(position, field, "is sealed here, but the entry commits to none")
            for position, field in await pool.fetch(_SEALED.format(schema=schema), after, up_to)
            if (position, field) not in known and position not in unreadable
        ]
        problems += sorted(wrong, key=lambda one: (one.position, one.field))
        after = up_to
    return tuple(problems)


_WRONG = {
    "altered": "is not what the entry commits to: it was changed behind the register's back",
    "unreadable": "cannot be read, and nobody erased it: its key, or what it opens, is not here",
}
