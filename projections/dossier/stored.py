"""Dossiers and states as bytes in tables. The bytes depend on the values alone."""

from collections.abc import Container, Iterable, Mapping
from typing import get_args

import msgspec

from domain.partnership.state import Known
from projections.dossier.dossier import Dossier
from projections.dossier.fold import Folded
from projections.projection import Connection, Place

_STAGES: dict[str, msgspec.json.Decoder[Known]] = {
    shape.__name__: msgspec.json.Decoder(shape) for shape in get_args(Known)
}
_DECODER = msgspec.json.Decoder(Dossier)
_COLUMNS = ("partnership", "stage", "state", "dossier")
_CHANGE = """
    update {{schema}}.{table}{{suffix}} t
    set stage = n.stage, state = n.state, dossier = n.dossier
    from unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[])
        n (partnership, stage, state, dossier)
    where t.partnership = n.partnership
"""


def encode(value: msgspec.Struct) -> bytes:
    """As JSON. For values without sets: those have no order of their own."""
    return msgspec.json.encode(value)


def decode(stored: bytes) -> Dossier:
    """What `encode` made of a dossier."""
    return _DECODER.decode(stored)


async def load(
    connection: Connection, place: Place, table: str, partnerships: Iterable[str]
) -> dict[str, Folded]:
    """What `table` holds of `partnerships`."""
    rows = await connection.fetch(
        place.sql(
            f"select partnership, stage, state, dossier from {{schema}}.{table}{{suffix}} "
            "where partnership = any($1::text[])"
        ),
        list(partnerships),
    )
    return {
        reference: Folded(_STAGES[stage].decode(state), decode(dossier))
        for reference, stage, state, dossier in rows
    }


async def save(
    connection: Connection,
    place: Place,
    table: str,
    folded: Mapping[str, Folded],
    *,
    known: Container[str],
) -> None:
    """Put `folded` into `table`; it holds those of `known` already."""
    rows = [
        (
            reference,
            type(one.state).__name__,
            _encode_state(one.state),
            encode(one.dossier),
        )
        for reference, one in folded.items()
    ]
    if changed := [row for row in rows if row[0] in known]:
        await connection.execute(
            place.sql(_CHANGE.format(table=table)), *map(list, zip(*changed, strict=True))
        )
    await connection.copy_records_to_table(
        place.table(table),
        schema_name=place.views,
        columns=_COLUMNS,
        records=[row for row in rows if row[0] not in known],
    )


def _encode_state(state: Known) -> bytes:
    """With its sets in one order: without that two machines would store other bytes."""
    return msgspec.json.encode(msgspec.to_builtins(state, order="deterministic", str_keys=True))
