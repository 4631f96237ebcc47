"""A ledger, read models that know what they were given, and reports made from them."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from datetime import date
from typing import Any

from msgspec import Raw
from msgspec.structs import replace

from adapters.ledger.memory import MemoryLedger
from adapters.lists import shipped_lists
from adapters.regimes import RegimeFile, regime_for_report
from api.reports import Reports
from api.reports.report import CountedRow, Report
from api.reports.sister_city_transparency import (
    Question,
    Sources,
    open_figure,
    sister_city_transparency,
)
from domain.ports import Actor, Condition, NewEvent, Submission
from domain.regime.facts import PartnershipFacts
from domain.values import Party
from projections.compliance.facts import (
    Activity,
    AnnualReport,
    ComplianceFacts,
    Finding,
    Review,
)
from projections.views import Counts, Moment, Page, PartnershipView, Register

LISTS = shipped_lists()
ACT = regime_for_report("sister-city-transparency", LISTS)
DAY = date(2026, 11, 1)


VISIT = Activity(2, "visit", outcome_told=False, earliest=DAY, latest=DAY)
TRADE = Activity(3, "economy", outcome_told=True, earliest=date(2025, 1, 1), latest=DAY)


async def happened(ledger: MemoryLedger) -> None:
    """One event more, of which no read model knows."""
    key = f"key-{(await ledger.head()).position + 1}"
    event = NewEvent("test.happened.v1", Raw(b"{}"), (f"about:{key}",))
    actor = Actor("register", "", "", "r-1", "system")
    await ledger.append(
        Submission((event,), Condition(frozenset(), 0), actor, "", "r-1", key, bytes(32))
    )


class Facts(Register):
    """A register that only knows the facts it was given."""

    def __init__(self, facts: Iterable[PartnershipFacts]) -> None:
        self.given = list(facts)
        self.asked: list[Moment] = []

    async def facts(self, moment: Moment) -> AsyncIterator[PartnershipFacts]:
        self.asked.append(moment)
        for facts in self.given:
            yield facts

    async def search(self, *args: Any, **kwargs: Any) -> Page:
        raise AssertionError("a report is made from facts alone")

    async def get(self, *args: Any, **kwargs: Any) -> PartnershipView | None:
        raise AssertionError("a report is made from facts alone")

    async def counts(self, *args: Any, **kwargs: Any) -> Counts:
        raise AssertionError("a report is made from facts alone")

    async def countries(self) -> tuple[tuple[str, int], ...]:
        raise AssertionError("a report is made from facts alone")

    def pairs(self) -> AsyncIterator[tuple[str, Party, Party, bool]]:
        raise AssertionError("a report is made from facts alone")


class Counted:
    """What reports count, as given; of all others only that they were founded."""

    def __init__(self, register: Facts, given: Iterable[ComplianceFacts]) -> None:
        self._register, self._given = register, {more.partnership: more for more in given}

    async def facts(self, position: int) -> AsyncGenerator[ComplianceFacts, None]:
        for facts in self._register.given:
            more = self._given.get(facts.partnership) or counted(facts.partnership)
            yield with_findings(more, facts)


def counted(reference: str = "TL-0000-0001", **known: Any) -> ComplianceFacts:
    """A partnership of which only its founding, at entry 1, is known; and what is said of it."""
    nothing: dict[str, Any] = dict.fromkeys(
        ("motives", "activities", "reports", "reviews", "findings"), ()
    )
    founded = {"life": (1,), "parties": (1,), "recognition": {}}
    return ComplianceFacts(partnership=reference, **{**nothing, **founded, **known})


BOTH = counted(
    motives=("trade", "culture"),
    activities=(VISIT, TRADE),
    reports=(AnnualReport(4, 2025, nothing_happened=True),),
    findings=(
        Finding(6, ACT.regime.criteria, "2B", "partly_met"),
        Finding(7, ACT.regime.criteria, "2E", "no_evidence"),
        Finding(8, "continuation/1", "K", "met"),
    ),
    reviews=(Review("TR-1", "complaint", True, DAY, None, (5,)),),
)
"""One of which something is known in every line that counts what was recorded."""


def with_findings(more: ComplianceFacts, facts: PartnershipFacts) -> ComplianceFacts:
    """The findings of the rule's facts stand in both read models."""
    known = {(finding.criteria, finding.element) for finding in more.findings}
    others = (Finding(1, *found, "no_evidence") for found in facts.findings if found not in known)
    return replace(more, findings=(*more.findings, *others))


def asked(file: RegimeFile = ACT, *, position: int = 3, **changes: Any) -> Question:
    return Question(**{"regime": file, "as_of": DAY, "position": position, **changes})


def sources(
    ledger: MemoryLedger, facts: Iterable[PartnershipFacts], more: Iterable[ComplianceFacts] = ()
) -> Sources:
    register = Facts(facts)
    return Sources(register, Counted(register, more), ledger, LISTS)


async def made(
    ledger: MemoryLedger,
    *facts: PartnershipFacts,
    more: Sequence[ComplianceFacts] = (),
    question: Question | None = None,
) -> Report:
    return await sister_city_transparency(sources(ledger, facts, more), question or asked())


async def opened(
    ledger: MemoryLedger,
    figure: str,
    *facts: PartnershipFacts,
    more: Sequence[ComplianceFacts] = (),
    question: Question | None = None,
) -> tuple[CountedRow, ...]:
    """The rows behind a figure."""
    found = await open_figure(sources(ledger, facts, more), question or asked(), figure)
    return found.rows


def reports_on(ledger: MemoryLedger, *facts: PartnershipFacts, shown: int = 3) -> Reports:
    """Reports on a register that shows what it knows up to the entry `shown`."""
    register = Facts(facts)

    async def reached(position: int) -> bool:
        await asyncio.sleep(0)  # others come to ask meanwhile
        return position <= shown

    async def nothing_missing(position: int) -> None:
        return None

    return Reports(register, Counted(register, ()), ledger, reached, nothing_missing)


def numbers(report: Report, *figures: str) -> tuple[int, ...]:
    """The values of these figures."""
    return tuple(report.figure(figure).value for figure in figures)
