"""Writes the compliance table: one row for every entry that a report counts."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from domain.decider import Entry
from domain.history import stored_as
from domain.partnership.evolve import History
from projections.compliance.noted import HANDLED, noted
from projections.dossier.stored import encode
from projections.projection import Connection, Place, Table

_COLUMNS = ("partnership", "position", "fact")


class ComplianceProjection:
    """See `Projection`; the table is described in tables.sql."""

    name = "compliance"
    version = 2
    keyed_by: Literal["partnership", "community"] = "partnership"
    tables = (Table("compliance_fact", ("partnership", "position")),)
    sql = (Path(__file__).parent / "tables.sql").read_text(encoding="utf-8")
    handles = stored_as(HANDLED)

    async def apply(
        self, batch: Sequence[Entry[History]], connection: Connection, place: Place
    ) -> None:
        rows = []
        for number, entry in enumerate(batch):
            rows.append((entry.event.partnership, entry.position, encode(noted(entry))))
            if number % 100 == 99:
                await asyncio.sleep(0)  # to hear that it shall end
        await connection.copy_records_to_table(
            place.table("compliance_fact"),
            schema_name=place.views,
            columns=_COLUMNS,
            records=rows,
        )
