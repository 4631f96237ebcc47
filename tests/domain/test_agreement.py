"""The text, the term and the level of an agreement: rows 17, 18 and 20."""

import pytest
from msgspec.structs import replace

from domain.partnership import commands as c
from domain.partnership import events as e
from domain.partnership.decide import decide
from domain.partnership.pair import among_its_pair
from domain.partnership.rules import refusal
from domain.partnership.state import Active
from domain.refusals import (
    AlreadyPaired,
    AlreadyRecorded,
    Invalid,
    NotAtThisStage,
    NotYourBody,
    OnHold,
    WaitingFor,
)
from domain.values import PartnershipId, Tier
from tests.domain.given import Did, given
from tests.domain.people import CLERK, deciding
from tests.domain.stages import (
    ACTIVATED,
    ACTIVE,
    AGREED,
    ENDED,
    FRIENDS,
    ID,
    LEGACY_ACTIVE,
    OPENED,
    OPENED_WITH_HOLD,
    OTHER_TEXT,
    PROPOSED,
    RESOLUTION,
    SUSPENDED,
    TEXT,
    WITH_TERM,
    legacy,
)

MAYOR = deciding("mayor")
SIGNED = e.SignedText(OTHER_TEXT, "Mayor", "Lord Mayor")
VARY = c.Vary(OTHER_TEXT, "Mayor", "Lord Mayor", RESOLUTION)
RENEW = c.Renew("2036-04-30", RESOLUTION)
SHORT_TERM = (
    *AGREED,
    Did(e.PartnershipActivated(ID, term_end="2026-10-31"), on="2026-05-01"),
)
OTHER = PartnershipId("TL-0000-0001")


def promote(tier: Tier, text: str = OTHER_TEXT) -> c.Promote:
    return c.Promote(tier, text, "Mayor", "Lord Mayor", RESOLUTION)


def demote(tier: Tier) -> c.Demote:
    return c.Demote(tier, "Little happens.", RESOLUTION)


@pytest.mark.parametrize("history", [AGREED, ACTIVE, LEGACY_ACTIVE])
def test_both_sides_sign_a_changed_text(history: tuple[Did, ...]) -> None:
    given(*history).when(VARY).then(
        e.AgreementVaried(ID, OTHER_TEXT, "Mayor", "Lord Mayor", RESOLUTION)
    )


def test_the_text_that_is_agreed_already_is_no_change() -> None:
    told = given(*ACTIVE).when(replace(VARY, text_sha256=TEXT)).refused(Invalid)

    assert told.field == "text_sha256"


def test_a_variation_is_the_text_to_which_the_next_one_is_compared() -> None:
    varied = Did(
        e.AgreementVaried(ID, OTHER_TEXT, "Mayor", "Lord Mayor", RESOLUTION), on="2026-07-01"
    )

    given(*ACTIVE, varied).when(VARY).refused(Invalid)
    assert given(*ACTIVE, varied).when(replace(VARY, text_sha256=TEXT)).decide()
    earlier = replace(VARY, text_sha256=TEXT)
    assert given(*ACTIVE, varied).when(earlier, on="2026-06-30").refused(Invalid).field == "on"


@pytest.mark.parametrize("history", [PROPOSED, SUSPENDED, ENDED])
def test_only_a_living_agreement_is_varied(history: tuple[Did, ...]) -> None:
    given(*history).when(VARY).refused(NotAtThisStage)


def test_the_administration_does_not_vary_an_agreement() -> None:
    told = given(*ACTIVE).when(VARY, by=deciding("staff")).refused(NotYourBody)

    assert "not by administration" in str(told)


def test_an_agreement_comes_into_force_for_a_term() -> None:
    command = c.BringIntoForce(term_end="2031-04-30")

    given(*AGREED).when(command, on="2026-05-01").then(
        e.PartnershipActivated(ID, term_end="2031-04-30")
    )


@pytest.mark.parametrize("term_end", ["2026-04-30", "2026/2031", "five years"])
def test_a_term_ends_at_a_date_after_it_begins(term_end: str) -> None:
    command = c.BringIntoForce(term_end=term_end)

    assert given(*AGREED).when(command, on="2026-05-01").refused(Invalid).field == "term_end"


def test_a_council_renews_the_term() -> None:
    given(*WITH_TERM).when(RENEW).then(e.TermRenewed(ID, "2036-04-30", RESOLUTION))


def test_a_term_is_renewed_on_its_last_day() -> None:
    assert given(*SHORT_TERM).when(c.Renew("2028", RESOLUTION), on="2026-10-31").decide()


def test_a_term_is_not_renewed_after_it_ended() -> None:
    asked = given(*SHORT_TERM).when(c.Renew("2028", RESOLUTION), on="2026-11-01")

    assert asked.refused(Invalid).field == "on"


@pytest.mark.parametrize("term_end", ["2031-04-30", "2031-04", "2030", "2031/2036", ""])
def test_the_new_end_of_a_term_is_a_later_date(term_end: str) -> None:
    command = c.Renew(term_end, RESOLUTION)

    assert given(*WITH_TERM).when(command).refused(Invalid).field == "term_end"


def test_a_term_that_ends_about_a_year_is_not_renewed_to_the_same() -> None:
    history = (*AGREED, Did(e.PartnershipActivated(ID, term_end="2031~"), on="2026-05-01"))

    asked = given(*history).when(c.Renew("2031~", RESOLUTION))
    assert asked.refused(Invalid).field == "term_end"
    assert given(*history).when(c.Renew("2031", RESOLUTION)).decide()


def test_what_has_no_term_is_not_renewed() -> None:
    given(*ACTIVE).when(RENEW).refused(WaitingFor)


