"""What a proposal gathers before it is signed, and how it lapses: rows 4, 5, 11 and 32."""

import pytest

from domain.partnership import commands as c
from domain.partnership import events as e
from domain.partnership.state import Over, status_of
from domain.refusals import (
    AlreadyRecorded,
    Invalid,
    NotAtThisStage,
    NotYourBody,
    NotYourCommunity,
    SamePerson,
    WaitingFor,
)
from domain.values import Vote
from tests.domain.given import Did, given
from tests.domain.people import CLERK, CLERK_ABROAD, SECOND_CLERK, SYSTEM, deciding
from tests.domain.stages import (
    ACTIVE,
    AGREED,
    APPROVED,
    ID,
    LAPSED,
    OTHER_TEXT,
    PROPOSED,
    RESOLUTION,
    SUSPENDED,
    TEXT,
)

COMMITTEE = deciding("advisory_committee")
LEGAL_OFFICER = deciding("legal_officer", SECOND_CLERK)
MAYOR = deciding("mayor")
FOR = c.RecordRecommendation("Sister Cities Commission", "for", statement="A good match.")
AS_TO_FORM = c.RecordLegalReview("City Attorney", "approved_as_to_form", TEXT)
OFFER = c.SendOffer("Mayor", "We should like to be your partner.")
NO_ANSWER = c.Lapse("No answer came in two years.")

ADVISED = (*PROPOSED, Did(e.RecommendationRecorded(ID, "Sister Cities Commission", "for")))
REVIEWED_AS_TO_FORM = (
    *PROPOSED,
    Did(e.LegalReviewRecorded(ID, "City Attorney", "changes_needed", TEXT), LEGAL_OFFICER),
)


def test_a_committee_advises_on_a_proposal() -> None:
    given(*PROPOSED).when(FOR, by=COMMITTEE).then(
        e.RecommendationRecorded(ID, "Sister Cities Commission", "for", statement="A good match.")
    )


def test_a_committee_advises_under_conditions() -> None:
    command = c.RecordRecommendation("Commission", "conditional", "With a budget.")

    given(*PROPOSED).when(command, by=COMMITTEE).then(
        e.RecommendationRecorded(ID, "Commission", "conditional", "With a budget.")
    )


@pytest.mark.parametrize(
    ("advice", "conditions"), [("conditional", ""), ("conditional", " "), ("for", "With a budget.")]
)
def test_conditions_are_said_where_there_are_some_and_only_there(
    advice: c.Advice, conditions: str
) -> None:
    command = c.RecordRecommendation("Commission", advice, conditions)

    refusal = given(*PROPOSED).when(command, by=COMMITTEE).refused(Invalid)

    assert refusal.field == "conditions"


def test_a_committee_says_the_same_once_and_may_change_its_mind() -> None:
    again = c.RecordRecommendation("sister cities  commission", "for")
    against = c.RecordRecommendation("Sister Cities Commission", "against")

    given(*ADVISED).when(again, by=COMMITTEE).refused(AlreadyRecorded)
    assert given(*ADVISED).when(against, by=COMMITTEE).decide()


def test_a_committee_is_known_again_however_it_is_spelled() -> None:
    against = Did(e.RecommendationRecorded(ID, "SISTER CITIES COMMISSION", "against"))
    once_more = Did(e.RecommendationRecorded(ID, "Sister Cities Commission", "for"))

    given(*ADVISED, against, once_more).when(FOR, by=COMMITTEE).refused(AlreadyRecorded)


def test_a_committee_may_set_other_conditions() -> None:
    said = Did(e.RecommendationRecorded(ID, "Commission", "conditional", "With a budget."))
    same = c.RecordRecommendation("Commission", "conditional", "With a budget.")
    other = c.RecordRecommendation("Commission", "conditional", "Without a budget.")

    given(*PROPOSED, said).when(same, by=COMMITTEE).refused(AlreadyRecorded)
    assert given(*PROPOSED, said).when(other, by=COMMITTEE).decide()


def test_another_committee_may_give_the_same_advice() -> None:
    command = c.RecordRecommendation("Youth Council", "for")

    assert given(*ADVISED).when(command, by=COMMITTEE).decide()


def test_advice_against_stops_nobody() -> None:
    advice = Did(e.RecommendationRecorded(ID, "Commission", "against"), COMMITTEE, "2026-02-01")
    approve = c.ApproveByCouncil(Vote(7, 1), TEXT, RESOLUTION)

    assert given(*PROPOSED, advice).when(approve, by=SECOND_CLERK).decide()


def test_the_council_is_no_advisory_committee() -> None:
    given(*PROPOSED).when(FOR).refused(NotYourBody)


