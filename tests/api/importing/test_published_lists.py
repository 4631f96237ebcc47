"""Two lists as they were published."""

import asyncpg
import pytest
from msgspec.structs import replace

from adapters.ledger import MemoryLedger, PostgresLedger
from tests.api.imported import (
    HEKMAN,
    SHARED,
    NoPairs,
    imported,
)


@pytest.mark.skipif(not HEKMAN.exists(), reason=f"{HEKMAN} is not on this machine")
async def test_a_messy_list_is_taken_but_for_eight_rows_just_as_its_dry_run_said(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    ledger = PostgresLedger(pool)
    dry = await imported(HEKMAN, ledger, register=NoPairs(), dry_run=True)
    wet = await imported(HEKMAN, ledger, register=NoPairs())

    assert replace(dry, dry_run=False) == wet
    assert (wet.rows, wet.new, len(wet.duplicates)) == (25_917, 24_824, 1_085)
    assert [(row.line, row.field) for row in wet.refused] == [
        *((4827, "b_country"), (6915, "b_country"), (12069, "b_name"), (12309, "b_country")),
        *((20844, "b_country"), (24153, "b_name"), (24482, "b_name"), (25541, "b_country")),
    ]
    assert all(row.of_line for row in wet.duplicates)


@pytest.mark.skipif(not HEKMAN.exists(), reason=f"{HEKMAN} is not on this machine")
async def test_the_look_alikes_of_a_messy_list_can_be_left_out(ledger: MemoryLedger) -> None:
    dry = await imported(HEKMAN, ledger, dry_run=True, skip_look_alikes=True)

    assert (len(dry.skipped), dry.look_alikes) == (49, ())
    assert dry.rows == dry.new + len(dry.duplicates) + len(dry.refused) + len(dry.skipped)


@pytest.mark.skipif(not SHARED.exists(), reason=f"{SHARED} is not on this machine")
async def test_the_whole_list_has_two_rows_that_double_others(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    report = await imported(SHARED, PostgresLedger(pool), register=NoPairs())

    assert (report.rows, report.new, report.refused) == (24_893, 24_891, ())
    assert [(row.line, row.of_line) for row in report.duplicates] == [(8939, 8937), (15639, 15636)]
    assert (len(report.look_alikes), len(report.names_alike)) == (50, 39)
