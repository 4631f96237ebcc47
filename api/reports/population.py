"""Lines 2 and 3 and the notes: which partnerships there are, and to which the rule applies."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from msgspec import Struct

from api.countries import country_name
from api.reports.report import Figure, Line
from api.reports.tally import Tally
from domain.refusals import Invalid
from domain.regime.determine import Determination, determine
from domain.regime.evaluate import evaluate
from domain.regime.facts import PartnershipFacts, PartyFacts
from domain.regime.lists import Lists, list_of
from domain.regime.regime import Regime, Verdict
from domain.regime.rule import (
    ExactlyOnePartyIn,
    OtherPartyScoreAtMost,
    RecognisedBy,
    StatusIn,
    Test,
    nodes,
)
from domain.regime.truth import Truth
from projections.compliance.facts import ComplianceFacts

T = TypeVar("T", bound=Test)

_RECOGNISED: dict[Truth, str] = {True: "yes", False: "no", None: "unknown"}
_VERDICTS: tuple[Verdict, ...] = ("applies", "does_not_apply", "undetermined", "contested")


class _Scored(Struct, frozen=True):
    """The line that counts by an edition of the list, and the scores in it."""

    line: int
    edition: str
    scores: Mapping[str, int]


class Population:
    """Counts who is in the report. The columns come from the tests of the regime's own rule."""

    def __init__(self, regime: Regime, lists: Lists, tally: Tally) -> None:
        self._regime, self._lists, self._tally = regime, lists, tally
        self.one_party = _the(ExactlyOnePartyIn, regime)
        self.in_force = _the(StatusIn, regime)
        self.recognised_by = _the(RecognisedBy, regime)
        self.score = _the(OtherPartyScoreAtMost, regime)
        self.list = list_of(lists, self.score.list)
        self._of_the_rule, self._newest = (
            _Scored(line, edition, self.list.edition(edition))
            for line, edition in ((2, self.score.edition), (3, self.list.newest))
        )
        self._inside = " or ".join(self.one_party.countries)
        self._missing: dict[str, str] = {}

    def add(self, facts: PartnershipFacts, more: ComplianceFacts) -> Determination | None:
        """Count one partnership; its determination where lines 4 to 14 are about it."""
        in_force = evaluate(self.in_force, facts, self._lists).holds
        if in_force is False:
            return None
        count, life = self._tally.count, more.life
        status = f"status: {' or '.join(sorted(facts.statuses))}"
        if not facts.status_is_certain:
            count("notes.partnerships_with_uncertain_status", status, life)
        determination = determine(self._regime, facts, self._lists)
        self._verdict("2.all", determination, more)
        if in_force is None:
            count("2.partnerships_possibly_in_force", status, life)
            return None
        count("2.partnerships_in_force", status, life)

        # By code, as recorded: one that has no code may lie anywhere, but it is not counted in.
        outside = [p for p in facts.parties if p.country not in self.one_party.countries]
        one_us_party = len(outside) == 1
        self._note(facts, more, one_us_party)
        if not one_us_party:
            return None
        count(
            "2.pairs_with_one_us_party",
            f"exactly one party has the code {self._inside}",
            more.parties,
        )
        self._scored(outside[0], facts, more)
        self._verdict("2.pairs", determination, more)
        return determination

    def _scored(self, partner: PartyFacts, facts: PartnershipFacts, more: ComplianceFacts) -> None:
        count = self._tally.count
        body = self.recognised_by.body
        recognised = _RECOGNISED[evaluate(self.recognised_by, facts, self._lists).holds]
        listed = more.recognition.get(body) or more.life[:1]
        said = {"yes": f"listed by {body}", "no": f"not listed by {body}"}
        because = said.get(recognised, f"nothing is recorded of {body}")
        count(f"2.recognised.{recognised}", because, listed)
        for by in (self._of_the_rule, self._newest):
            score = by.scores.get(partner.country)
            place = f"{partner.name}: {partner.country}"
            scored = f"{place} scores {score} in {by.edition}"
            if not partner.country:
                place = f"{partner.name} has no country code"
                count(f"{by.line}.without_country", place, more.parties)
            elif score is None:
                place = f"{place} has no score in {by.edition}"
                count(f"{by.line}.without_score", place, more.parties)
                count(f"{by.line}.without_score_by_country.{partner.country}", place, more.parties)
            elif score > self.score.threshold:
                count(f"{by.line}.above_threshold", scored, more.parties)
            else:
                below = f"{by.line}.at_or_below_threshold"
                count(below, scored, more.parties)
                count(f"{by.line}.at_or_below_by_country.{partner.country}", scored, more.parties)
                entries = (*more.parties, *listed)
                count(f"{below}.recognised.{recognised}", f"{scored}; {because}", entries)

    def _verdict(self, start: str, determination: Determination, more: ComplianceFacts) -> None:
        entries = (*more.life, *more.parties, *more.recognition.get(self.recognised_by.body, ()))
        if determination.verdict != "undetermined":
            because = "; ".join(determination.facts)
            self._tally.count(f"{start}.{determination.verdict}", because, entries)
            return
        because = f"not recorded: {'; '.join(m.in_words for m in determination.missing)}"
        self._tally.count(f"{start}.undetermined", because, entries)
        lacking = sorted({(missing.kind, missing.in_general) for missing in determination.missing})
        kinds = "-".join(dict.fromkeys(kind for kind, _ in lacking))
        self._missing[kinds] = " and ".join(words for _, words in lacking)
        self._tally.count(f"{start}.undetermined_without.{kinds}", because, entries)

    def _note(self, facts: PartnershipFacts, more: ComplianceFacts, one_us_party: bool) -> None:
        no_us_party = all(p.country not in self.one_party.countries for p in facts.parties)
        for party in facts.parties:
            named = f"{party.name} ({party.country or 'no country code'})"
            if not party.level:
                self._tally.count("notes.parties_without_level", named, more.parties)
            if not party.country:
                self._tally.count("notes.parties_without_country", named, more.parties)
            if self._in_territory(party):
                if one_us_party:
                    note = "notes.pairs_with_one_us_party_in_territories"
                    self._tally.count(note, named, more.parties)
                elif no_us_party:
                    self._tally.count("notes.other_pairs_in_territories", named, more.parties)

    def _in_territory(self, party: PartyFacts) -> bool:
        return any(
            party.country == territory.code or (not party.country and party.name in territory.names)
            for territory in self._regime.territories
        )

    @property
    def in_words(self) -> str:
        """Whom lines 4 to 14 are about."""
        return f"pairs in force on the day with exactly one party whose code is {self._inside}"

    def line_2(self) -> Line:
        """All partnerships; of them recognised; of them by the partner country's score."""
        figure = self._tally.figure
        of_pairs = f"Does it apply? Of the pairs with exactly one party in {self._inside}"
        return Line(
            line=2,
            title="Partnerships",
            elements=(),
            rests_on="parties, status and recognition as recorded; the list edition of the rule",
            figures=(
                figure(
                    "2.partnerships_in_force",
                    "in force on the day (agreed, active or suspended)",
                ),
                figure("2.partnerships_possibly_in_force", "possibly in force, counted apart"),
                figure(
                    "2.pairs_with_one_us_party",
                    f"in force with exactly one party whose code is {self._inside}",
                ),
                *self._recognised("2.recognised", "Of these"),
                *self._by_score(self._of_the_rule),
                *self._verdicts("2.pairs", of_pairs),
                *self._verdicts("2.all", "Does it apply? Of all in force or possibly in force"),
            ),
        )

    def line_3(self) -> Line:
        """The same with the newest edition."""
        newest = self._newest.edition
        return Line(
            line=3,
            title=f"The same with the newest edition here, {newest}, for information",
            elements=(),
            rests_on=f"{self.list.title} {newest}",
            figures=tuple(self._by_score(self._newest)),
        )

    def notes(self) -> tuple[Figure, ...]:
        """What limits the counts. The two on territories are open questions of law, not errors."""
        figure = self._tally.figure
        return (
            figure(
                "notes.pairs_with_one_us_party_in_territories",
                "parties in a territory of the United States, counted above: the bill does not "
                "say whether a community there is a United States community",
                unit="parties",
            ),
            figure(
                "notes.other_pairs_in_territories",
                "parties in such a territory, not counted above for the same open question",
                unit="parties",
            ),
            figure(
                "notes.parties_without_country", "parties without a country code", unit="parties"
            ),
            figure(
                "notes.parties_without_level",
                "parties without a recorded level of government",
                unit="parties",
            ),
            figure(
                "notes.partnerships_with_uncertain_status", "partnerships with an uncertain status"
            ),
            *self._countries(
                self._of_the_rule,
                "without_score_by_country",
                f"Partner countries without a score in {self._of_the_rule.edition}",
            ),
        )

    def _by_score(self, by: _Scored) -> Iterator[Figure]:
        figure, line, most = self._tally.figure, by.line, self.score.threshold
        below = f"at {most} or less in {by.edition}"
        yield figure(f"{line}.at_or_below_threshold", f"with a partner country {below}")
        yield from self._recognised(f"{line}.at_or_below_threshold.recognised", "Of those")
        above = f"with a partner country above {most} in {by.edition}"
        yield figure(f"{line}.above_threshold", above)
        yield figure(f"{line}.without_score", "without a score of the partner's country")
        yield figure(f"{line}.without_country", "without a country code of the partner")
        yield from self._countries(by, "at_or_below_by_country", f"Partner countries {below}")

    def _recognised(self, start: str, of_which: str) -> Iterator[Figure]:
        group = f"{of_which}, listed by {self.recognised_by.body} on the day"
        for answer in _RECOGNISED.values():
            yield self._tally.figure(f"{start}.{answer}", answer, group=group)

    def _countries(self, by: _Scored, counted: str, group: str) -> Iterator[Figure]:
        for code in self._tally.under(f"{by.line}.{counted}"):
            score = by.scores.get(code)
            yield self._tally.figure(
                f"{by.line}.{counted}.{code}",
                f"{country_name(code)} ({code})",
                group=group,
                detail="" if score is None else f"score {score}",
            )

    def _verdicts(self, start: str, group: str) -> Iterator[Figure]:
        for verdict in _VERDICTS:
            words = verdict.replace("_", " ")
            yield self._tally.figure(f"{start}.{verdict}", words, group=group)
        for kinds in self._tally.under(f"{start}.undetermined_without"):
            label = f"of the undetermined, unknown: {self._missing[kinds]}"
            yield self._tally.figure(f"{start}.undetermined_without.{kinds}", label, group=group)


def _the(test: type[T], regime: Regime) -> T:
    found = [node for _, node in nodes(regime.rule) if isinstance(node, test)]
    if len(found) != 1:
        tag = test.__struct_config__.tag
        raise Invalid(
            "regime.rule",
            f"it has {len(found)} tests {tag!r}",
            f"The report {regime.report} needs exactly one; the columns of its lines come from it.",
        )
    return found[0]
