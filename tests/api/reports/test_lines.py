"""The lines of the report: what each counts, and what those say that cannot be answered."""

from datetime import date

import pytest

from adapters.ledger.memory import MemoryLedger
from api.reports.sister_city_transparency import Sources, sister_city_transparency
from projections.views import Moment
from tests.api.reported import (
    ACT,
    BOTH,
    DAY,
    LISTS,
    Counted,
    Facts,
    asked,
    made,
    numbers,
)
from tests.domain.regime.cases import between


async def test_line_1_names_events_regime_and_lists_with_their_hashes(ledger: MemoryLedger) -> None:
    basis = (await made(ledger, question=asked(position=2))).basis

    second = (await ledger.read_after(1, 1))[0]
    assert (basis.ledger.first_position, basis.ledger.last_position) == (1, 2)
    assert basis.ledger.leaf_hash == second.leaf_hash.hex()
    assert basis.ledger.known_at == "2026-11-02T23:59:59.999999Z"
    assert basis.regime.sha256 == ACT.sha256
    assert [(used.edition, used.sha256) for used in basis.lists] == [
        ("2019", LISTS["cpi"].sha256),
        ("2023", LISTS["cpi"].sha256),
    ]


async def test_the_register_is_asked_for_the_day_as_known_at_the_position(
    ledger: MemoryLedger,
) -> None:
    register = Facts([])

    await sister_city_transparency(
        Sources(register, Counted(register, ()), ledger, LISTS), asked(position=2)
    )

    assert register.asked == [Moment(DAY, 2)]


async def test_line_4_counts_partners_by_motive(ledger: MemoryLedger) -> None:
    report = await made(
        ledger, between("US", "CN"), between("US", "DE", reference="TL-2"), more=[BOTH]
    )

    assert numbers(report, "4.motive.trade", "4.motive.culture") == (1, 1)
    assert numbers(report, "4.without_motive") == (1,)


async def test_line_5_counts_activities_by_kind_and_how_far_partnerships_differ(
    ledger: MemoryLedger,
) -> None:
    report = await made(
        ledger, between("US", "CN"), between("US", "DE", reference="TL-2"), more=[BOTH]
    )

    assert numbers(report, "5.activities", "5.kind.visit", "5.kind.economy") == (2, 1, 1)
    assert numbers(report, "5.kinds_each.0", "5.kinds_each.2") == (1, 1)


async def test_an_activity_that_may_lie_before_the_period_is_counted_apart(
    ledger: MemoryLedger,
) -> None:
    question = asked(since=date(2026, 1, 1))

    report = await made(ledger, between("US", "CN"), more=[BOTH], question=question)

    assert numbers(report, "5.activities", "5.activities_possibly") == (1, 1)
    assert numbers(report, "6.annual_reports") == (0,)


async def test_an_activity_after_the_day_is_not_counted(ledger: MemoryLedger) -> None:
    question = asked(as_of=date(2024, 12, 31))

    report = await made(ledger, between("US", "CN"), more=[BOTH], question=question)

    assert numbers(report, "5.activities", "5.activities_possibly") == (0, 0)
    assert numbers(report, "9.reviews", "6.annual_reports") == (0, 0)


async def test_line_10_counts_economic_activities_and_their_reviews(ledger: MemoryLedger) -> None:
    report = await made(ledger, between("US", "CN"), more=[BOTH])

    assert numbers(report, "10.economy", "10.economy_reviewed") == (1, 1)
    assert numbers(report, "10.finding.2B.partly_met", "12.finding.2E.no_evidence") == (1, 1)
    assert numbers(report, "8.education", "8.education_reviewed") == (0, 0)


@pytest.mark.parametrize("line", [6, 7, 9, 13, 15])
async def test_a_line_that_cannot_be_answered_says_why_and_what_would_fill_it(
    ledger: MemoryLedger, line: int
) -> None:
    report = await made(ledger)

    (found,) = [each for each in report.lines if each.line == line]
    assert found.gap is not None
    assert len(found.gap.why) > 60
    assert len(found.gap.filled_by) > 60


async def test_the_other_lines_are_answered(ledger: MemoryLedger) -> None:
    report = await made(ledger)

    assert [line.line for line in report.lines] == list(range(2, 16))
    assert [line.line for line in report.lines if not line.gap] == [2, 3, 4, 5, 8, 10, 11, 12, 14]


async def test_line_14_lists_all_sixteen_elements_and_who_lacks_a_finding(
    ledger: MemoryLedger,
) -> None:
    found = frozenset({(ACT.regime.criteria, "1A"), ("continuation/1", "K")})

    report = await made(
        ledger,
        between("US", "CN", findings=found),
        between("US", "CN", reference="TL-2"),
        between("US", "DE", reference="TL-3"),
    )

    open_ = "14.without_finding_not_ruled_out"
    assert sum(figure.id.startswith("14.without_finding.") for figure in report.figures) == 16
    assert numbers(report, "14.without_finding.1A", f"{open_}.1A") == (2, 1)
    assert numbers(report, "14.without_finding.3C", f"{open_}.3C") == (3, 2)
