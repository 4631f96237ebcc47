"""When every fault has ended: what all were told, against the ledger as it stands."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from adapters.ledger import PostgresLedger
from adapters.ledger.audit import audit
from domain.ports import Ledger, Receipt, Recorded
from domain.transparency.checkpoint import parse_checkpoint
from domain.transparency.note import parse_note
from domain.transparency.tree import GrowingRoot
from projections.conservation import status
from projections.projection import Pool
from projections.rebuild import rebuild
from projections.shown import Shown
from tests.faults.history import History, Version
from tests.faults.real.clients import Act, Clients, Reader
from tests.faults.real.postgres import SCHEMA

PATIENCE = 120.0  # seconds for the read models to come to the end of the ledger


async def weigh(pool: Pool, clients: Clients, reader: Reader) -> list[str]:
    """Each broken promise, in words; nothing where all is well. Nobody is at work meanwhile."""
    ledger = PostgresLedger(pool)
    recorded = await all_of(ledger)
    of_records = [replace(event, tags=_record_of(event)) for event in recorded]
    says = versions_of(recorded, clients.acts)
    found = [str(one) for one in clients.history.violations(of_records, says=says)]
    found += [f"H3: {key} is still in doubt" for key in clients.in_doubt]
    found += _out_of_time(recorded, await pool.fetchval("select clock_timestamp()"))
    found += _unlike(recorded, reader.checkpoints)
    found += [f"H5: {one}" for one in (await audit(pool, SCHEMA, _silent)).problems]
    if not await Shown(pool).reaches(len(recorded), PATIENCE):
        found.append("H7: the read models do not come to the end of the ledger")
    return [*found, *await _of_read_models(pool, ledger)]


async def all_of(ledger: Ledger) -> list[Recorded]:
    """Every event."""
    found: list[Recorded] = []
    while some := await ledger.read_after(len(found), 5000):
        found += some
    return found


def founded(history: History, ledger: Iterable[Recorded]) -> None:
    """What was recorded before the clients came was acknowledged to whoever did it."""
    for event in ledger:
        call = history.invoked(event.command, event.command)
        place = event.position
        history.acknowledged(call, Receipt(place, place, event.recorded_at, b"", False))


def versions_of(ledger: Sequence[Recorded], acts: dict[str, Act]) -> Callable[[Recorded], Version]:
    """Which version of its record an event makes: the one after what its client had seen."""
    places: dict[str, list[int]] = defaultdict(list)
    for event in ledger:
        for record in _record_of(event):
            places[record].append(event.position)

    def says(event: Recorded) -> Version:
        act = acts.get(event.command)
        seen = act.seen if act else 0
        return Version(event.command, bisect_right(places[_record_of(event)[0]], seen) + 1)

    return says


def _record_of(event: Recorded) -> tuple[str, ...]:
    return tuple(tag for tag in event.tags if tag.startswith("partnership:"))


def _unlike(ledger: Sequence[Recorded], notes: Iterable[bytes]) -> list[str]:
    """H6: all checkpoints that anybody was shown are of this ledger."""
    roots: dict[int, set[bytes]] = defaultdict(set)
    for note in notes:
        signed = parse_checkpoint(parse_note(note).text)
        roots[signed.size].add(signed.root)
    tree, found = GrowingRoot(), []
    for event in ledger:
        tree.add(event.leaf_hash)
        if roots.pop(event.position, {tree.root()}) != {tree.root()}:
            found.append(f"H6: another root was signed over {event.position} entries")
    return found + [f"H6: {size} entries were signed that are not there" for size in roots]


def _out_of_time(ledger: Sequence[Recorded], now: datetime) -> list[str]:
    """H5: no clock but the database's says when something was recorded."""
    latest, earliest = now + timedelta(seconds=2), now - timedelta(days=1)
    wrong = [event for event in ledger if not earliest < event.recorded_at < latest]
    return [f"H5: {event.position} says it was recorded at {event.recorded_at}" for event in wrong]


async def _of_read_models(pool: Pool, ledger: Ledger) -> list[str]:
    """H8: every read model is what a rebuild makes of the ledger."""
    standings = await status(pool, ledger, SCHEMA)
    return [
        *(
            f"H8: {one.projection} does not agree with the ledger: {one}"
            for one in standings
            if not one.sound or one.behind or one.parked
        ),
        *(
            f"H8: {one.projection} is not as a rebuild makes it: {one}"
            for one in await rebuild(pool, ledger, SCHEMA)
            if one.digest_live != one.digest
        ),
    ]


def _silent(_done: int, _of: int) -> None:
    """Nobody looks on."""
