"""Dossiers and states as bytes in tables. The bytes depend on the values alone."""

from collections.abc import Iterable, Mapping
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
    connection: Connection, place: Place, table: str, folded: Mapping[str, Folded]
) -> None:
    """Put `folded` into `table`, in place of what it held."""
    await connection.execute(
        place.sql(
            f"insert into {{schema}}.{table}{{suffix}} (partnership, stage, state, dossier) "
            "select * from unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[]) "
            "on conflict (partnership) do update set "
            "stage = excluded.stage, state = excluded.state, dossier = excluded.dossier"
        ),
        list(folded),
        [type(known.state).__name__ for known in folded.values()],
        [_encode_state(known.state) for known in folded.values()],
        [encode(known.dossier) for known in folded.values()],
    )


def _encode_state(state: Known) -> bytes:
    """With its sets in one order: without that two machines would store other bytes."""
    return msgspec.json.encode(msgspec.to_builtins(state, order="deterministic", str_keys=True))
