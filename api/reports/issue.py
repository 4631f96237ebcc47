"""From what a person typed to a report, and to its bytes."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time
from typing import Generic, TypeVar, get_args

from adapters.lists import shipped_lists
from adapters.regimes import load_regime, regime_for_report
from api.as_at import as_at
from api.refusals import NotShownYet, TooManyReports
from api.reports.rendering import Format, render, render_figure
from api.reports.report import OpenedFigure, Report
from api.reports.sister_city_transparency import (
    REPORT,
    Question,
    Sources,
    open_figure,
    require_recorded,
    sister_city_transparency,
)
from domain.dates import parse_day
from domain.ports import Ledger
from domain.refusals import Invalid, NotFound
from projections.compliance.facts import Compliance
from projections.views import Register

REPORTS: tuple[str, ...] = (REPORT,)
FORMATS: tuple[Format, ...] = get_args(Format)

_REPORTS_KEPT, _FIGURES_KEPT = 32, 4  # a figure may have a row for every partnership
_MOST_WAITING = 16  # different questions

T = TypeVar("T")
_Key = tuple[str, date, int, bytes, date | None, str, str]


class _Kept(Generic[T]):
    """The latest answers. The same question gives the same answer, so none ever grows old."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._answers: OrderedDict[_Key, T] = OrderedDict()

    def get(self, key: _Key) -> T | None:
        if key in self._answers:
            self._answers.move_to_end(key)
        return self._answers.get(key)

    def keep(self, key: _Key, answer: T) -> T:
        self._answers[key] = answer
        if len(self._answers) > self._size:
            self._answers.popitem(last=False)
        return answer


class Reports:
    """Makes the reports of one register, one at a time, and keeps the latest.

    What is kept is bounded: 32 reports, and 4 opened figures with one row for each partnership or
    act that they count, about 500 bytes each: 50 MB where all four count 25,000.
    `reached` says whether the read models show a position, after its own bound of waiting,
    `first_missing` which entry up to there is parked: a report without it could not be made again.
    """

    def __init__(
        self,
        register: Register,
        compliance: Compliance,
        ledger: Ledger,
        reached: Callable[[int], Awaitable[bool]],
        first_missing: Callable[[int], Awaitable[int | None]],
    ) -> None:
        self._sources = Sources(register, compliance, ledger, shipped_lists())
        self._shipped = regime_for_report(REPORT, self._sources.lists)
        self._reached, self._first_missing = reached, first_missing
        self._reports: _Kept[Report] = _Kept(_REPORTS_KEPT)
        self._figures: _Kept[OpenedFigure] = _Kept(_FIGURES_KEPT)
        self._one_at_a_time = asyncio.Lock()
        self._waiting: Counter[_Key] = Counter()

    async def ask(
        self,
        *,
        as_of: str,
        position: int | None = None,
        known_at: str | None = None,
        since: str = "",
        community: str = "",
        report: str = REPORT,
        regime: str | None = None,
    ) -> Question:
        """What a person typed, as a question. `regime` is a file or a name, None: as shipped.

        Raises `Refused` or `RegimeRefused`.
        """
        return self.question(
            report=report,
            as_of=parse_day(as_of, field="as-of"),
            position=await position_asked_for(
                self._sources.ledger, known_at=known_at, position=position
            ),
            since=parse_day(since, field="since") if since else None,
            community=community,
            regime=regime,
        )

    def question(
        self,
        *,
        as_of: date,
        position: int,
        since: date | None = None,
        community: str = "",
        report: str = REPORT,
        regime: str | None = None,
    ) -> Question:
        """The question of these days and this position; see `Question`.

        Raises `NotFound` for a report that there is not, `RegimeRefused` for an unfit file.
        """
        if report not in REPORTS:
            raise NotFound("report", report[:60], f"There are {', '.join(REPORTS)}.")
        lists = self._sources.lists
        return Question(
            regime=load_regime(regime, lists) if regime else self._shipped,
            as_of=as_of,
            position=position,
            since=since,
            community=community,
        )

    async def report(self, question: Question) -> Report:
        """The report.

        Raises `NotShownYet`, `TooManyReports`, and what `sister_city_transparency` raises.
        """

        async def make() -> Report:
            await self._wait_for(question.position)
            return await sister_city_transparency(self._sources, question)

        return await self._answered(self._reports, await self._key(question), make)

    async def figure(self, question: Question, figure: str) -> OpenedFigure:
        """The rows behind a figure of the report.

        Raises `NotFound` for an unknown one, and what `report` raises.
        """
        (await self.report(question)).figure(figure)

        async def make() -> OpenedFigure:
            return await open_figure(self._sources, question, figure)

        return await self._answered(self._figures, await self._key(question, figure), make)

    async def _answered(self, kept: _Kept[T], key: _Key, make: Callable[[], Awaitable[T]]) -> T:
        """What is kept, or else made: each question once, whoever asks it meanwhile.

        However many wait for one answer, they take one place among those that are waited for.
        """
        if (answer := kept.get(key)) is not None:
            return answer
        if key not in self._waiting and len(self._waiting) >= _MOST_WAITING:
            raise TooManyReports
        self._waiting[key] += 1
        try:
            async with self._one_at_a_time:
                answer = kept.get(key)
                return kept.keep(key, await make()) if answer is None else answer
        finally:
            self._waiting[key] -= 1
            if not self._waiting[key]:
                del self._waiting[key]

    async def issue(self, question: Question, format: Format, figure: str = "") -> bytes:
        """The report, or one figure of it opened, as a file. Raises as `report` and `figure`."""
        if figure:
            opened = await self.figure(question, figure)
            return await asyncio.to_thread(render_figure, opened, format)
        return await asyncio.to_thread(render, await self.report(question), format)

    async def _wait_for(self, position: int) -> None:
        # A report of tables that are still behind would be wrong, and kept.
        if position > (await self._sources.ledger.head()).position:
            return
        if not await self._reached(position):
            raise NotShownYet(position)
        if (first := await self._first_missing(position)) is not None:
            raise NotShownYet(position, first)

    async def _key(self, question: Question, figure: str = "") -> _Key:
        # After a restore another history may stand at the same position.
        read = await as_at(self._sources.ledger, question.position)
        return (
            question.regime.sha256,
            question.as_of,
            question.position,
            read.leaf_hash,
            question.since,
            question.community,
            figure,
        )


async def position_asked_for(
    ledger: Ledger, *, known_at: str | None = None, position: int | None = None
) -> int:
    """The position asked about: given, or known at the end of a day (UTC), or the head.

    Raises `Invalid` when both are given, when a day is none, or a position is not there yet.
    """
    head = (await ledger.head()).position
    if known_at is not None and position is not None:
        raise Invalid("position", "known-at says it already", "Give one of the two.")
    if known_at is not None:
        day = parse_day(known_at, field="known-at")
        return await ledger.position_known_at(datetime.combine(day, time.max, UTC))
    if position is None:
        return head
    require_recorded(position, head)
    return position