def test_the_clerk_abroad_records_no_advice_on_a_proposal() -> None:
    by = deciding("advisory_committee", CLERK_ABROAD)

    given(*PROPOSED).when(FOR, by=by).refused(NotYourCommunity)


def test_nobody_advises_on_what_is_agreed() -> None:
    given(*AGREED).when(FOR, by=COMMITTEE).refused(NotAtThisStage)


def test_advice_does_not_come_before_the_proposal() -> None:
    assert given(*PROPOSED).when(FOR, by=COMMITTEE, on="2026-01-11").refused(Invalid).field == "on"


def test_a_legal_officer_reviews_a_text() -> None:
    given(*PROPOSED).when(AS_TO_FORM, by=LEGAL_OFFICER).then(
        e.LegalReviewRecorded(ID, "City Attorney", "approved_as_to_form", TEXT)
    )


def test_who_proposed_does_not_record_the_legal_review() -> None:
    given(*PROPOSED).when(AS_TO_FORM, by=deciding("legal_officer", CLERK)).refused(SamePerson)


def test_a_text_is_reviewed_once_by_an_office() -> None:
    given(*REVIEWED_AS_TO_FORM).when(AS_TO_FORM, by=LEGAL_OFFICER).refused(AlreadyRecorded)


def test_a_changed_text_is_reviewed_anew() -> None:
    command = c.RecordLegalReview("City Attorney", "approved_as_to_form", OTHER_TEXT)

    assert given(*REVIEWED_AS_TO_FORM).when(command, by=LEGAL_OFFICER).decide()


def test_the_mayor_is_no_legal_officer() -> None:
    given(*PROPOSED).when(AS_TO_FORM, by=deciding("mayor", SECOND_CLERK)).refused(NotYourBody)


def test_the_mayor_sends_the_offer_that_the_council_approved() -> None:
    given(*APPROVED).when(OFFER, by=MAYOR).then(
        e.OfferSent(ID, "Mayor", "We should like to be your partner.")
    )


def test_no_offer_is_sent_before_the_council_approved() -> None:
    assert "Norfolk" in str(given(*PROPOSED).when(OFFER, by=MAYOR).refused(WaitingFor))


def test_an_offer_is_sent_once() -> None:
    history = (*APPROVED, Did(e.OfferSent(ID, "Mayor"), MAYOR, "2026-02-20"))

    given(*history).when(OFFER, by=MAYOR).refused(AlreadyRecorded)


def test_an_offer_is_not_dated_before_the_approval() -> None:
    assert given(*APPROVED).when(OFFER, by=MAYOR, on="2026-02-09").refused(Invalid).field == "on"


def test_a_council_does_not_send_the_letter_itself() -> None:
    given(*APPROVED).when(OFFER).refused(NotYourBody)


@pytest.mark.parametrize("history", [PROPOSED, APPROVED, AGREED])
def test_a_clerk_records_that_it_lapsed_and_why(history: tuple[Did, ...]) -> None:
    given(*history).when(NO_ANSWER).then(e.PartnershipLapsed(ID, "No answer came in two years."))


def test_nobody_lets_it_lapse_without_a_reason() -> None:
    assert given(*PROPOSED).when(c.Lapse(" ")).refused(Invalid).field == "reason"


def test_the_system_lets_it_lapse_by_a_rule() -> None:
    command = c.Lapse(rule="no-answer/2-years")

    given(*PROPOSED).when(command, by=SYSTEM).then(
        e.PartnershipLapsed(ID, rule="no-answer/2-years")
    )
    assert given(*PROPOSED).when(NO_ANSWER, by=SYSTEM).refused(Invalid).field == "rule"


def test_a_clerk_is_no_rule_by_which_it_lapses() -> None:
    command = c.Lapse("No answer came.", rule="no-answer/2-years")

    assert given(*PROPOSED).when(command).refused(Invalid).field == "rule"


@pytest.mark.parametrize("history", [ACTIVE, SUSPENDED, LAPSED])
def test_what_came_into_force_does_not_lapse(history: tuple[Did, ...]) -> None:
    given(*history).when(NO_ANSWER).refused(NotAtThisStage)


def test_what_lapsed_is_over() -> None:
    stage = given(*LAPSED).state.partnership

    assert isinstance(stage, Over)
    assert status_of(stage) == "lapsed"


def test_what_lapsed_makes_room_for_a_new_proposal() -> None:
    founded = LAPSED[0].event
    assert isinstance(founded, e.ProposalSubmitted)
    command = c.SubmitProposal(
        founded.home, founded.counterpart, "sister", "sister_city", ("trade",), evidence=RESOLUTION
    )

    assert given(*LAPSED).when(command, by=deciding("councillor"), key="another").decide()
