"""What each test of the vocabulary says, and what it calls missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.regime import rule as r
from domain.regime.evaluate import evaluate
from domain.regime.facts import PartnershipFacts
from domain.regime.lists import Lists
from domain.regime.truth import Truth
from domain.values import Status
from tests.domain.regime.cases import (
    AT_MOST_45,
    CLAUSE,
    IN_FORCE,
    LISTS,
    ONE_US_PARTY,
    RECOGNISED,
    SCI,
    SCORES,
    all_of,
    between,
    partnerships,
    rules,
)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("US", "CN", True), ("CN", "US", True), ("US", "US", False), ("FR", "DE", False)],
)
def test_exactly_one_party_lies_in_the_country(one: str, other: str, expected: bool) -> None:
    assert evaluate(ONE_US_PARTY, between(one, other), LISTS).holds is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("US", "AR", True),
        ("AR", "US", True),
        ("US", "ST", False),
        ("US", "US", False),
        ("CN", "AR", False),
        ("", "DE", False),
        ("", "CN", None),
        ("US", "", None),
        ("US", "BM", None),
        ("", "", None),
    ],
)
def test_the_threshold_is_inclusive_and_counts_the_other_party(
    one: str, other: str, expected: Truth
) -> None:
    assert evaluate(AT_MOST_45, between(one, other), LISTS).holds is expected


def test_a_country_without_a_score_is_named_with_the_edition() -> None:
    finding = evaluate(AT_MOST_45, between("US", "BM"), LISTS)

    assert [missing.in_words for missing in finding.missing] == [
        "score of BM on the Corruption Perceptions Index 2019"
    ]


def test_a_party_without_a_country_code_is_named() -> None:
    finding = evaluate(AT_MOST_45, between("US", "", names=("Here", "American Samoa")), LISTS)

    assert [missing.in_words for missing in finding.missing] == ["country code of American Samoa"]


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (("active",), True),
        (("agreed", "suspended"), True),
        (("ended",), False),
        ((), False),
        (("active", "ended"), None),
    ],
)
def test_an_uncertain_status_is_uncertain_only_where_it_matters(
    statuses: tuple[Status, ...], expected: Truth
) -> None:
    assert evaluate(IN_FORCE, between("US", "CN", statuses=statuses), LISTS).holds is expected


def test_dates_that_leave_the_beginning_open_leave_the_status_open() -> None:
    facts = between("US", "CN", possibly_not_begun=True)

    assert evaluate(IN_FORCE, facts, LISTS).holds is None


def test_recognition_that_nobody_recorded_is_missing_by_the_name_of_the_body() -> None:
    finding = evaluate(RECOGNISED, between("US", "CN"), LISTS)

    assert finding.holds is None
    assert [missing.in_words for missing in finding.missing] == [f"recognition by {SCI}"]


def test_a_level_speaks_only_where_it_is_known() -> None:
    rule = r.NoPartyAtLevel(clause=CLAUSE, levels=("national",))

    assert evaluate(rule, between("US", "CN"), LISTS).holds is True
    assert evaluate(rule, between("US", "CN", level="national"), LISTS).holds is False


def test_only_the_failing_tests_are_decisive_when_all_must_hold() -> None:
    rule = all_of(ONE_US_PARTY, RECOGNISED, AT_MOST_45)

    assert [finding.rule for finding in evaluate(rule, between("US", "DE"), LISTS).decisive] == [
        AT_MOST_45
    ]


@given(rules, partnerships, st.data())
def test_learning_a_fact_never_flips_an_answer(
    rule: r.Rule, facts: PartnershipFacts, data: st.DataObject
) -> None:
    before = evaluate(rule, facts, LISTS).holds
    after = evaluate(rule, _learnt(facts, data), _lists_learnt(data)).holds

    assert before in (None, after)


@given(rules, partnerships)
def test_what_is_not_known_names_what_is_missing_and_nothing_else_does(
    rule: r.Rule, facts: PartnershipFacts
) -> None:
    finding = evaluate(rule, facts, LISTS)

    assert bool(finding.missing) is (finding.holds is None)
    assert all(test.holds is not None or test.missing for test in finding.decisive)


def _learnt(facts: PartnershipFacts, data: st.DataObject) -> PartnershipFacts:
    """The same partnership with some of what was missing filled in."""
    parties = tuple(
        party if party.country else replace(party, country=data.draw(st.sampled_from(["US", "CN"])))
        for party in facts.parties
    )
    recognised = facts.recognised or {SCI: data.draw(st.booleans())}
    ends = [frozenset({status}) for status in sorted(facts.statuses)]
    not_begun = [frozenset[Status]()] if facts.possibly_not_begun else []
    return replace(
        facts,
        parties=parties,
        recognised=recognised,
        statuses=data.draw(st.sampled_from([*ends, *not_begun])),
        possibly_not_begun=False,
    )


def _lists_learnt(data: st.DataObject) -> Lists:
    """The same list with a score for the country that had none."""
    scores = SCORES.editions["2019"] | {"BM": data.draw(st.integers(0, 100))}
    return {"cpi": replace(SCORES, editions={**SCORES.editions, "2019": scores})}
