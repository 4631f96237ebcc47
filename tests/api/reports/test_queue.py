"""Reports asked for: at which position, and how many at once."""

import asyncio

import pytest

from adapters.ledger.memory import MemoryLedger
from api.refusals import NotShownYet, TooManyReports
from api.reports.issue import position_asked_for
from domain.refusals import Invalid, NotFound
from tests.api.reported import (
    asked,
    made,
    reports_on,
)
from tests.domain.regime.cases import between


async def test_a_position_that_is_not_there_yet_is_refused(ledger: MemoryLedger) -> None:
    with pytest.raises(Invalid, match="ends at 3"):
        await made(ledger, question=asked(position=4))


async def test_known_at_a_day_is_all_that_was_recorded_until_its_end(ledger: MemoryLedger) -> None:
    assert await position_asked_for(ledger, known_at="2026-11-02") == 2
    assert await position_asked_for(ledger, known_at="2026-10-31") == 0
    assert await position_asked_for(ledger, position=1) == 1
    assert await position_asked_for(ledger) == 3


async def test_known_at_and_position_together_are_refused(ledger: MemoryLedger) -> None:
    with pytest.raises(Invalid, match="one of the two"):
        await position_asked_for(ledger, known_at="2026-11-02", position=2)


async def test_as_of_a_month_is_refused_with_the_way_to_write_a_day(ledger: MemoryLedger) -> None:
    with pytest.raises(Invalid, match="as-of") as refused:
        await reports_on(ledger).ask(as_of="2026-11")

    assert "2026-11-01" in refused.value.remedy


async def test_an_unknown_report_is_answered_with_those_there_are(ledger: MemoryLedger) -> None:
    with pytest.raises(NotFound, match="sister-city-transparency"):
        await reports_on(ledger).ask(as_of="2026-11-01", report="twinning")


async def test_no_report_is_made_of_what_is_not_shown_yet(ledger: MemoryLedger) -> None:
    reports = reports_on(ledger, between("US", "CN"), shown=2)

    with pytest.raises(NotShownYet):
        await reports.report(await reports.ask(as_of="2026-11-01"))


async def test_the_same_question_is_not_counted_twice(ledger: MemoryLedger) -> None:
    reports = reports_on(ledger, between("US", "CN"))
    question = await reports.ask(as_of="2026-11-01", position=2)

    one = await reports.report(question)

    assert await reports.report(await reports.ask(as_of="2026-11-01", position=2)) is one
    assert await reports.report(await reports.ask(as_of="2026-11-01", position=3)) is not one


async def test_where_too_many_ask_at_once_some_are_told_to_come_back(ledger: MemoryLedger) -> None:
    reports = reports_on(ledger, between("US", "CN"))
    questions = [await reports.ask(as_of=f"2026-11-{day:02}") for day in range(1, 31)]

    answers = await asyncio.gather(*map(reports.report, questions), return_exceptions=True)

    refused = [answer for answer in answers if isinstance(answer, TooManyReports)]
    assert len(refused) == 30 - 16
    assert await reports.report(questions[-1])


async def test_however_many_ask_the_same_nobody_is_sent_away(ledger: MemoryLedger) -> None:
    reports = reports_on(ledger, between("US", "CN"))
    question = await reports.ask(as_of="2026-11-01")

    one, *others = await asyncio.gather(*(reports.report(question) for _ in range(30)))

    assert all(other is one for other in others)
