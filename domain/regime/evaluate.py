"""What a rule says of one partnership: yes, no, or not known and because of which missing fact."""

from collections.abc import Iterable
from typing import Literal, assert_never

from msgspec import Struct
from msgspec.structs import replace

from domain.names import fold
from domain.regime import rule as r
from domain.regime.facts import PartnershipFacts, PartyFacts
from domain.regime.lists import Lists, list_of
from domain.regime.truth import Truth, conjunction, disjunction, negation


class Missing(Struct, frozen=True, order=True):
    """A fact that nobody has recorded. `subject` is the party, country or body it is about,
    `source` the list edition that would say it.
    """

    kind: Literal["country", "score", "recognition", "status"]
    subject: str = ""
    source: str = ""

    @property
    def in_general(self) -> str:
        """The fact without the particulars of one partnership, to count by."""
        match self.kind:
            case "country":
                return "country code of a party"
            case "score":
                return f"score of the other party's country on the {self.source}"
            case "recognition":
                return f"recognition by {self.subject}"
            case "status":
                return "status on the day"
            case _:
                assert_never(self.kind)

    @property
    def in_words(self) -> str:
        """The fact of this one partnership."""
        match self.kind:
            case "country":
                return f"country code of {self.subject}"
            case "score":
                return f"score of {self.subject} on the {self.source}"
            case "recognition" | "status":
                return self.in_general
            case _:
                assert_never(self.kind)


class Finding(Struct, frozen=True):
    """One node and what came of it. `uses` are the facts that it rests on, in words.

    `missing` is empty unless `holds` is None; `parts` are the findings below all, any and not.
    """

    rule: r.Rule
    holds: Truth
    uses: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    parts: tuple["Finding", ...] = ()

    @property
    def decisive(self) -> tuple["Finding", ...]:
        """The tests that made the answer what it is: while they stay, it stays."""
        if isinstance(self.rule, r.Not):
            return self.parts[0].decisive
        same = [part for part in self.parts if part.holds is self.holds]
        return tuple(test for part in same for test in part.decisive) or (self,)

    @property
    def disputes(self) -> tuple[str, ...]:
        """The disputed readings on which an answer waits."""
        if self.holds is not None:
            return ()
        own = (self.rule.disputed,) if self.rule.disputed else ()
        return (*own, *(dispute for part in self.parts for dispute in part.disputes))


def evaluate(
    rule: r.Rule, facts: PartnershipFacts, lists: Lists, *, doubting: bool = False
) -> Finding:
    """Evaluate the whole tree. With `doubting`, disputed nodes count as not known.

    Learning a missing fact can turn "not known" into an answer, never one answer into another.
    """
    finding = _evaluate(rule, facts, lists, doubting)
    return replace(finding, holds=None) if doubting and rule.disputed else finding


def _evaluate(rule: r.Rule, facts: PartnershipFacts, lists: Lists, doubting: bool) -> Finding:
    match rule:
        case r.AllOf() | r.AnyOf():
            parts = tuple(evaluate(part, facts, lists, doubting=doubting) for part in rule.of)
            joined = conjunction if isinstance(rule, r.AllOf) else disjunction
            holds = joined(part.holds for part in parts)
            return Finding(rule, holds, missing=_missing(holds, parts), parts=parts)
        case r.Not():
            part = evaluate(rule.of, facts, lists, doubting=doubting)
            holds = negation(part.holds)
            return Finding(rule, holds, missing=_missing(holds, (part,)), parts=(part,))
        case r.ExactlyOnePartyIn():
            return _exactly_one_party_in(rule, facts)
        case r.OtherPartyScoreAtMost():
            return _other_party_score_at_most(rule, facts, lists)
        case r.RecognisedBy():
            return _recognised_by(rule, facts)
        case r.StatusIn():
            return _status_in(rule, facts)
        case r.NoPartyAtLevel():
            uses = tuple(f"{party.name}: {party.level}" for party in facts.parties if party.level)
            return Finding(rule, all(p.level not in rule.levels for p in facts.parties), uses)
        case _:
            assert_never(rule)


def _missing(holds: Truth, parts: Iterable[Finding]) -> tuple[Missing, ...]:
    if holds is not None:
        return ()
    return tuple(dict.fromkeys(missing for part in parts for missing in part.missing))


def _exactly_one_party_in(rule: r.ExactlyOnePartyIn, facts: PartnershipFacts) -> Finding:
    without = tuple(Missing("country", party.name) for party in facts.parties if not party.country)
    inside = sum(party.country in rule.countries for party in facts.parties)
    return Finding(
        rule, None if without else inside == 1, _countries(facts.parties), missing=without
    )


def _other_party_score_at_most(
    rule: r.OtherPartyScoreAtMost, facts: PartnershipFacts, lists: Lists
) -> Finding:
    uses = _countries(facts.parties)
    without = tuple(Missing("country", party.name) for party in facts.parties if not party.country)
    others = [p for p in facts.parties if p.country and p.country not in rule.other_than]
    if len(others) != 1:
        return Finding(rule, None if without else False, uses, missing=without)

    scores = list_of(lists, rule.list)
    source = f"{scores.title} {rule.edition}"
    country = others[0].country
    score = scores.edition(rule.edition).get(country)
    if score is None:
        return Finding(rule, None, uses, missing=(*without, Missing("score", country, source)))
    uses = (*uses, f"{country} scores {score} on the {source}")
    if score > rule.threshold:  # decides even where the party beside it has no country code
        return Finding(rule, False, uses)
    return Finding(rule, None if without else True, uses, missing=without)


def _recognised_by(rule: r.RecognisedBy, facts: PartnershipFacts) -> Finding:
    # What people typed as the body's name, against what the regime calls it.
    known = {fold(body): listed for body, listed in facts.recognised.items()}
    listed = known.get(fold(rule.body))
    if listed is None:
        return Finding(rule, None, missing=(Missing("recognition", rule.body),))
    return Finding(rule, listed, (f"{'listed' if listed else 'not listed'} by {rule.body}",))


def _status_in(rule: r.StatusIn, facts: PartnershipFacts) -> Finding:
    possible = facts.statuses
    begun = bool(possible) and not facts.possibly_not_begun
    uses = (f"status: {' or '.join([*sorted(possible), *([] if begun else ['not begun'])])}",)
    if begun and possible <= set(rule.statuses):
        return Finding(rule, True, uses)
    if possible.isdisjoint(rule.statuses):
        return Finding(rule, False, uses)
    return Finding(rule, None, uses, missing=(Missing("status"),))


def _countries(parties: Iterable[PartyFacts]) -> tuple[str, ...]:
    return tuple(f"{party.name}: {party.country or 'no country code'}" for party in parties)
