"""Partnerships, lists and rules for the tests of regimes, and how to learn a missing fact."""

from hypothesis import strategies as st

from domain.regime import rule as r
from domain.regime.facts import PartnershipFacts, PartyFacts
from domain.regime.lists import ScoreList
from domain.regime.regime import Clause, Example, ExampleParty, Regime
from domain.values import CommunityId, PartnershipId, Status

SCI = "Sister Cities International"
CLAUSE = "1"
SCORES = ScoreList(
    "cpi",
    "Corruption Perceptions Index",
    "a test",
    "0" * 64,
    {"2019": {"CN": 41, "AR": 45, "ST": 46, "DE": 80, "US": 69}, "2023": {"CN": 42, "AR": 37}},
)
LISTS = {SCORES.id: SCORES}

ONE_US_PARTY = r.ExactlyOnePartyIn(clause=CLAUSE, countries=("US",))
IN_FORCE = r.StatusIn(clause=CLAUSE, statuses=("agreed", "active", "suspended"))
RECOGNISED = r.RecognisedBy(clause=CLAUSE, body=SCI)
AT_MOST_45 = r.OtherPartyScoreAtMost(
    clause=CLAUSE, other_than=("US",), list="cpi", edition="2019", threshold=45
)


def all_of(*rules: r.Rule) -> r.AllOf:
    return r.AllOf(clause=CLAUSE, of=rules)


def between(
    one: str,
    other: str,
    *,
    recognised: bool | None = None,
    statuses: tuple[Status, ...] = ("active",),
    names: tuple[str, str] = ("Here", "There"),
    reference: str = "TL-0000-0001",
    findings: frozenset[tuple[str, str]] = frozenset(),
    level: str = "",
    possibly_not_begun: bool = False,
) -> PartnershipFacts:
    """A partnership between communities of two countries; recognition unknown unless said."""
    return PartnershipFacts(
        PartnershipId(reference),
        (
            PartyFacts(CommunityId(f"x:{names[0]}"), names[0], one),
            PartyFacts(CommunityId(f"x:{names[1]}"), names[1], other, level),
        ),
        "sister",
        frozenset(statuses),
        legacy=True,
        recognised={} if recognised is None else {SCI: recognised},
        findings=findings,
        possibly_not_begun=possibly_not_begun,
    )


def regime(rule: r.Rule, *, report: str = "sister-city-transparency") -> Regime:
    return Regime(
        id="a-bill",
        version=1,
        title="A bill",
        form="bill",
        notice="This is a bill and gives no duty to a city.",
        report=report,
        criteria="us-sister-city-transparency-act/2025",
        clauses=(Clause(CLAUSE, "Section 1", "What it says.", "A test"),),
        rule=rule,
        examples=(Example("One", (ExampleParty("US"), ExampleParty("DE")), "does_not_apply"),),
    )


codes = st.sampled_from(["US", "CN", "AR", "ST", "DE", "BM", ""])
statuses = st.sampled_from(["active", "suspended", "ended", "proposed"])
partnerships = st.builds(
    between,
    codes,
    codes,
    recognised=st.sampled_from([True, False, None]),
    statuses=st.lists(statuses, min_size=1, max_size=3).map(tuple),
    level=st.sampled_from(["", "city", "national"]),
    possibly_not_begun=st.booleans(),
)
tests: st.SearchStrategy[r.Rule] = st.sampled_from(
    [
        ONE_US_PARTY,
        IN_FORCE,
        RECOGNISED,
        AT_MOST_45,
        r.NoPartyAtLevel(clause=CLAUSE, levels=("national",)),
        r.RecognisedBy(clause=CLAUSE, body=SCI, disputed="Some read it otherwise"),
    ]
)
rules: st.SearchStrategy[r.Rule] = st.recursive(
    tests,
    lambda below: st.one_of(
        st.lists(below, min_size=1, max_size=3).map(lambda of: all_of(*of)),
        st.lists(below, min_size=1, max_size=3).map(
            lambda of: r.AnyOf(clause=CLAUSE, of=tuple(of))
        ),
        below.map(lambda of: r.Not(clause=CLAUSE, of=of)),
    ),
    max_leaves=6,
)
