"""Writes the timeline's tables: one row for every entry."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date
from pathlib import Path
from typing import Literal

from domain.decider import Entry
from domain.history import STORED_TYPES
from domain.partnership import events as e
from domain.partnership.evolve import History
from projections.dossier.dossier import Dossier
from projections.dossier.fold import fold
from projections.dossier.spans import BEGINNING
from projections.dossier.stored import encode, load, save
from projections.projection import Connection, Place, Table
from projections.register.names import key
from projections.timeline.item import item

_COLUMNS = (
    *("position", "partnership", "corrects", "kind", "type", "recorder", "role", "body"),
    *("community", "parties", "home", "counterpart", "possible_from", "item"),
)


class TimelineProjection:
    """See `Projection`; the tables are described in tables.sql."""

    name = "timeline"
    version = 7
    keyed_by: Literal["partnership", "community"] = "partnership"
    tables = (
        Table("timeline_item", ("position",)),
        Table("timeline_state", ("partnership",)),
    )
    sql = (Path(__file__).parent / "tables.sql").read_text(encoding="utf-8")
    handles = STORED_TYPES

    async def apply(
        self, batch: Sequence[Entry[History]], connection: Connection, place: Place
    ) -> None:
        touched = {entry.event.partnership for entry in batch}
        folded = await load(connection, place, "timeline_state", touched)
        known_before = set(folded)

        async def rows() -> AsyncIterator[tuple[object, ...]]:
            for number, entry in enumerate(batch):
                reference = entry.event.partnership
                before = folded.get(reference)
                after = folded[reference] = fold(before, entry)
                yield _row(entry, before.dossier if before else None, after.dossier)
                if number % 100 == 99:
                    await asyncio.sleep(0)  # to hear that it shall end

        # The database takes rows in while the next ones are made.
        await connection.copy_records_to_table(
            place.table("timeline_item"),
            schema_name=place.views,
            columns=_COLUMNS,
            records=rows(),
        )
        await save(connection, place, "timeline_state", folded, known=known_before)


def _row(entry: Entry[History], before: Dossier | None, after: Dossier) -> tuple[object, ...]:
    event, actor = entry.event, entry.actor
    home, counterpart = after.home, after.counterpart
    told = item(entry, before, after)
    return (
        entry.position,
        event.partnership,
        event.position if isinstance(event, e.RecordCorrected) else None,
        told.kind,
        told.type,
        actor.recorder,
        actor.role,
        actor.body,
        actor.community,
        [home.community, counterpart.community, key(home.name), key(counterpart.name)],
        home.name,
        counterpart.name,
        _possible_from(entry),
        encode(told),
    )


def _possible_from(entry: Entry[History]) -> date:
    if entry.on is None:
        return entry.recorded_at.astimezone(UTC).date()
    return entry.on.earliest or BEGINNING
