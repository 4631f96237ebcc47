"""Assembles the report "sister-city-transparency" from the facts of the whole register."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, date, datetime

from msgspec import Struct

from adapters.regimes import RegimeFile
from api.reports import gaps
from api.reports import report as content
from api.reports.answers import Answers, Period
from api.reports.population import Population
from api.reports.tally import Tally
from domain.ports import Ledger
from domain.refusals import Invalid, NotFound
from domain.regime.facts import PartnershipFacts
from domain.regime.lists import Lists
from domain.regime.rule import Test, in_words, nodes
from domain.review.criteria import criteria_set
from projections.compliance.facts import Compliance, ComplianceFacts
from projections.views import Moment, Register

REPORT = "sister-city-transparency"
_BETWEEN_TURNS = 100  # partnerships; then whoever waits for a page gets a turn


class Sources(Struct, frozen=True):
    """What reports are made from; the read models must have reached the position asked about."""

    register: Register
    compliance: Compliance
    ledger: Ledger
    lists: Lists


class Question(Struct, frozen=True, kw_only=True):
    """What a report is asked about; with the ledger up to `position` it says all that goes in.

    `community` is the reporting unit, empty for the whole register; `since` the first day of the
    period in which activities and annual reports count, None for all time.
    """

    regime: RegimeFile
    as_of: date
    position: int
    since: date | None = None
    community: str = ""


async def sister_city_transparency(sources: Sources, question: Question) -> content.Report:
    """The report on the day `as_of`, as known at `position`.

    It depends on nothing else: the same question of the same ledger gives the same report for
    ever. Raises `Invalid` when the ledger has not reached that position, when the period ends
    before it begins, and when the regime is not made for this report; `NotFound` for a community
    of which nothing is recorded.
    """
    made, _ = await _made(sources, question, None)
    return made


async def open_figure(sources: Sources, question: Question, figure: str) -> content.OpenedFigure:
    """The rows behind one figure of the report: counted again in the same way.

    Raises `NotFound` for a figure that the report does not have, else as the report does.
    """
    made, tally = await _made(sources, question, figure)
    return content.OpenedFigure(
        basis=made.basis, figure=made.figure(figure), rows=tuple(tally.rows)
    )


async def _made(
    sources: Sources, question: Question, opened: str | None
) -> tuple[content.Report, Tally]:
    regime = question.regime.regime
    if regime.report != REPORT:
        raise Invalid(
            "regime",
            f"{regime.id!r} is made for the report {regime.report!r}",
            f'Use a regime file with report = "{REPORT}".',
        )
    if question.since is not None and question.since > question.as_of:
        raise Invalid(
            "since",
            f"the period would begin after the day {question.as_of.isoformat()} that it ends on",
            "Name an earlier first day, or leave it out for all time.",
        )
    events = await _range(sources.ledger, question.position)
    tally = Tally(opened)
    population = Population(regime, sources.lists, tally)
    period = Period(question.since, question.as_of)
    answers = Answers(criteria_set(regime.criteria), period, tally)
    unit = ""
    number = 0
    async for facts, more in _joined(sources, question):
        number += 1
        if number % _BETWEEN_TURNS == 0:
            await asyncio.sleep(0)
        if question.community:
            names = [p.name for p in facts.parties if p.community == question.community]
            if not names:
                continue
            unit = unit or f"{names[0]} ({question.community})"
        tally.about(facts)
        determination = population.add(facts, more)
        if determination is not None:
            answers.add(facts, more, determination)
    if question.community and not unit:
        raise NotFound(
            "community with a partnership",
            question.community[:60],
            "Communities have ids such as us-norfolk; the page of a partnership names those of "
            "its two.",
        )
    basis = _basis(question, population, events, sources.lists, unit or "the whole register")
    return _report(regime.notice, basis, population, answers, tally), tally


async def _joined(
    sources: Sources, question: Question
) -> AsyncIterator[tuple[PartnershipFacts, ComplianceFacts]]:
    """Both read models hold the same partnerships at one position, in the same order."""
    async with aclosing(sources.compliance.facts(question.position)) as counted:
        async for facts in sources.register.facts(Moment(question.as_of, question.position)):
            more = await anext(counted, None)
            if more is None or more.partnership != facts.partnership:
                raise AssertionError(f"the read models differ at {facts.partnership}")
            yield facts, more


def _report(
    notice: str, basis: content.Basis, population: Population, answers: Answers, tally: Tally
) -> content.Report:
    return content.Report(
        notice=notice,
        basis=basis,
        lines=(
            population.line_2(),
            population.line_3(),
            answers.line_4(),
            answers.line_5(),
            gaps.line_6(answers, tally),
            gaps.line_7(answers),
            answers.line_8(),
            gaps.line_9(answers, tally),
            answers.line_10(),
            answers.line_11(),
            answers.line_12(),
            gaps.line_13(answers),
            answers.line_14(),
            gaps.line_15(),
        ),
        data_quality=population.notes(),
    )


def _basis(
    question: Question,
    population: Population,
    events: content.LedgerRange,
    lists: Lists,
    unit: str,
) -> content.Basis:
    scores, edition = population.list, population.score.edition

    def used(edition: str, used_for: str) -> content.ListUsed:
        return content.ListUsed(
            scores.id, scores.title, edition, used_for, scores.sha256, scores.attribution
        )

    return content.Basis(
        reporting_unit=unit,
        community=question.community,
        since=question.since,
        as_of=question.as_of,
        ledger=events,
        regime=_regime(question.regime, lists),
        lists=(
            used(edition, "the rule: lines 2 and 14"),
            used(scores.newest, "information: line 3"),
        ),
        population=population.in_words,
    )


def _regime(file: RegimeFile, lists: Lists) -> content.RegimeUsed:
    regime = file.regime
    citations = {clause.id: clause.citation for clause in regime.clauses}
    return content.RegimeUsed(
        regime.id,
        regime.version,
        regime.title,
        regime.form,
        file.sha256,
        file.as_shipped,
        tuple(
            f"{in_words(node, lists)} ({citations[node.clause]})"
            for _, node in nodes(regime.rule)
            if isinstance(node, Test)
        ),
    )


def require_recorded(position: int, head: int) -> None:
    """Raise `Invalid` for a position that is not in a register which ends at `head`."""
    if not 0 <= position <= head:
        raise Invalid(
            "position",
            f"{position} is not in the register, which ends at {head}",
            f"Use a position from 0 to {head}.",
        )


async def _range(ledger: Ledger, position: int) -> content.LedgerRange:
    require_recorded(position, (await ledger.head()).position)
    if position == 0:
        return content.LedgerRange(0, 0, "", "")
    (last,) = await ledger.read_after(position - 1, 1)
    return content.LedgerRange(1, position, _utc(last.recorded_at), last.leaf_hash.hex())


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
