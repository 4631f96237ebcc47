"""The figures of the report, each opened to its rows, and the question that they answer."""

from datetime import date

import pytest

from adapters.ledger.memory import MemoryLedger
from adapters.regimes import RegimeFile
from domain.refusals import Invalid, NotFound
from domain.regime import rule as r
from tests.api.reported import (
    BOTH,
    asked,
    made,
    numbers,
    opened,
)
from tests.domain.regime.cases import RECOGNISED, between, regime


async def test_every_figure_opens_to_as_many_rows_as_it_says(ledger: MemoryLedger) -> None:
    pairs = (between("US", "CN"), between("US", "", reference="TL-2"), between("US", "PR"))
    report = await made(ledger, *pairs, more=[BOTH])

    assert sum(figure.value > 0 for figure in report.figures) > 40
    for figure in report.figures:
        rows = await opened(ledger, figure.id, *pairs, more=[BOTH])
        assert len(rows) == figure.value, figure.id
        assert all(row.entries and row.because for row in rows), figure.id


async def test_a_row_names_the_two_and_the_entries_that_say_so(ledger: MemoryLedger) -> None:
    (row,) = await opened(ledger, "5.kind.visit", between("US", "CN"), more=[BOTH])

    assert row.subject == "Here (US) – There (CN)"
    assert row.because == "visit, 2026-11-01"
    assert row.entries == (2,)


async def test_an_unknown_figure_is_refused(ledger: MemoryLedger) -> None:
    with pytest.raises(NotFound, match="no figure of this report"):
        await opened(ledger, "5.score")


async def test_a_report_for_one_community_counts_its_partnerships_only(
    ledger: MemoryLedger,
) -> None:
    pairs = (
        between("US", "CN", names=("Norfolk", "Ningbo")),
        between("US", "CN", names=("Reno", "Taiyuan"), reference="TL-2"),
    )

    report = await made(ledger, *pairs, question=asked(community="x:Norfolk"))

    assert numbers(report, "2.partnerships_in_force") == (1,)
    assert report.basis.reporting_unit == "Norfolk (x:Norfolk)"


async def test_a_community_of_which_nothing_is_recorded_is_refused(ledger: MemoryLedger) -> None:
    with pytest.raises(NotFound, match="us-nofrolk"):
        await made(ledger, between("US", "CN"), question=asked(community="us-nofrolk"))


async def test_a_period_that_begins_after_its_end_is_refused(ledger: MemoryLedger) -> None:
    with pytest.raises(Invalid, match="since"):
        await made(ledger, question=asked(since=date(2026, 11, 2)))


async def test_a_regime_of_another_kind_is_refused(ledger: MemoryLedger) -> None:
    other = RegimeFile(regime(RECOGNISED, report="council-return"), "0" * 64, as_shipped=False)

    with pytest.raises(Invalid, match="council-return"):
        await made(ledger, question=asked(other))


async def test_a_rule_without_a_test_that_the_lines_need_is_refused(ledger: MemoryLedger) -> None:
    poor = RegimeFile(regime(r.AllOf(clause="1", of=(RECOGNISED,))), "0" * 64, as_shipped=False)

    with pytest.raises(Invalid, match="exactly_one_party_in"):
        await made(ledger, question=asked(poor))
