"""Transparency reviews: rows 21 to 23 with the elements of the Act."""

import pytest

from domain.answers import answers
from domain.errors import EntryOutOfPlace
from domain.partnership.events import AnnualReportFiled
from domain.ports import Actor
from domain.refusals import (
    AlreadyRecorded,
    ElementsUnanswered,
    Invalid,
    NotFound,
    NotYourCommunity,
    SamePerson,
    WaitingFor,
)
from domain.review import commands as c
from domain.review import events as e
from domain.review.criteria import CONTINUATION, TRANSPARENCY_ACT
from domain.review.state import Closed, Open
from domain.values import Citation, ReviewId, mint_review_id
from tests.domain.given import Did, given
from tests.domain.people import CLERK, CLERK_ABROAD, NORFOLK, OFFICER, STRANGER
from tests.domain.stages import (
    ACTIVE,
    ANSWERED_IN_FULL,
    ASKED,
    CLOSED,
    CONTINUATION_ID,
    CONTINUATION_OPENED,
    ENDED,
    FOUND,
    ID,
    OPENED,
    PROPOSED,
    REPORTED,
    RESOLUTION,
    REVIEW_ID,
    REVIEWED,
    SUSPENDED,
    UNDER_REVIEW,
)

OPEN = c.OpenReview("statute", TRANSPARENCY_ACT.id, "As the statute asks.", no_tie=True)
CLOSE = c.CloseReview(REVIEW_ID, "no_action", "All is public.")
ASK = c.RequestInformation(
    REVIEW_ID, "Which contracts?", "Norfolk City Council", ("1D", "2A"), "2027-01-15"
)
OFFICER_OF_NORFOLK = Actor(
    "oversight_office", "", NORFOLK.community, "officer-2", "oversight_officer"
)
ASKED_AT = len(UNDER_REVIEW) + 1


def find(element: str, result: c.Result = "met") -> c.RecordFinding:
    return c.RecordFinding(REVIEW_ID, element, result, "Seen.", RESOLUTION)


@pytest.mark.parametrize("history", [PROPOSED, ACTIVE, SUSPENDED, ENDED, REVIEWED])
def test_a_review_may_be_opened_at_any_time(history: tuple[Did, ...]) -> None:
    given(*history).when(OPEN, by=OFFICER, on=None, key="k-1").then(
        e.ReviewOpened(
            ID,
            mint_review_id("k-1"),
            "statute",
            TRANSPARENCY_ACT.id,
            "As the statute asks.",
            hold=False,
        )
    )


def test_there_is_no_review_of_nothing() -> None:
    given().when(OPEN, by=OFFICER).refused(WaitingFor)


def test_an_officer_with_a_tie_opens_no_review() -> None:
    command = c.OpenReview("statute", TRANSPARENCY_ACT.id, "As the statute asks.", no_tie=False)

    assert given(*ACTIVE).when(command, by=OFFICER).refused(Invalid).field == "no_tie"


def test_an_officer_of_a_party_has_a_tie() -> None:
    given(*ACTIVE).when(OPEN, by=OFFICER_OF_NORFOLK).refused(SamePerson)


def test_the_criteria_are_ones_that_the_register_knows() -> None:
    command = c.OpenReview("statute", "us-act/1999", "As the statute asks.", no_tie=True)

    refusal = given(*ACTIVE).when(command, by=OFFICER).refused(Invalid)

    assert TRANSPARENCY_ACT.id in refusal.remedy


def test_one_review_by_the_same_criteria_is_open_at_a_time() -> None:
    refusal = given(*UNDER_REVIEW).when(OPEN, by=OFFICER).refused(AlreadyRecorded)

    assert REVIEW_ID in refusal.what


def test_reviews_by_different_criteria_stand_side_by_side() -> None:
    assert given(*ACTIVE, CONTINUATION_OPENED).when(OPEN, by=OFFICER).decide()


def test_a_key_opens_one_review_for_ever() -> None:
    opened = Did(
        e.ReviewOpened(ID, mint_review_id("k-1"), "statute", CONTINUATION.id, "Once.", False),
        OFFICER,
    )
    closed = Did(e.ReviewClosed(ID, mint_review_id("k-1"), "no_action", "Kept."), OFFICER)

    given(*ACTIVE, opened, closed).when(OPEN, by=OFFICER, key="k-1").refused(AlreadyRecorded)


