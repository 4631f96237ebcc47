"""One stored leaf of every event type: what was written once is read for ever, byte for byte."""

from pathlib import Path

import msgspec
import pytest

from adapters.ledger.leaf import decode
from domain.history import EVENT_TYPES, STORED_TYPES, entry_of
from domain.partnership import events as e
from domain.ports import Recorded
from domain.transparency.tree import leaf_hash
from domain.upcasting import RETIRED, present_type

GOLDEN = Path(__file__).parent / "golden"
KEPT = sorted(file.stem for file in GOLDEN.glob("*.json") if not file.stem.startswith("envelope."))
"""A shape that was stored before it had all its fields stands as `type+without_them`."""
WRITTEN = [kept for kept in KEPT if kept.partition("+")[0] not in RETIRED]
EMPTY = ("", 0, (), None, msgspec.NODEFAULT)


def stored(kept: str) -> Recorded:
    leaf = (GOLDEN / f"{kept}.json").read_bytes()
    return decode(1, leaf, leaf_hash(leaf))


def test_there_is_a_leaf_of_every_event_type_and_of_no_other() -> None:
    assert {kept for kept in KEPT if "+" not in kept} == STORED_TYPES


@pytest.mark.parametrize("kept", KEPT)
def test_a_stored_event_is_read_as_what_it_was(kept: str) -> None:
    recorded, type_ = stored(kept), kept.partition("+")[0]

    assert recorded.type == type_
    assert type(entry_of(recorded).event) is EVENT_TYPES[present_type(type_)]


def test_a_level_raised_in_the_first_shape_is_read_as_the_second_says_it() -> None:
    first, second = stored("partnership.tier_set.v1"), stored("partnership.tier_set.v2")

    assert entry_of(first).event == entry_of(second).event
    assert entry_of(first).event.signed is not None  # type: ignore[union-attr]  # it is a TierSet


def test_a_level_lowered_in_the_first_shape_has_no_signed_text() -> None:
    event = entry_of(stored("partnership.tier_set.v1+without_text")).event

    assert isinstance(event, e.TierSet)
    assert (event.tier, event.reason, event.signed) == ("contact", "Little happens.", None)


@pytest.mark.parametrize("kept", WRITTEN)
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
