"""Counting one partnership after another: what is kept does not grow with the register."""

from collections import Counter
from collections.abc import Callable, Iterable

from api.reports.report import CountryCount, Recognition, Undetermined, Verdicts
from domain.regime.determine import Determination
from domain.regime.facts import PartyFacts
from domain.regime.regime import Verdict
from domain.regime.truth import Truth

VERDICTS: tuple[Verdict, ...] = ("applies", "does_not_apply", "undetermined", "contested")


class RecognitionTally:
    """Yes, no, unknown."""

    def __init__(self) -> None:
        self._counts: Counter[Truth] = Counter()

    def add(self, recognised: Truth) -> None:
        self._counts[recognised] += 1

    @property
    def total(self) -> int:
        return self._counts.total()

    def result(self) -> Recognition:
        return Recognition(self._counts[True], self._counts[False], self._counts[None])


class ScoreTally:
    """Pairs by the score of the partner's country on one edition."""

    def __init__(self, scores: dict[str, int], threshold: int) -> None:
        self._scores, self._threshold = scores, threshold
        self._by_country: dict[str, RecognitionTally] = {}

    def add(self, partner: PartyFacts, recognised: Truth) -> None:
        self._by_country.setdefault(partner.country, RecognitionTally()).add(recognised)

    @property
    def at_or_below(self) -> tuple[CountryCount, ...]:
        return self._where(lambda score: score is not None and score <= self._threshold)

    @property
    def above(self) -> tuple[CountryCount, ...]:
        return self._where(lambda score: score is not None and score > self._threshold)

    @property
    def without_score(self) -> tuple[CountryCount, ...]:
        """Those of known countries; pairs without a country code are counted apart."""
        return self._where(lambda score: score is None)

    @property
    def without_country(self) -> int:
        return self._by_country[""].total if "" in self._by_country else 0

    def _where(self, wanted: Callable[[int | None], bool]) -> tuple[CountryCount, ...]:
        return tuple(
            CountryCount(country, score, tally.total, tally.result())
            for country, tally in sorted(self._by_country.items())
            if country and wanted(score := self._scores.get(country))
        )


class VerdictTally:
    """Determinations, the undetermined by what they lack."""

    def __init__(self) -> None:
        self._verdicts: Counter[Verdict] = Counter()
        self._missing: Counter[tuple[str, ...]] = Counter()

    def add(self, determination: Determination) -> None:
        self._verdicts[determination.verdict] += 1
        if determination.verdict == "undetermined":
            missing = {fact.in_general for fact in determination.missing}
            self._missing[tuple(sorted(missing))] += 1

    def result(self) -> Verdicts:
        most_first = sorted(self._missing.items(), key=lambda item: (-item[1], item[0]))
        return Verdicts(
            {verdict: self._verdicts[verdict] for verdict in VERDICTS},
            tuple(Undetermined(missing, count) for missing, count in most_first),
        )


def pairs(counts: Iterable[CountryCount]) -> int:
    """All pairs of these countries."""
    return sum(count.pairs for count in counts)


def recognition(counts: Iterable[CountryCount]) -> Recognition:
    """The recognition of all pairs of these countries."""
    recognised = [count.recognised for count in counts]
    return Recognition(
        sum(each.yes for each in recognised),
        sum(each.no for each in recognised),
        sum(each.unknown for each in recognised),
    )
