"""What was parked is tried again: in order, the events of one key in one transaction."""

import asyncio
from collections.abc import Iterable, Sequence

import structlog
from msgspec import Struct

from domain.ports import UNREADABLE, Ledger
from projections.cursor import lease, move
from projections.errors import Forked, ProjectionBusy
from projections.parked import RELEASE, Parked, parked_in, take_out, tried
from projections.projection import Place, Pool, Projection
from projections.reading import Read, blames_an_event, read_of, told
from projections.writer import sound_part

_log = structlog.get_logger("twinledger.projections")

_TRIES, _PAUSE = 500, 0.02  # seconds between two tries to get the lease from a busy worker


class Retried(Struct, frozen=True):
    """What a retry of some keys of one projection came to: entries by position.

    `reason` says why the first of `still_parked` cannot be followed; empty where none is left.
    """

    projection: str
    keys: tuple[str, ...]
    applied: tuple[int, ...]
    still_parked: tuple[int, ...] = ()
    reason: str = ""


async def retry(
    pool: Pool,
    ledger: Ledger,
    projection: Projection,
    place: Place,
    *,
    key: str | None = None,
    of_other_releases: bool = False,
) -> tuple[Retried, ...]:
    """Try what is parked of `key`, or of all keys; or only what this release has not tried yet.

    Keys that share an event are tried together. What stays parked has its reason renewed. Raises
    `Forked`, and `ProjectionBusy` where the lease is never free.
    """
    retrial = _Retrial(pool, ledger, projection, place)
    found = []
    for group in groups(await parked_in(pool, place, projection.name)):
        keys = frozenset(one for parked in group for one in parked.keys)
        new = any(parked.release != RELEASE for parked in group)
        if (key is None or key in keys) and (new or not of_other_releases):
            found.append(await retrial.of(keys))
    return tuple(found)


def groups(parked: Iterable[Parked]) -> list[list[Parked]]:
    """Those that share keys, also by way of others, together; each in the order of `parked`."""
    found: list[tuple[set[str], list[Parked]]] = []
    for one in parked:
        keys, events = set(one.keys), [one]
        for other in [other for other in found if other[0] & keys]:
            found.remove(other)
            keys |= other[0]
            events = other[1] + events
        found.append((keys, sorted(events, key=lambda event: event.position)))
    return [events for _, events in found]


class _Retrial(Struct, frozen=True):
    """One projection and where it is."""

    pool: Pool
    ledger: Ledger
    projection: Projection
    place: Place

    async def of(self, keys: frozenset[str]) -> Retried:
        """All that waits for `keys`, and what is queued behind it meanwhile."""
        applied: list[int] = []
        reason, left = "", tuple[int, ...]()
        while rest := await self._waiting(keys):
            done, reason = await self._longest_part(rest)
            applied += done
            if not done:
                left = tuple(one.recorded.position for one in rest)
                await tried(self.pool, self.place, self.projection.name, left, reason)
                break
        name, told_keys = self.projection.name, tuple(sorted(keys))
        log = _log.error if left else _log.warning
        log("key_retried", projection=name, keys=told_keys, parked=len(left), reason=reason)
        return Retried(name, told_keys, tuple(applied), left, reason if left else "")

    async def _waiting(self, keys: frozenset[str]) -> list[Read]:
        parked = await parked_in(self.pool, self.place, self.projection.name)
        mine = [
            one
            for group in groups(parked)
            if any(keys.intersection(other.keys) for other in group)
            for one in group
        ]
        return [await self._read(one) for one in sorted(mine, key=lambda one: one.position)]

    async def _read(self, parked: Parked) -> Read:
        found = await self.ledger.read_after(parked.position - 1, 1)
        # What was unreadable then says its type once it is put right, and the other way round.
        types = {parked.type} | {one.type for one in found}
        if not found or (len(types) > 1 and UNREADABLE not in types):
            ends = (await self.ledger.head()).position
            raise Forked(parked.projection, parked.position, ends=ends)
        return read_of(found[0])

    async def _longest_part(self, rest: Sequence[Read]) -> tuple[list[int], str]:
        """Apply as many as can be, from the front; their positions, and why not the next."""
        size = next((number for number, one in enumerate(rest) if one.entry is None), len(rest))
        reason = rest[size].problem if size < len(rest) else ""
        positions = [one.recorded.position for one in rest]
        while size:
            try:
                await self._apply(rest[:size])
            except Exception as error:
                if not blames_an_event(error):
                    raise
                reason = told(error)
                size = max(1, sound_part(error, positions[:size])) if size > 1 else 0
            else:
                return positions[:size], reason
        return [], reason

    async def _apply(self, part: Sequence[Read]) -> None:
        name = self.projection.name
        for _ in range(_TRIES):
            async with self.pool.acquire() as connection, connection.transaction():
                held = await lease(connection, self.place, name)
                if held is not None:
                    await take_out(
                        connection, self.place, name, [one.recorded.position for one in part]
                    )
                    entries = [one.entry for one in part if one.entry is not None]
                    await self.projection.apply(entries, connection, self.place)
                    await move(connection, self.place, held.with_more(one.recorded for one in part))
                    return
            await asyncio.sleep(_PAUSE)
        raise ProjectionBusy(name)
