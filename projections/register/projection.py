"""Writes the register's tables: one version for every entry of a partnership."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date
from pathlib import Path
from typing import Literal, TypeAlias

from asyncpg import Range

from domain.decider import Entry
from domain.history import STORED_TYPES
from domain.partnership.evolve import History
from domain.values import LIVE
from projections.dossier.dossier import Dossier
from projections.dossier.fold import fold
from projections.dossier.spans import Span, spans
from projections.dossier.stored import encode, load, save
from projections.projection import Connection, Place, Table
from projections.register import names
from projections.register.view import days_under_review, tiers_from
from projections.versions import add_versions, with_ends

Row: TypeAlias = tuple[object, ...]

_VERSIONS = Table("register_version", ("partnership", "from_position"))
_VERSION_COLUMNS = (
    *("partnership", "from_position", "to_position", "name_key", "search_text", "communities"),
    *("countries", "tiers", "tiers_from", "live", "begun_from", "under_review", "dossier"),
)
_SPAN_COLUMNS = (
    *("partnership", "from_position", "number", "status"),
    *("possible_from", "certain_from", "certain_until", "possible_until"),
)


class RegisterProjection:
    """See `Projection`; the tables are described in tables.sql."""

    name = "register"
    version = 6
    keyed_by: Literal["partnership", "community"] = "partnership"
    tables = (
        Table("register_state", ("partnership",)),
        _VERSIONS,
        Table("register_span", ("partnership", "from_position", "number")),
    )
    sql = (Path(__file__).parent / "tables.sql").read_text(encoding="utf-8")
    handles = STORED_TYPES

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
                await asyncio.sleep(0)  # to hear that it shall end

        await _write(connection, place, versions, known_before)
        await save(connection, place, "register_state", folded, known=known_before)


async def _write(
    connection: Connection,
    place: Place,
    versions: dict[str, list[Dossier]],
    known_before: set[str],
) -> None:
    span_rows: list[Row] = []

    async def version_rows() -> AsyncIterator[Row]:
        for number, found in enumerate(versions.values()):
            for dossier, to_position in with_ends(found):
                known = spans(dossier)
                begun_from = min(span.possible_from for span in known)
                span_rows.extend(_span_row(dossier, n, span) for n, span in enumerate(known))
                yield _version_row(dossier, to_position, begun_from)
            if number % 100 == 99:
                await asyncio.sleep(0)  # to hear that it shall end

    ended = {ref: found[0].version for ref, found in versions.items() if ref in known_before}
    # The database takes rows in while the next ones are made.
    await add_versions(connection, place, _VERSIONS, _VERSION_COLUMNS, version_rows(), ended=ended)
    await connection.copy_records_to_table(
        place.table("register_span"),
        schema_name=place.views,
        columns=_SPAN_COLUMNS,
        records=span_rows,
    )


def _version_row(dossier: Dossier, to_position: int, begun_from: date) -> Row:
    home, counterpart = dossier.home, dossier.counterpart
    tiers = tiers_from(dossier)
    return (
        dossier.partnership,
        dossier.version,
        to_position,
        names.key(home.name),
        names.search_text(dossier.partnership, home.name, counterpart.name),
        [home.community, counterpart.community],
        sorted({home.country, counterpart.country} - {""}),
        [tier for tier, _ in tiers],
        [day for _, day in tiers],
        dossier.status in LIVE,
        begun_from,
        [Range(*days) for days in days_under_review(dossier)],
        encode(dossier),
    )


def _span_row(dossier: Dossier, number: int, span: Span) -> Row:
    return (
        dossier.partnership,
        dossier.version,
        number,
        span.status,
        span.possible_from,
        span.certain_from,
        span.certain_until,
        span.possible_until,
    )
