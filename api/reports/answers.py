"""Lines 4 to 14 from recorded facts: motives, activities, reports, reviews, findings.

They are about the pairs that `Population.add` gives a determination of. A figure that a person is
to judge by is a count of what was recorded, never a score.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import get_args

from msgspec import Struct

from api.reports.report import Figure, Gap, Line
from api.reports.tally import Tally
from domain.partnership.commands import ActivityKind
from domain.regime.determine import Determination
from domain.regime.facts import PartnershipFacts
from domain.review.commands import Result
from domain.review.criteria import CriteriaSet
from domain.values import Motive
from projections.compliance.facts import Activity, ComplianceFacts, Finding
from projections.words import word

KINDS: tuple[ActivityKind, ...] = get_args(ActivityKind)
_MOTIVES: tuple[Motive, ...] = get_args(Motive)
_RESULTS: tuple[Result, ...] = get_args(Result)
_ARRANGEMENTS: dict[int, tuple[ActivityKind, str, str]] = {
    8: ("education", "educational", "2C"),
    10: ("economy", "economic", "2B"),
}
"""Lines on which activities of a kind, with its adjective, stand beside findings on an element."""

LINE_OF = {
    **{"1A": 4, "1B": 5, "3A": 5, "3B": 5, "1C": 6, "1D": 7, "2A": 7, "1E": 8, "2C": 8, "1F": 9},
    **{"2B": 10, "2D": 11, "2G": 11, "2E": 12, "2F": 12, "3C": 13},
}
"""The line that answers each element of the study."""


class Period(Struct, frozen=True):
    """From `since`, None for all time, to `until`, both days included."""

    since: date | None
    until: date

    def surely(self, earliest: date, latest: date) -> bool:
        """Whether what took place between the two days lies in it on any reading."""
        return latest <= self.until and (self.since is None or earliest >= self.since)

    def possibly(self, earliest: date, latest: date) -> bool:
        """Whether it lies in it on some reading."""
        return earliest <= self.until and (self.since is None or latest >= self.since)

    def has_year(self, year: int) -> bool:
        """Whether some day of the year lies in it."""
        return year <= self.until.year and (self.since is None or year >= self.since.year)


class Answers:
    """Counts what partnerships did and what officers found."""

    def __init__(self, criteria: CriteriaSet, period: Period, tally: Tally) -> None:
        self._criteria, self._period, self._tally = criteria, period, tally

    def add(
        self, facts: PartnershipFacts, more: ComplianceFacts, determination: Determination
    ) -> None:
        """Count one partnership of the report's population."""
        found = {f.element: f for f in more.findings if f.criteria == self._criteria.id}
        self._motives(more)
        self._activities(more, found)
        self._reports(more)
        self._reviews(more)
        self._findings(more, found, determination)

    def _motives(self, more: ComplianceFacts) -> None:
        if not more.motives:
            self._tally.count("4.without_motive", "no motive is recorded", more.life[:1])
        named = ", ".join(word(motive) for motive in more.motives)
        for motive in dict.fromkeys(more.motives):
            self._tally.count(f"4.motive.{motive}", f"motives: {named}", more.life[:1])

    def _activities(self, more: ComplianceFacts, found: dict[str, Finding]) -> None:
        took_place: list[Activity] = []
        for activity in more.activities:
            days = activity.earliest, activity.latest
            told = f"{word(activity.kind)}, {_days(*days)}"
            if self._period.surely(*days):
                took_place.append(activity)
                self._tally.count("5.activities", told, (activity.position,))
                self._tally.count(f"5.kind.{activity.kind}", told, (activity.position,))
                if activity.outcome_told:
                    outcome = f"6.outcome_told.{activity.kind}"
                    self._tally.count(outcome, told, (activity.position,))
            elif self._period.possibly(*days):
                self._tally.count("5.activities_possibly", told, (activity.position,))
        kinds = Counter(activity.kind for activity in took_place)
        entries = [activity.position for activity in took_place] or more.life[:1]
        named = ", ".join(f"{word(kind)} {kinds[kind]}" for kind in sorted(kinds))
        self._tally.count(
            f"5.kinds_each.{_few(len(kinds))}", named or "no activity is reported", entries
        )
        for line, (kind, _, element) in _ARRANGEMENTS.items():
            of_kind = [a.position for a in took_place if a.kind == kind]
            if not of_kind:
                continue
            told = f"{word(kind)}: {len(of_kind)} activities"
            self._tally.count(f"{line}.{kind}", told, of_kind)
            if element in found:
                because = f"{told}; finding on {element}: {word(found[element].result)}"
                entries = [*of_kind, found[element].position]
                self._tally.count(f"{line}.{kind}_reviewed", because, entries)

    def _reports(self, more: ComplianceFacts) -> None:
        for report in more.reports:
            if self._period.has_year(report.year):
                told = f"annual report for {report.year}"
                self._tally.count("6.annual_reports", told, (report.position,))
                if report.nothing_happened:
                    self._tally.count("6.nil_reports", told, (report.position,))

    def _reviews(self, more: ComplianceFacts) -> None:
        for review in more.reviews:
            told = f"review {review.review} ({word(review.ground)})"
            if review.opened > self._period.until:
                continue
            self._tally.count("9.reviews", told, review.entries)
            if review.closed is None or review.closed > self._period.until:
                self._tally.count("9.reviews_open", told, review.entries[:1])
                if review.hold:
                    self._tally.count("9.reviews_with_hold", told, review.entries[:1])

    def _findings(
        self, more: ComplianceFacts, found: dict[str, Finding], determination: Determination
    ) -> None:
        not_ruled_out = determination.verdict != "does_not_apply"
        if not_ruled_out:
            verdict = determination.verdict.replace("_", " ")
            self._tally.count("14.pairs_not_ruled_out", f"the rule: {verdict}", more.life)
        reviews = [entry for review in more.reviews for entry in review.entries[:1]]
        looked_in = reviews or more.life[:1]
        none = "no finding, though reviewed" if reviews else "no finding, no review"
        for code in self._criteria.codes:
            if finding := found.get(code):
                because = f"finding on {code}: {word(finding.result)}"
                figure = f"{LINE_OF[code]}.finding.{code}.{finding.result}"
                self._tally.count(figure, because, (finding.position,))
                continue
            self._tally.count(f"14.without_finding.{code}", none, looked_in)
            if not_ruled_out:
                self._tally.count(f"14.without_finding_not_ruled_out.{code}", none, looked_in)

    def line_4(self) -> Line:
        """1A: how partners were chosen."""
        motives = [
            self._tally.figure(
                f"4.motive.{motive}", word(motive), group="Partnerships with the motive"
            )
            for motive in _MOTIVES
        ]
        return Line(
            line=4,
            title="Selection criteria",
            elements=("1A",),
            rests_on="the motives of the proposal or of the legacy record",
            figures=(
                *(motive for motive in motives if motive.value),
                self._tally.figure("4.without_motive", "without a recorded motive"),
                *self.findings("1A"),
            ),
        )

    def line_5(self) -> Line:
        """1B, 3A, 3B: the activities, and the spread between partnerships."""
        figure = self._tally.figure
        spread = "Spread: partnerships by the number of different kinds of activity"
        return Line(
            line=5,
            title="Activities by kind, by partner, and the spread between partners",
            elements=("1B", "3A", "3B"),
            rests_on="reported activities whose date lies in the period",
            figures=(
                figure("5.activities", "activities in the period", unit="activities"),
                *(
                    figure(f"5.kind.{kind}", word(kind), unit="activities", group="By kind")
                    for kind in KINDS
                ),
                figure(
                    "5.activities_possibly",
                    "possibly in the period, their date leaves it open; counted apart",
                    unit="activities",
                ),
                *(
                    figure(f"5.kinds_each.{few}", words, group=spread)
                    for few, words in _FEW.items()
                ),
                *self.findings("1B", "3A", "3B"),
            ),
        )

    def line_8(self) -> Line:
        """1E, 2C: safeguards of expression; educational arrangements and their reviews."""
        return self._reviewed(
            8, "Freedom of expression; educational arrangements reviewed", ("1E", "2C")
        )

    def line_10(self) -> Line:
        """2B: economic arrangements and their reviews."""
        return self._reviewed(10, "Economic arrangements and reviews of them", ("2B",))

    def line_11(self) -> Line:
        """2D, 2G."""
        return self.line_of_findings(
            11, "Access of foreign nationals; visa-related checks", ("2D", "2G")
        )

    def line_12(self) -> Line:
        """2E, 2F."""
        return self.line_of_findings(12, "Strategic use; malign activities elsewhere", ("2E", "2F"))

    def line_14(self) -> Line:
        """Every element, and how many partnerships have no finding on it."""
        figure = self._tally.figure
        every = "Elements without a finding, of all pairs"
        not_ruled_out = "Elements without a finding, of the pairs that the rule does not rule out"
        return Line(
            line=14,
            title="Gaps: elements of the study without a finding",
            elements=self._criteria.codes,
            rests_on="findings of transparency reviews, the latest on each element",
            figures=(
                figure("14.pairs_not_ruled_out", "pairs that the rule does not rule out"),
                *self._gaps("14.without_finding", every),
                *self._gaps("14.without_finding_not_ruled_out", not_ruled_out),
            ),
        )

    def findings(self, *elements: str) -> Iterator[Figure]:
        """The findings on each element by their result, and where there is none."""
        for element in self._criteria.elements:
            if element.code not in elements:
                continue
            line = LINE_OF[element.code]
            group = f"Findings on {element.code}: {element.question}{_doubt(element.confirmed)}"
            for result in _RESULTS:
                id_ = f"{line}.finding.{element.code}.{result}"
                yield self._tally.figure(id_, word(result), group=group)

    def line_of_findings(
        self, line: int, title: str, elements: tuple[str, ...], gap: Gap | None = None
    ) -> Line:
        """A line of which nothing is recorded but what reviews found."""
        return Line(
            line=line,
            title=title,
            elements=elements,
            rests_on="findings of transparency reviews, the latest on each element",
            figures=tuple(self.findings(*elements)),
            gap=gap,
        )

    def _reviewed(self, line: int, title: str, elements: tuple[str, ...]) -> Line:
        kind, name, element = _ARRANGEMENTS[line]
        figure = self._tally.figure
        return Line(
            line=line,
            title=title,
            elements=elements,
            rests_on="findings of reviews; reported activities stand for arrangements",
            figures=(
                figure(f"{line}.{kind}", f"with {name} activities in the period"),
                figure(f"{line}.{kind}_reviewed", f"of these, with a finding on {element}"),
                *self.findings(*elements),
            ),
        )

    def _gaps(self, start: str, group: str) -> Iterable[Figure]:
        for element in self._criteria.elements:
            yield self._tally.figure(
                f"{start}.{element.code}",
                f"{element.code} {element.question}{_doubt(element.confirmed)}",
                group=group,
                detail=f"line {LINE_OF[element.code]}",
            )


_FEW = {"0": "none", "1": "one", "2": "two", "3": "three", "4_or_more": "four or more"}


def _few(number: int) -> str:
    return str(number) if number < 4 else "4_or_more"


def _days(earliest: date, latest: date) -> str:
    """In the form that a spreadsheet sorts: a day, or the first and the last possible one."""
    if earliest == latest:
        return earliest.isoformat()
    if earliest == date.min:
        return f"by {latest.isoformat()}"
    return f"{earliest.isoformat()} to {latest.isoformat()}"


def _doubt(confirmed: bool) -> str:
    return "" if confirmed else " (wording not confirmed)"
