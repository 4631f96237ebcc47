"""Assembles the report "sister-city-transparency" from the facts of the whole register."""

from collections import Counter
from datetime import UTC, date, datetime
from typing import TypeVar

from adapters.regimes import RegimeFile
from api.reports import report as content
from api.reports.tally import RecognitionTally, ScoreTally, VerdictTally, pairs, recognition
from domain.ports import Ledger
from domain.refusals import Invalid
from domain.regime.determine import Determination, determine
from domain.regime.evaluate import evaluate
from domain.regime.facts import PartnershipFacts
from domain.regime.lists import Lists, list_of
from domain.regime.regime import Regime
from domain.regime.rule import (
    ExactlyOnePartyIn,
    OtherPartyScoreAtMost,
    RecognisedBy,
    StatusIn,
    Test,
    in_words,
    nodes,
)
from domain.review.criteria import criteria_set
from projections.views import Moment, Register

REPORT = "sister-city-transparency"
T = TypeVar("T", bound=Test)


async def sister_city_transparency(
    register: Register,
    ledger: Ledger,
    *,
    regime: RegimeFile,
    lists: Lists,
    as_of: date,
    position: int,
    reporting_unit: str = "the whole register",
) -> content.Report:
    """The report on the day `as_of`, as known at `position`.

    It depends on nothing else: the same arguments on the same ledger give the same report for
    ever. `register` must have reached `position`. Raises `Invalid` when the ledger has not, and
    when the regime is not made for this report.
    """
    events = await _range(ledger, position)
    count = _Count(regime.regime, lists)
    async for facts in register.facts(Moment(as_of, position)):
        count.add(facts)
    return count.report(regime, events, as_of, reporting_unit)


