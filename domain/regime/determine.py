"""Does this regime apply to that partnership? The answer, its grounds, and what would change it."""

from msgspec import Struct

from domain.regime.evaluate import Finding, Missing, evaluate
from domain.regime.facts import PartnershipFacts
from domain.regime.lists import Lists
from domain.regime.regime import Regime, Verdict
from domain.regime.rule import OtherPartyScoreAtMost, in_words, nodes


class Determination(Struct, frozen=True):
    """`grounds` are the decisive tests: their clauses, and the facts that each used.

    What would change it: for *undetermined*, the facts in `missing`; otherwise the grounds, were
    they to come out differently. `disputed` says whose reading makes it *contested*.
    """

    verdict: Verdict
    grounds: tuple[Finding, ...]
    missing: tuple[Missing, ...]
    disputed: tuple[str, ...] = ()

    @property
    def clauses(self) -> tuple[str, ...]:
        """The ids of the clauses that it rests on."""
        return tuple(dict.fromkeys(ground.rule.clause for ground in self.grounds))

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that it rests on, in words."""
        return tuple(dict.fromkeys(fact for ground in self.grounds for fact in ground.uses))

    @property
    def editions(self) -> tuple[tuple[str, str], ...]:
        """The list editions that it rests on: id and edition."""
        return tuple(
            (ground.rule.list, ground.rule.edition)
            for ground in self.grounds
            if isinstance(ground.rule, OtherPartyScoreAtMost)
        )

    def what_would_change_it(self, lists: Lists) -> tuple[str, ...]:
        """Each thing that could, as a sentence."""
        if self.verdict == "undetermined":
            return tuple(f"Not recorded: {missing.in_words}." for missing in self.missing)
        if self.verdict == "contested":
            return tuple(f"Disputed: {reading}." for reading in self.disputed)
        return tuple(
            f"{'Holds' if ground.holds else 'Does not hold'}: {in_words(ground.rule, lists)}."
            for ground in self.grounds
        )


def determine(regime: Regime, facts: PartnershipFacts, lists: Lists) -> Determination:
    """Determine. *Contested* is what would be decided if nobody disputed the reading."""
    read = evaluate(regime.rule, facts, lists)
    if read.holds is None:
        return Determination("undetermined", read.decisive, read.missing)
    if any(node.disputed for _, node in nodes(regime.rule)):
        doubted = evaluate(regime.rule, facts, lists, doubting=True)
        if doubted.holds is None:
            return Determination("contested", read.decisive, (), doubted.disputes)
    return Determination("applies" if read.holds else "does_not_apply", read.decisive, ())


def failing_examples(regime: Regime, lists: Lists) -> tuple[str, ...]:
    """The examples of the regime that its own rule answers otherwise, as sentences."""
    return tuple(
        f"{example.name}: expected {example.expect}, is {verdict}"
        for example in regime.examples
        if (verdict := determine(regime, example.facts, lists).verdict) != example.expect
    )
