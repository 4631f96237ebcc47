"""One stored leaf of every event type: what was written once is read for ever, byte for byte."""

from pathlib import Path

import msgspec
import pytest

from adapters.ledger.leaf import decode
from domain.history import EVENT_TYPES, entry_of
from domain.ports import Recorded
from domain.transparency.tree import leaf_hash

GOLDEN = Path(__file__).parent / "golden"
KEPT = sorted(file.stem for file in GOLDEN.glob("*.json") if not file.stem.startswith("envelope."))
"""A shape that was stored before it had all its fields stands as `type+without_them`."""
EMPTY = ("", 0, (), None, msgspec.NODEFAULT)


def stored(kept: str) -> Recorded:
    leaf = (GOLDEN / f"{kept}.json").read_bytes()
    return decode(1, leaf, leaf_hash(leaf))


def test_there_is_a_leaf_of_every_event_type_and_of_no_other() -> None:
    assert {kept for kept in KEPT if "+" not in kept} == set(EVENT_TYPES)


@pytest.mark.parametrize("kept", KEPT)
def test_a_stored_event_is_read_as_what_it_was(kept: str) -> None:
    recorded, type_ = stored(kept), kept.partition("+")[0]

    assert recorded.type == type_
    assert type(entry_of(recorded).event) is EVENT_TYPES[type_]


@pytest.mark.parametrize("kept", KEPT)
def test_a_stored_event_is_written_as_it_was(kept: str) -> None:
    recorded = stored(kept)

    again = msgspec.json.encode(entry_of(recorded).event, order="sorted")

    assert again == bytes(recorded.public)


@pytest.mark.parametrize("type_", sorted(EVENT_TYPES))
def test_a_stored_leaf_shows_every_field(type_: str) -> None:
    shape = EVENT_TYPES[type_]

    assert set(msgspec.json.decode(stored(type_).public)) == set(shape.__struct_fields__)


@pytest.mark.parametrize("type_", sorted(EVENT_TYPES))
def test_what_is_left_out_of_a_leaf_is_empty(type_: str) -> None:
    # A default is never written, so it is part of the storage format: only "nothing" is safe.
    assert all(field.default in EMPTY for field in msgspec.structs.fields(EVENT_TYPES[type_]))