def test_the_term_of_a_record_from_before_is_renewed() -> None:
    recorded = legacy("active")[0]
    assert isinstance(recorded.event, e.LegacyPartnershipRecorded)
    history = replace(recorded, event=replace(recorded.event, term_end="2030"))

    assert given(history).when(RENEW).decide()


def test_a_hold_stops_the_renewal() -> None:
    given(*WITH_TERM, OPENED_WITH_HOLD).when(RENEW).refused(OnHold)
    assert given(*WITH_TERM, OPENED).when(RENEW).decide()


def test_the_mayor_does_not_renew_alone() -> None:
    given(*WITH_TERM).when(RENEW, by=MAYOR).refused(NotYourBody)


def test_entry_into_force_without_a_term_leaves_the_one_that_was_known() -> None:
    recorded = legacy("agreed")[0]
    assert isinstance(recorded.event, e.LegacyPartnershipRecorded)
    history = replace(recorded, event=replace(recorded.event, term_end="2030"))

    assert given(history, Did(ACTIVATED.event)).when(RENEW).decide()


def test_a_newly_signed_agreement_raises_the_level() -> None:
    given(*FRIENDS).when(promote("sister")).then(e.TierSet(ID, "sister", RESOLUTION, SIGNED))


def test_the_newly_signed_text_is_the_agreement_from_then_on() -> None:
    raised = Did(
        e.TierSet(ID, "sister", RESOLUTION, SIGNED),
        on="2026-07-01",
    )

    given(*FRIENDS, raised).when(VARY).refused(Invalid)
    assert given(*FRIENDS, raised).when(replace(VARY, text_sha256=TEXT)).decide()


def test_texts_follow_each_other_in_the_order_of_their_days() -> None:
    raised = Did(
        e.TierSet(ID, "sister", RESOLUTION, SIGNED),
        on="2026-07-01",
    )
    varied = Did(e.AgreementVaried(ID, "c" * 64, "Mayor", "Mayor", RESOLUTION), on="2026-07-01")
    vary = replace(VARY, text_sha256="d" * 64)

    assert given(*FRIENDS, raised).when(vary, on="2026-06-30").refused(Invalid).field == "on"
    asked = given(*FRIENDS, varied).when(promote("sister"), on="2026-06-30")
    assert asked.refused(Invalid).field == "on"


@pytest.mark.parametrize("tier", ["friendship", "contact"])
def test_up_is_up(tier: Tier) -> None:
    assert given(*FRIENDS).when(promote(tier)).refused(Invalid).field == "tier"


def test_a_higher_level_needs_a_new_signature() -> None:
    assert given(*FRIENDS).when(promote("sister", TEXT)).refused(Invalid).field == "text_sha256"


def test_a_hold_stops_a_higher_level_and_not_a_lower_one() -> None:
    given(*FRIENDS, OPENED_WITH_HOLD).when(promote("sister")).refused(OnHold)
    assert given(*FRIENDS, OPENED_WITH_HOLD).when(demote("contact")).decide()


def test_nothing_is_above_the_highest_level_nor_below_the_lowest() -> None:
    lowest = Did(e.TierSet(ID, "contact", RESOLUTION, reason="Nothing happens."), on="2026-07-01")

    given(*ACTIVE).when(promote("sister")).refused(AlreadyRecorded)
    given(*FRIENDS, lowest).when(demote("contact")).refused(AlreadyRecorded)


def test_a_council_lowers_the_level_for_a_reason() -> None:
    given(*ACTIVE).when(demote("project")).then(
        e.TierSet(ID, "project", RESOLUTION, reason="Little happens.")
    )


@pytest.mark.parametrize("tier", ["friendship", "sister"])
def test_down_is_down(tier: Tier) -> None:
    assert given(*FRIENDS).when(demote(tier)).refused(Invalid).field == "tier"


def test_a_level_is_not_set_before_the_last_time_it_was_set() -> None:
    assert given(*FRIENDS).when(promote("sister"), on="2026-05-31").refused(Invalid).field == "on"


@pytest.mark.parametrize("command", [promote("sister"), demote("friendship")])
def test_only_what_is_in_force_has_its_level_set(command: c.TierCommand) -> None:
    given(*SUSPENDED).when(command).refused(NotAtThisStage)
    given(*AGREED).when(command).refused(NotAtThisStage)


def beside(tier: Tier, *after: Did) -> tuple[Did, ...]:
    """Another live partnership of the same two communities, of that level."""
    founded = PROPOSED[0].event
    assert isinstance(founded, e.ProposalSubmitted)
    return Did(replace(founded, partnership=OTHER, tier=tier), PROPOSED[0].by, "2026-01-12"), *after


@pytest.mark.parametrize(
    ("others", "free"),
    [
        ((), True),
        (beside("project"), True),
        (beside("sister"), False),
        (beside("sister", Did(e.PartnershipLapsed(OTHER, "No answer."))), True),
        (beside("project", Did(e.TierSet(OTHER, "sister", RESOLUTION))), False),
    ],
)
def test_a_pair_has_one_live_partnership_of_a_level(others: tuple[Did, ...], free: bool) -> None:
    state = given(*FRIENDS).state.partnership
    paired = among_its_pair(state, given(FRIENDS[0], FRIENDS[-1], *others).entries)

    assert isinstance(paired, Active)
    assert ("sister" not in {tier for _, tier in paired.beside}) == free
    assert refusal(c.Promote, paired, CLERK) is None


def test_a_level_that_is_taken_is_told_with_who_has_it() -> None:
    asked = given(*FRIENDS).when(promote("sister"))
    state = among_its_pair(asked.given.state.partnership, given(*beside("sister")).entries)

    with pytest.raises(AlreadyPaired, match=OTHER):
        decide(promote("sister"), state, asked.act)
