"""Dry runs, second runs, interrupted runs."""

import pytest

from adapters.ledger import MemoryLedger
from tests.api.imported import (
    HEADER,
    NoPairs,
    Written,
    imported,
)


async def test_a_dry_run_says_the_same_and_records_nothing(
    ledger: MemoryLedger, written: Written
) -> None:
    path = written(HEADER + "Encamp,AD,Alghero,IT\nAlghero,IT,Encamp,AD\nEncamp,UK,Alghero,IT\n")
    dry = await imported(path, ledger, dry_run=True)
    assert (await ledger.head()).position == 0
    wet = await imported(path, ledger)

    assert (dry.new, dry.duplicates, dry.refused) == (wet.new, wet.duplicates, wet.refused)
    assert [row.line for row in wet.refused] == [4]


async def test_a_second_run_changes_nothing(ledger: MemoryLedger, written: Written) -> None:
    path = written(HEADER + "Encamp,AD,Alghero,IT\nEncamp,AD,Mojácar,ES\n")
    await imported(path, ledger)
    report = await imported(path, ledger)

    assert (report.new, (await ledger.head()).position) == (0, 2)
    assert "earlier run of this import" in report.duplicates[0].reason


async def test_a_second_run_is_exact_before_the_read_models_are_built(
    ledger: MemoryLedger, written: Written
) -> None:
    path = written(HEADER + "Encamp,AD,Alghero,IT\n")
    await imported(path, ledger)
    report = await imported(path, ledger, register=NoPairs())

    assert (report.new, report.duplicates[0].why) == (0, "earlier_run")


async def test_an_interrupted_import_goes_on_where_it_ended(
    ledger: MemoryLedger, written: Written
) -> None:
    path = written(HEADER + "".join(f"Town {n},FR,Stadt {n},DE\n" for n in range(1_200)))

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await imported(path, ledger, progress=interrupt)
    stood = (await ledger.head()).position
    report = await imported(path, ledger)

    assert 0 < stood < 1_200
    assert (report.new, len(report.duplicates)) == (1_200 - stood, stood)
    assert (await ledger.head()).position == 1_200


async def test_progress_ends_at_all_rows(ledger: MemoryLedger, written: Written) -> None:
    told: list[tuple[int, int]] = []
    path = written(HEADER + "".join(f"Town {n},FR,Stadt {n},DE\n" for n in range(600)))
    await imported(path, ledger, progress=lambda done, total: told.append((done, total)))

    assert told == [(500, 600), (600, 600)]
