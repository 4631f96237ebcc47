"""What the notary and its published log read in the simulated database.

Its registers have fewer entries than a tile, so no hash of a higher level is ever stored.
"""

from typing import Any

import msgspec

from tests.faults.database import Database
from tests.faults.write_ahead import Row


def rows_for_the_notary(database: Database, sql: str, arguments: tuple[Any, ...]) -> list[Row]:
    """The statements of `adapters/notary`, of which each is known by words that it alone has."""
    events = database.events
    if "pg_advisory_xact_lock" in sql or "tile_hash" in sql:
        return []
    if "as cosignatures" in sql:
        last = database.checkpoint
        return [Row(**msgspec.structs.asdict(last), cosignatures=[])] if last is not None else []
    if ".log_key order by number" in sql:
        return [
            Row(origin="", vkey=key, last_size=None, announced_at=None) for key in database.keys
        ]
    if "string_agg(leaf.leaf_hash" in sql:
        return [
            Row(begin=begin, end=end, count=len(there), hashes=b"".join(there))
            for begin, end in zip(*arguments, strict=True)
            if (there := [event.leaf_hash for event in events[begin:end]])
        ]
    if "select size, (select leaf_hash" in sql:
        (position,) = arguments
        there = [event.leaf_hash for event in events[position - 1 : position]] if position else []
        return [Row(size=len(events), leaf_hash=there[0] if there else None)]
    if "position > $1 and position <= $2 order by position" in sql:
        return [event.row() for event in events[arguments[0] : arguments[1]]]
    raise AssertionError(f"the model does not know this statement:\n{sql}")