class _Count:
    """The running counts; one pass over the register fills them."""

    def __init__(self, regime: Regime, lists: Lists) -> None:
        if regime.report != REPORT:
            raise Invalid(
                "regime",
                f"{regime.id!r} is made for the report {regime.report!r}",
                f'Use a regime file with report = "{REPORT}".',
            )
        self.regime, self.lists = regime, lists
        self.one_party = _the(ExactlyOnePartyIn, regime)
        self.in_force = _the(StatusIn, regime)
        self.recognised_by = _the(RecognisedBy, regime)
        self.score = _the(OtherPartyScoreAtMost, regime)
        self.list = list_of(lists, self.score.list)
        self.criteria = criteria_set(regime.criteria)

        self.surely, self.possibly, self.uncertain_status, self.without_level = 0, 0, 0, 0
        self.recognition = RecognitionTally()
        self.scores = ScoreTally(self.list.edition(self.score.edition), self.score.threshold)
        self.newest = ScoreTally(self.list.edition(self.list.newest), self.score.threshold)
        self.of_all, self.of_pairs = VerdictTally(), VerdictTally()
        self.pairs, self.not_ruled_out = 0, 0
        self.found: Counter[str] = Counter()
        self.found_not_ruled_out: Counter[str] = Counter()
        self.territories_in: list[content.Noted] = []
        self.territories_out: list[content.Noted] = []
        self.without_country: list[content.Noted] = []

    def add(self, facts: PartnershipFacts) -> None:
        """Count one partnership. What was surely not in force on the day is left out."""
        in_force = evaluate(self.in_force, facts, self.lists).holds
        if in_force is False:
            return
        self.uncertain_status += not facts.status_is_certain
        determination = determine(self.regime, facts, self.lists)
        self.of_all.add(determination)
        if in_force is None:
            self.possibly += 1
            return
        self.surely += 1

        # By code, as recorded: one that has no code may lie anywhere, but it is not counted in.
        outside = [p for p in facts.parties if p.country not in self.one_party.countries]
        one_us_party = len(outside) == 1
        self._note(facts, one_us_party)
        if one_us_party:
            recognised = evaluate(self.recognised_by, facts, self.lists).holds
            self.recognition.add(recognised)
            self.scores.add(outside[0], recognised)
            self.newest.add(outside[0], recognised)
            self._add_pair(facts, determination)

    def _add_pair(self, facts: PartnershipFacts, determination: Determination) -> None:
        self.of_pairs.add(determination)
        found = [element for set_, element in facts.findings if set_ == self.criteria.id]
        self.pairs += 1
        self.found.update(found)
        if determination.verdict != "does_not_apply":
            self.not_ruled_out += 1
            self.found_not_ruled_out.update(found)

    def _note(self, facts: PartnershipFacts, one_us_party: bool) -> None:
        no_us_party = all(p.country not in self.one_party.countries for p in facts.parties)
        for party in facts.parties:
            noted = content.Noted(facts.partnership, party.name, party.country)
            self.without_level += not party.level
            if not party.country:
                self.without_country.append(noted)
            if self._in_territory(party.country, party.name):
                if one_us_party:
                    self.territories_in.append(noted)
                elif no_us_party:
                    self.territories_out.append(noted)

    def _in_territory(self, country: str, name: str) -> bool:
        return any(
            country == territory.code or (not country and name in territory.names)
            for territory in self.regime.territories
        )

    def report(
        self, file: RegimeFile, events: content.LedgerRange, as_of: date, reporting_unit: str
    ) -> content.Report:
        """The counts as they stand, under their names."""
        return content.Report(
            notice=self.regime.notice,
            reporting_unit=reporting_unit,
            as_of=as_of,
            ledger=events,
            regime=self._regime(file),
            lists=(
                self._list(self.score.edition, "the rule: lines 2 and 14"),
                self._list(self.list.newest, "information: line 3"),
            ),
            partnerships_in_force=self.surely,
            partnerships_possibly_in_force=self.possibly,
            pairs_with_one_us_party=self.pairs,
            recognised_by=self.recognised_by.body,
            recognised=self.recognition.result(),
            edition=self.score.edition,
            threshold=self.score.threshold,
            at_or_below_threshold=pairs(self.scores.at_or_below),
            at_or_below_threshold_recognised=recognition(self.scores.at_or_below),
            above_threshold=pairs(self.scores.above),
            without_score=pairs(self.scores.without_score),
            without_country=self.scores.without_country,
            at_or_below_by_country=self.scores.at_or_below,
            newest_edition=self._newest(),
            determinations_of_pairs_with_one_us_party=self.of_pairs.result(),
            determinations_of_all=self.of_all.result(),
            pairs_not_ruled_out=self.not_ruled_out,
            gaps=self._gaps(),
            data_quality=content.DataQuality(
                _in_order(self.territories_in),
                _in_order(self.territories_out),
                _in_order(self.without_country),
                self.scores.without_score,
                self.uncertain_status,
                self.without_level,
            ),
        )

    def _regime(self, file: RegimeFile) -> content.RegimeUsed:
        citations = {clause.id: clause.citation for clause in self.regime.clauses}
        return content.RegimeUsed(
            self.regime.id,
            self.regime.version,
            self.regime.title,
            self.regime.form,
            file.sha256,
            file.as_shipped,
            tuple(
                f"{in_words(node, self.lists)} ({citations[node.clause]})"
                for _, node in nodes(self.regime.rule)
                if isinstance(node, Test)
            ),
        )

    def _list(self, edition: str, used_for: str) -> content.ListUsed:
        return content.ListUsed(
            self.list.id,
            self.list.title,
            edition,
            used_for,
            self.list.sha256,
            self.list.attribution,
        )

    def _newest(self) -> content.EditionCounts:
        return content.EditionCounts(
            self.list.newest,
            self.score.threshold,
            pairs(self.newest.at_or_below),
            pairs(self.newest.above),
            pairs(self.newest.without_score),
            self.newest.without_country,
            self.newest.at_or_below,
        )

    def _gaps(self) -> tuple[content.Gap, ...]:
        return tuple(
            content.Gap(
                element.code,
                element.question,
                element.confirmed,
                self.pairs - self.found[element.code],
                self.not_ruled_out - self.found_not_ruled_out[element.code],
            )
            for element in self.criteria.elements
        )


def _the(test: type[T], regime: Regime) -> T:
    found = [node for _, node in nodes(regime.rule) if isinstance(node, test)]
    if len(found) != 1:
        tag = test.__struct_config__.tag
        raise Invalid(
            "regime.rule",
            f"it has {len(found)} tests {tag!r}",
            f"The report {REPORT} needs exactly one; the columns of its lines come from it.",
        )
    return found[0]


def _in_order(noted: list[content.Noted]) -> tuple[content.Noted, ...]:
    return tuple(sorted(noted, key=lambda note: (note.partnership, note.party)))


async def _range(ledger: Ledger, position: int) -> content.LedgerRange:
    head = await ledger.head()
    if not 0 <= position <= head.position:
        raise Invalid(
            "position",
            f"{position} is not in the register, which ends at {head.position}",
            f"Use a position from 0 to {head.position}.",
        )
    if position == 0:
        return content.LedgerRange(0, 0, "", "")
    (last,) = await ledger.read_after(position - 1, 1)
    return content.LedgerRange(1, position, _utc(last.recorded_at), last.leaf_hash.hex())


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