def test_a_review_is_not_opened_tomorrow() -> None:
    assert given(*ACTIVE).when(OPEN, by=OFFICER, on="2027").refused(Invalid).field == "on"


def test_evidence_for_a_review_has_a_web_address() -> None:
    evidence = (Citation("A letter", link="letter.pdf"),)
    command = c.OpenReview("complaint", TRANSPARENCY_ACT.id, "A letter.", True, evidence=evidence)

    assert given(*ACTIVE).when(command, by=OFFICER).refused(Invalid).field == "evidence[0].link"


def test_an_officer_asks_for_information_until_a_day() -> None:
    given(*UNDER_REVIEW).when(ASK, by=OFFICER, on=None).then(
        e.InformationRequested(
            ID,
            REVIEW_ID,
            "Which contracts?",
            "Norfolk City Council",
            ("1D", "2A"),
            "2027-01-15",
        )
    )


def test_a_question_is_about_elements_of_the_review() -> None:
    command = c.RequestInformation(REVIEW_ID, "Which?", "Norfolk", elements=("9Z",))

    assert given(*UNDER_REVIEW).when(command, by=OFFICER).refused(Invalid).field == "elements"


def test_an_answer_is_due_on_a_day() -> None:
    command = c.RequestInformation(REVIEW_ID, "Which?", "Norfolk", answer_by="2027")

    assert given(*UNDER_REVIEW).when(command, by=OFFICER).refused(Invalid).field == "answer_by"


@pytest.mark.parametrize("command", [ASK, find("1A"), CLOSE])
def test_nothing_is_asked_found_or_closed_without_a_review(command: c.ReviewCommand) -> None:
    given(*ACTIVE).when(command, by=OFFICER).refused(WaitingFor)


@pytest.mark.parametrize("command", [ASK, find("1A")])
def test_a_closed_review_is_final(command: c.ReviewCommand) -> None:
    refusal = given(*REVIEWED, CONTINUATION_OPENED).when(command, by=OFFICER).refused(NotFound)

    assert CONTINUATION_ID in str(refusal)


@pytest.mark.parametrize("clerk", [CLERK, CLERK_ABROAD])
def test_a_clerk_of_either_party_answers(clerk: Actor) -> None:
    command = c.RecordAnswer(REVIEW_ID, ASKED_AT, "Two contracts.", RESOLUTION)

    given(*UNDER_REVIEW, ASKED).when(command, by=clerk, on=None).then(
        e.AnswerRecorded(ID, REVIEW_ID, ASKED_AT, "Two contracts.", RESOLUTION)
    )


def test_a_stranger_does_not_answer() -> None:
    command = c.RecordAnswer(REVIEW_ID, ASKED_AT, "Two contracts.")

    given(*UNDER_REVIEW, ASKED).when(command, by=STRANGER).refused(NotYourCommunity)


def test_nobody_answers_what_was_not_asked() -> None:
    given(*UNDER_REVIEW).when(c.RecordAnswer(REVIEW_ID, 1, "Well.")).refused(WaitingFor)


def test_an_answer_names_an_open_question() -> None:
    command = c.RecordAnswer(REVIEW_ID, ASKED_AT - 1, "Well.")

    refusal = given(*UNDER_REVIEW, ASKED).when(command).refused(NotFound)

    assert f"Open are: {ASKED_AT}." in str(refusal)


def test_a_question_is_answered_once() -> None:
    answered = Did(e.AnswerRecorded(ID, REVIEW_ID, ASKED_AT, "Two contracts."))
    command = c.RecordAnswer(REVIEW_ID, ASKED_AT, "Two contracts.")

    given(*UNDER_REVIEW, ASKED, answered).when(command).refused(WaitingFor)


@pytest.mark.parametrize("element", TRANSPARENCY_ACT.codes)
def test_a_finding_answers_an_element_of_the_act(element: str) -> None:
    given(*UNDER_REVIEW).when(find(element), by=OFFICER, on=None).then(
        e.FindingRecorded(ID, REVIEW_ID, element, "met", "Seen.", RESOLUTION)
    )


