"""Applies, does not apply, undetermined, contested: with clause, facts, edition, and what else."""

import pytest

from domain.refusals import Invalid
from domain.regime import rule as r
from domain.regime.determine import determine, failing_examples
from domain.regime.regime import check
from tests.domain.regime.cases import (
    AT_MOST_45,
    CLAUSE,
    LISTS,
    ONE_US_PARTY,
    RECOGNISED,
    SCI,
    all_of,
    between,
    regime,
)

ACT = regime(all_of(ONE_US_PARTY, RECOGNISED, AT_MOST_45))


def test_it_applies_when_every_test_holds() -> None:
    determination = determine(ACT, between("US", "CN", recognised=True), LISTS)

    assert determination.verdict == "applies"
    assert determination.clauses == (CLAUSE,)
    assert determination.editions == (("cpi", "2019"),)
    assert "CN scores 41 on the Corruption Perceptions Index 2019" in determination.facts


def test_it_does_not_apply_when_one_test_fails_and_says_which() -> None:
    determination = determine(ACT, between("US", "DE"), LISTS)

    assert determination.verdict == "does_not_apply"
    assert determination.what_would_change_it(LISTS) == (
        "Does not hold: the country of the other party scores 45 or less "
        "on the Corruption Perceptions Index 2019.",
    )


def test_it_is_undetermined_when_a_fact_is_missing_and_names_it() -> None:
    determination = determine(ACT, between("US", "CN"), LISTS)

    assert determination.verdict == "undetermined"
    assert determination.what_would_change_it(LISTS) == (f"Not recorded: recognition by {SCI}.",)


def test_it_is_contested_when_the_answer_rests_on_a_disputed_reading() -> None:
    disputed = r.RecognisedBy(
        clause=CLAUSE, body=SCI, disputed="The association reads it otherwise"
    )
    act = regime(all_of(ONE_US_PARTY, disputed, AT_MOST_45))

    determination = determine(act, between("US", "CN", recognised=True), LISTS)

    assert determination.verdict == "contested"
    assert determination.what_would_change_it(LISTS) == (
        "Disputed: The association reads it otherwise.",
    )


def test_a_dispute_on_which_nothing_depends_contests_nothing() -> None:
    disputed = r.RecognisedBy(
        clause=CLAUSE, body=SCI, disputed="The association reads it otherwise"
    )
    act = regime(all_of(ONE_US_PARTY, disputed, AT_MOST_45))

    assert determine(act, between("US", "DE", recognised=True), LISTS).verdict == "does_not_apply"


def test_an_example_that_the_rule_answers_otherwise_is_told() -> None:
    always = regime(r.NoPartyAtLevel(clause=CLAUSE, levels=("national",)))

    assert failing_examples(always, LISTS) == ("One: expected does_not_apply, is applies",)


def test_a_rule_that_cites_an_unknown_clause_is_refused_with_its_place() -> None:
    wrong = regime(all_of(ONE_US_PARTY, r.RecognisedBy(clause="9", body=SCI)))

    with pytest.raises(Invalid) as refused:
        check(wrong, LISTS)

    assert refused.value.field == "rule.of[1].clause"
