"""Corrections: row 31, both halves. The entry that was wrong always stays."""

import pytest

from domain.answers import answers
from domain.partnership import commands as c
from domain.partnership import events as e
from domain.partnership.state import Unknown
from domain.ports import Actor
from domain.refusals import (
    AlreadyRecorded,
    Invalid,
    NotFound,
    NotYourCommunity,
    SamePerson,
    WaitingFor,
)
from domain.values import Party
from tests.domain.given import Did, Given, given
from tests.domain.people import (
    APPROVER,
    CLERK,
    CLERK_ABROAD,
    KALININGRAD,
    NORFOLK,
    OFFICER,
    STRANGER,
)
from tests.domain.stages import (
    ACTIVE,
    AGREED,
    ENDED,
    ID,
    LEGACY_ACTIVE,
    LEGACY_OF_836,
    RESOLUTION,
    SUSPENDED,
    legacy,
)

SUSPENDED_AT = len(SUSPENDED)
ASK = c.RequestCorrection(SUSPENDED_AT, "effective", "2026-07-15", "A slip of the pen.")
RENAME = c.RequestCorrection(1, "party_name", "City of Norfolk", "Name.", NORFOLK.community)
REQUESTED = Did(
    e.CorrectionRequested(ID, SUSPENDED_AT, "effective", "2026-07-15", "A slip of the pen.")
)
WAITING = (*SUSPENDED, REQUESTED)
AT = len(WAITING)
CORRECTED = Did(
    e.RecordCorrected(ID, AT, SUSPENDED_AT, "effective", "2026-07-15", "A slip of the pen."),
    APPROVER,
)


def home(history: Given) -> Party:
    stage = history.state.partnership
    assert not isinstance(stage, Unknown)
    return stage.record.home


def test_a_clerk_asks_for_a_correction() -> None:
    given(*SUSPENDED).when(ASK, on=None).then(REQUESTED.event)


def test_what_has_ended_may_still_be_corrected() -> None:
    assert given(*ENDED).when(RENAME, by=CLERK_ABROAD, on=None).decide()


def test_a_stranger_asks_for_no_correction() -> None:
    given(*SUSPENDED).when(ASK, by=STRANGER, on=None).refused(NotYourCommunity)


def test_a_correction_names_an_entry_of_this_partnership() -> None:
    command = c.RequestCorrection(99, "effective", "2026-07-15", "A slip of the pen.")

    given(*SUSPENDED).when(command, on=None).refused(NotFound)


@pytest.mark.parametrize(
    ("position", "field", "value", "community", "wrong"),
    [
        (SUSPENDED_AT, "effective", "in July", "", "value"),
        (SUSPENDED_AT, "effective", "2027-01-01", "", "value"),
        (SUSPENDED_AT, "party_name", "Norfolk", NORFOLK.community, "position"),
        (1, "since", "0836", "", "field"),
        (1, "formally_since", "1967", "", "field"),
        (1, "party_name", "  ", NORFOLK.community, "value"),
        (1, "party_name", "Norfolk", KALININGRAD.community, "community"),
        (1, "party_country", "usa", NORFOLK.community, "value"),
        (1, "party_country", "1A", NORFOLK.community, "value"),
        (1, "party_country", "DE\n", NORFOLK.community, "value"),
    ],
)
def test_a_correction_that_cannot_be_is_told_at_once(
    position: int, field: c.CorrectableField, value: str, community: str, wrong: str
) -> None:
    command = c.RequestCorrection(position, field, value, "A slip of the pen.", community)

    assert given(*SUSPENDED).when(command, on=None).refused(Invalid).field == wrong


def test_an_entry_without_a_date_has_none_to_correct() -> None:
    history = (*SUSPENDED, Did(REQUESTED.event))
    command = c.RequestCorrection(len(history), "effective", "2026-07-15", "A slip of the pen.")

    assert given(*history).when(command, on=None).refused(Invalid).field == "field"


def test_a_record_from_before_says_which_beginning_is_wrong() -> None:
    command = c.RequestCorrection(1, "effective", "1966", "A slip of the pen.")

    assert given(*LEGACY_OF_836).when(command, on=None).refused(Invalid).field == "field"
    assert given(*LEGACY_ACTIVE).when(command, on=None).refused(Invalid).field == "field"


@pytest.mark.parametrize("field", ["since", "formally_since"])
def test_a_beginning_that_was_not_known_may_be_added(field: c.CorrectableField) -> None:
    command = c.RequestCorrection(1, field, "1967~", "Found in the minutes.")

    assert given(*LEGACY_ACTIVE).when(command, on=None).decide()


def test_a_correction_is_asked_for_once() -> None:
    given(*WAITING).when(ASK, on=None).refused(AlreadyRecorded)


@pytest.mark.parametrize("second", [APPROVER, OFFICER])
def test_a_second_person_approves_it(second: Actor) -> None:
    given(*WAITING).when(c.ApproveCorrection(AT), by=second, on=None).then(CORRECTED.event)