def test_the_act_has_its_sixteen_elements() -> None:
    assert TRANSPARENCY_ACT.codes == (
        *("1A", "1B", "1C", "1D", "1E", "1F"),
        *("2A", "2B", "2C", "2D", "2E", "2F", "2G"),
        *("3A", "3B", "3C"),
    )


def test_a_finding_is_about_an_element_of_the_review() -> None:
    assert given(*UNDER_REVIEW).when(find("K"), by=OFFICER).refused(Invalid).field == "element"


@pytest.mark.parametrize("result", ["met", "partly_met", "not_met"])
def test_a_finding_rests_on_evidence(result: c.Result) -> None:
    command = c.RecordFinding(REVIEW_ID, "1A", result, "Seen.")

    assert given(*UNDER_REVIEW).when(command, by=OFFICER).refused(Invalid).field == "evidence"


@pytest.mark.parametrize("result", ["no_evidence", "not_applicable"])
def test_that_there_is_nothing_needs_no_evidence(result: c.Result) -> None:
    command = c.RecordFinding(REVIEW_ID, "2G", result, "No visas were involved.")

    assert given(*UNDER_REVIEW).when(command, by=OFFICER).decide()


def test_a_review_closes_when_every_element_is_answered() -> None:
    given(*ANSWERED_IN_FULL).when(CLOSE, by=OFFICER, on=None).then(
        e.ReviewClosed(ID, REVIEW_ID, "no_action", "All is public.")
    )


@pytest.mark.parametrize("number", range(len(FOUND)))
def test_a_review_stays_open_while_any_element_is_unanswered(number: int) -> None:
    history = (*UNDER_REVIEW, *FOUND[:number], *FOUND[number + 1 :])

    refusal = given(*history).when(CLOSE, by=OFFICER).refused(ElementsUnanswered)

    assert refusal.elements == (TRANSPARENCY_ACT.codes[number],)


def test_the_officer_is_told_what_is_missing_before_closing() -> None:
    told = {answer.verb: answer for answer in answers(given(*UNDER_REVIEW).state, OFFICER)}

    assert told["close-review"].code == "elements-unanswered"
    assert "1A, 1B" in told["close-review"].because


def test_another_review_that_could_close_does_not_help() -> None:
    found = Did(
        e.FindingRecorded(ID, CONTINUATION_ID, "K", "no_evidence", "Nothing decided."), OFFICER
    )
    history = (*UNDER_REVIEW, CONTINUATION_OPENED, found)

    refusal = given(*history).when(CLOSE, by=OFFICER).refused(ElementsUnanswered)

    assert refusal.review == REVIEW_ID


def test_a_question_without_an_answer_needs_its_reason() -> None:
    history = given(*UNDER_REVIEW, ASKED, *FOUND)
    because = c.CloseReview(REVIEW_ID, "conditions", "Publish.", "The council did not reply.")

    history.when(CLOSE, by=OFFICER).refused(WaitingFor)
    assert history.when(because, by=OFFICER).decide()


def test_who_runs_the_programme_never_closes_its_review() -> None:
    reported = Did(REPORTED.event, OFFICER, "2026-06-01")

    given(*ACTIVE, reported, OPENED, *FOUND).when(CLOSE, by=OFFICER).refused(SamePerson)


def test_who_filed_the_annual_report_never_closes_its_review() -> None:
    filed = Did(AnnualReportFiled(ID, 2025, True), OFFICER, "2026-06-01")

    given(*ACTIVE, filed, OPENED, *FOUND).when(CLOSE, by=OFFICER).refused(SamePerson)


def test_a_review_changes_no_status() -> None:
    before, after = given(*ACTIVE).state.partnership, given(*REVIEWED).state.partnership

    assert type(before) is type(after)


def test_a_review_is_found_by_its_reference() -> None:
    assert given(*UNDER_REVIEW).state.find(REVIEW_ID) == Open(REVIEW_ID, TRANSPARENCY_ACT.id)
    assert given(*REVIEWED).state.find(REVIEW_ID) == Closed(REVIEW_ID)
    assert given(*REVIEWED).state.find(ReviewId("TR-0000-0000")) is None


def test_a_finding_after_the_closing_is_a_damaged_ledger() -> None:
    with pytest.raises(EntryOutOfPlace, match="cannot follow what stands before it"):
        _ = given(*ACTIVE, OPENED, *FOUND, CLOSED, FOUND[0]).state
