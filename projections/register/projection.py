"""Writes the register's tables: one version for every entry of a partnership."""

import asyncio
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from asyncpg import Range

from domain.decider import Entry
from domain.history import EVENT_TYPES
from domain.partnership.evolve import History
from domain.values import LIVE
from projections.dossier.dossier import Dossier
from projections.dossier.fold import fold
from projections.dossier.spans import spans
from projections.dossier.stored import encode, load, save
from projections.projection import Connection, Place, Table
from projections.register import names
from projections.register.view import days_under_review

FOR_EVER = 2**63 - 1
"""The `to_position` of what is known now."""

_CLOSE = """
    update {schema}.register_version{suffix} v set to_position = n.position
    from unnest($1::text[], $2::bigint[]) n (partnership, position)
    where v.partnership = n.partnership and v.to_position = 9223372036854775807
"""
_VERSION_COLUMNS = (
    *("partnership", "from_position", "to_position", "name_key", "search_text", "communities"),
    *("countries", "tier", "live", "begun_from", "under_review", "dossier"),
)
_SPAN_COLUMNS = (
    *("partnership", "from_position", "number", "status"),
    *("possible_from", "certain_from", "certain_until", "possible_until"),
)


class RegisterProjection:
    """See `Projection`; the tables are described in tables.sql."""

    name = "register"
    version = 1
    tables = (
        Table("register_state", ("partnership",)),
        Table("register_version", ("partnership", "from_position")),
        Table("register_span", ("partnership", "from_position", "number")),
    )
    sql = (Path(__file__).parent / "tables.sql").read_text(encoding="utf-8")
    handles = frozenset(EVENT_TYPES)

    async def apply(
        self, batch: Sequence[Entry[History]], connection: Connection, place: Place
    ) -> None:
        touched = {entry.event.partnership for entry in batch}
        folded = await load(connection, place, "register_state", touched)
        known_before = set(folded)
        versions: dict[str, list[Dossier]] = {}
        for number, entry in enumerate(batch):
            reference = entry.event.partnership
            folded[reference] = fold(folded.get(reference), entry)
            versions.setdefault(reference, []).append(folded[reference].dossier)
            if number % 100 == 99:
                await asyncio.sleep(0)  # whoever waits for a page gets a turn

        await _write(connection, place, versions, known_before)
        await save(connection, place, "register_state", folded)


async def _write(
    connection: Connection,
    place: Place,
    versions: dict[str, list[Dossier]],
    known_before: set[str],
) -> None:
    followed = {ref: found[0].version for ref, found in versions.items() if ref in known_before}
    if followed:
        await connection.execute(place.sql(_CLOSE), list(followed), list(followed.values()))
    await connection.copy_records_to_table(
        place.table("register_version"),
        schema_name=place.views,
        columns=_VERSION_COLUMNS,
        records=[row for found in versions.values() for row in _version_rows(found)],
    )
    await connection.copy_records_to_table(
        place.table("register_span"),
        schema_name=place.views,
        columns=_SPAN_COLUMNS,
        records=[row for found in versions.values() for d in found for row in _span_rows(d)],
    )


def _version_rows(versions: list[Dossier]) -> Iterator[tuple[object, ...]]:
    ends = [later.version for _, later in pairwise(versions)]
    for dossier, to_position in zip(versions, [*ends, FOR_EVER], strict=True):
        home, counterpart = dossier.home, dossier.counterpart
        yield (
            dossier.partnership,
            dossier.version,
            to_position,
            names.key(home.name),
            names.search_text(dossier.partnership, home.name, counterpart.name),
            [home.community, counterpart.community],
            sorted({home.country, counterpart.country} - {""}),
            dossier.tier,
            dossier.status in LIVE,
            min(span.possible_from for span in spans(dossier)),
            [Range(*days) for days in days_under_review(dossier)],
            encode(dossier),
        )


def _span_rows(dossier: Dossier) -> Iterator[tuple[object, ...]]:
    for number, span in enumerate(spans(dossier)):
        yield (
            dossier.partnership,
            dossier.version,
            number,
            span.status,
            span.possible_from,
            span.certain_from,
            span.certain_until,
            span.possible_until,
        )