def test_a_second_person_rejects_it() -> None:
    given(*WAITING).when(c.RejectCorrection(AT, "The day is right."), by=OFFICER, on=None).then(
        e.CorrectionRejected(ID, AT, "The day is right.")
    )


@pytest.mark.parametrize("decision", [c.ApproveCorrection(AT), c.RejectCorrection(AT, "No.")])
def test_who_asked_does_not_decide(decision: c.PartnershipCommand) -> None:
    same = Actor(APPROVER.body, "", "", CLERK.recorder, "approver")

    given(*WAITING).when(decision, by=same, on=None).refused(SamePerson)


def test_who_asked_is_told_before_deciding() -> None:
    same = Actor(APPROVER.body, "", "", CLERK.recorder, "approver")
    told = {answer.verb: answer.code for answer in answers(given(*WAITING).state, same)}

    assert told["approve-correction"] == told["reject-correction"] == "same-person"


def test_who_asked_does_not_decide_behind_somebody_elses_request() -> None:
    same = Actor(APPROVER.body, "", "", CLERK.recorder, "approver")
    others = Did(
        e.CorrectionRequested(ID, 1, "party_name", "Norfolk!", "!", NORFOLK.community), CLERK_ABROAD
    )

    given(*WAITING, others).when(c.ApproveCorrection(AT), by=same, on=None).refused(SamePerson)


def test_an_approver_of_another_community_does_not_decide() -> None:
    abroad = Actor("staff", "", KALININGRAD.community, "approver-2", "approver")

    given(*WAITING).when(c.ApproveCorrection(AT), by=abroad, on=None).refused(NotYourCommunity)


def test_there_is_nothing_to_decide_without_a_request() -> None:
    given(*SUSPENDED).when(c.ApproveCorrection(1), by=APPROVER, on=None).refused(WaitingFor)


def test_a_decision_names_its_request() -> None:
    given(*WAITING).when(c.ApproveCorrection(AT - 1), by=APPROVER, on=None).refused(NotFound)


@pytest.mark.parametrize("decided", [CORRECTED.event, e.CorrectionRejected(ID, AT, "No.")])
def test_a_request_is_decided_once(decided: e.PartnershipEvent) -> None:
    history = (*WAITING, Did(decided, APPROVER))

    given(*history).when(c.ApproveCorrection(AT), by=OFFICER, on=None).refused(WaitingFor)


def test_a_correction_is_not_decided_tomorrow() -> None:
    given(*WAITING).when(c.ApproveCorrection(AT), by=APPROVER, on="2027").refused(Invalid)


def test_a_corrected_date_is_the_one_that_later_steps_build_on() -> None:
    resume = c.Resume("They met.")

    given(*WAITING).when(resume, on="2026-07-20").refused(Invalid)
    assert given(*WAITING, CORRECTED).when(resume, on="2026-07-20").decide()


def test_an_earlier_step_may_be_corrected_after_later_ones() -> None:
    signed = len(AGREED)
    event = e.RecordCorrected(ID, 9, signed, "effective", "2026-06-20", "The seal is of June.")
    into_force = c.BringIntoForce()

    assert given(*AGREED).when(into_force, on="2026-05-01").decide()
    given(*AGREED, Did(event, APPROVER)).when(into_force, on="2026-05-01").refused(Invalid)


def test_a_rejected_correction_changes_nothing() -> None:
    history = (*WAITING, Did(e.CorrectionRejected(ID, AT, "No."), APPROVER))

    given(*history).when(c.Resume("They met."), on="2026-07-20").refused(Invalid)


def test_a_party_gets_its_right_name_and_country() -> None:
    name = e.RecordCorrected(ID, 9, 1, "party_name", "City of Norfolk", "Name.", NORFOLK.community)
    country = e.RecordCorrected(ID, 9, 1, "party_country", "GB", "Norfolk!", NORFOLK.community)
    history = given(*ACTIVE, Did(name, APPROVER), Did(country, APPROVER))

    assert home(history).name == "City of Norfolk"
    assert home(history).country == "GB"


@pytest.mark.parametrize(
    ("field", "first_possible"), [("since", "1920"), ("formally_since", "0836")]
)
def test_the_bond_dates_a_record_also_when_its_agreement_is_corrected(
    field: c.CorrectableField, first_possible: str
) -> None:
    event = e.RecordCorrected(ID, 2, 1, field, "1920", "A slip of the pen.")
    history = given(*LEGACY_OF_836, Did(event, APPROVER))
    end = c.End("home", RESOLUTION)

    assert history.when(end, on=first_possible).decide()
    too_early = f"{int(first_possible) - 1:04}"
    history.when(end, on=too_early).refused(Invalid)


def test_a_bond_found_later_dates_the_record_from_then_on() -> None:
    bond = e.RecordCorrected(ID, 2, 1, "since", "0836", "A charter.")
    agreement = e.RecordCorrected(ID, 3, 1, "formally_since", "1967", "Minutes.")
    history = given(*legacy("active"), Did(bond, APPROVER), Did(agreement, APPROVER))

    assert history.when(c.End("home", RESOLUTION), on="1950").decide()
