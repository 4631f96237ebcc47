"""A few hundred random changes of a signed ledger; `python -m tests.verifier` makes thousands."""

from collections import Counter

import pytest

from tests.verifier import changes
from tests.verifier.changes import IN_COLUMNS, hunt
from tests.verifier.ledger import Outsider, SignedLedger

SEEDS = 200


async def test_each_random_change_is_found_with_its_position_and_nothing_else_is(
    ledger: SignedLedger, outsider: Outsider
) -> None:
    looked, missed = Counter[str](), list[tuple[int, str]]()
    async for seed, what in hunt(range(1, SEEDS + 1), ledger, outsider):
        looked["changed" if seed > 0 else "untouched"] += 1
        if what:
            missed.append((seed, what))

    assert missed == []
    assert looked == {"changed": SEEDS, "untouched": 3}


async def test_a_verifier_that_overlooks_one_kind_of_change_is_found_out(
    ledger: SignedLedger, outsider: Outsider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A planted mistake: hashes of the entries are believed as they are stored."""
    monkeypatch.setattr(
        "api.verifier.twinledger_verify.Bundle.computed",
        lambda bundle, level, index: bundle.stored(level, index),
    )
    seeds = [seed for seed in range(60) if seed % IN_COLUMNS]
    found = [what async for _, what in hunt(seeds, ledger, outsider) if what]

    assert any(what.startswith(changes.A_BYTE) for what in found)
