"""Events that wait: one that cannot be followed, and all that came later of the same keys.

What an event is about are its *keys*, said in `keys_of`. An event that a projection cannot follow
parks its keys there; later events of these keys queue behind it, in order, until a retry
(`retrying.py`) applies them. Other keys go on. Nothing is skipped: what waits is in this table, is
left out of the cursor's counts, and is told by `twinledger check` and by `/healthz`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib.metadata import version

import asyncpg
from msgspec import Struct

from domain.history import partnership_tag
from domain.ports import Ledger, Recorded
from domain.values import PartnershipId
from projections.all import PROJECTIONS
from projections.cursor import live_places
from projections.errors import ProjectionBusy
from projections.projection import Connection, Place, Pool, Projection

RELEASE = version("twinledger")

_COLUMNS = "projection, position, type, keys, reason, release, parked_at"
_OF = f"""
    select {_COLUMNS} from {{schema}}.projection_parked
    where projection = $1 and suffix = $2 order by position
"""
_LIVE = f"""
    select {_COLUMNS} from {{schema}}.projection_parked
    where (projection, suffix) in (select * from unnest($1::text[], $2::text[]))
    order by position, projection limit $3
"""
_FIRST = """
    select min(position) from {schema}.projection_parked
    where (projection, suffix) in (select * from unnest($1::text[], $2::text[]))
        and $3 = any(keys) and position <= $4
"""
_FIRST_OF_ALL = """
    select min(position) from {schema}.projection_parked
    where (projection, suffix) in (select * from unnest($1::text[], $2::text[]))
        and position <= $3
"""
_PARK = """
    insert into {schema}.projection_parked
        (projection, suffix, position, type, keys, reason, release)
    values ($1, $2, $3, $4, $5, $6, $7)
"""
_TRIED = """
    update {schema}.projection_parked
    set release = $4, reason = case when position = $5 then $6 else reason end
    where projection = $1 and suffix = $2 and position = any($3::bigint[])
"""
_TAKE_OUT = """
    with gone as (
        delete from {schema}.projection_parked
        where projection = $1 and suffix = $2 and position = any($3::bigint[]) returning 1
    )
    select count(*) from gone
"""


class Parked(Struct, frozen=True):
    """An event that waits. `reason` says why it cannot be followed; empty: it waits behind another.

    `release` is the one that tried last.
    """

    projection: str
    position: int
    type: str
    keys: tuple[str, ...]
    reason: str
    release: str
    parked_at: datetime


class Waiting(Struct, frozen=True):
    """An event that is to be parked."""

    recorded: Recorded
    keys: frozenset[str]
    reason: str


async def keys_of(ledger: Ledger, event: Recorded, projection: Projection) -> frozenset[str]:
    """What `event` is about, for this projection: its tags of the kind that this one folds by.

    That is `partnership:...` for most and `community:...` for the communities. An event without one
    (a correction names no community) has those of its partnership's other events; one that is about
    no partnership either has all its tags, or only itself.
    """
    kind = f"{projection.keyed_by}:"
    keys = _of_kind(kind, event.tags)
    if not keys and (partnerships := _of_kind("partnership:", event.tags)):
        others = await ledger.read(partnerships)
        keys = _of_kind(kind, (tag for other in others for tag in other.tags)) or partnerships
    return keys or frozenset(event.tags) or frozenset({f"entry:{event.position}"})


def _of_kind(kind: str, tags: Iterable[str]) -> frozenset[str]:
    return frozenset(tag for tag in tags if tag.startswith(kind))


async def parked_in(
    connection: "Pool | Connection", place: Place, projection: str
) -> tuple[Parked, ...]:
    """All that waits in one place, in order."""
    return tuple(map(_parked, await connection.fetch(place.sql(_OF), projection, place.suffix)))


async def park(
    connection: Connection, place: Place, projection: str, waiting: Sequence[Waiting]
) -> None:
    """In the transaction that moves the cursor past them."""
    await connection.executemany(
        place.sql(_PARK),
        [
            (
                *(projection, place.suffix, one.recorded.position, one.recorded.type),
                *(sorted(one.keys), one.reason, RELEASE),
            )
            for one in waiting
        ],
    )


async def take_out(
    connection: Connection, place: Place, projection: str, positions: Sequence[int]
) -> None:
    """These wait no more; in the transaction that applies them, under the lease.

    Raises `ProjectionBusy` where another process has taken some of them out before.
    """
    gone = await connection.fetchval(place.sql(_TAKE_OUT), projection, place.suffix, positions)
    if gone != len(positions):
        raise ProjectionBusy(projection)


async def tried(
    connection: "Pool | Connection",
    place: Place,
    projection: str,
    positions: Sequence[int],
    reason: str,
) -> None:
    """This release tried these; the first of them cannot be followed, for `reason`."""
    await connection.execute(
        place.sql(_TRIED), projection, place.suffix, positions, RELEASE, positions[0], reason
    )


class Parking:
    """What waits in the read models of this release, for who shows them."""

    def __init__(
        self,
        pool: Pool,
        *,
        schema: str = "twinledger",
        projections: Sequence[Projection] = PROJECTIONS,
    ) -> None:
        self._pool, self._place = pool, Place(schema)
        places = live_places(projections, schema)
        self._live = list(places), [place.suffix for place in places.values()]

    async def all(self, limit: int = 1000) -> tuple[Parked, ...]:
        """In order of position, at most `limit`; none where no runner has ever been."""
        try:
            rows = await self._pool.fetch(self._place.sql(_LIVE), *self._live, limit)
        except asyncpg.UndefinedTableError:
            return ()
        return tuple(map(_parked, rows))

    async def first(self, position: int | None = None) -> int | None:
        """The first entry of any record that is not shown; None where all up to `position` are."""
        sql = self._place.sql(_FIRST_OF_ALL)
        found: int | None = await self._pool.fetchval(sql, *self._live, _until(position))
        return found

    async def incomplete_from(
        self, partnership: PartnershipId, position: int | None = None
    ) -> int | None:
        """The first entry of a partnership that is not shown; None where all up to `position` are.

        What is shown of it is right up to there, and incomplete from there on.
        """
        key = partnership_tag(partnership)
        sql = self._place.sql(_FIRST)
        found: int | None = await self._pool.fetchval(sql, *self._live, key, _until(position))
        return found


def _until(position: int | None) -> int:
    return 2**63 - 1 if position is None else position


def _parked(row: asyncpg.Record) -> Parked:
    return Parked(
        row["projection"],
        row["position"],
        row["type"],
        tuple(row["keys"]),
        row["reason"],
        row["release"],
        row["parked_at"],
    )
