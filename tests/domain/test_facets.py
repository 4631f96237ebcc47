"""How alive a partnership is and who recognises it, beside its status: rows 26 and 29."""

import pytest

from domain.partnership import commands as c
from domain.partnership import events as e
from domain.partnership.state import status_of
from domain.refusals import (
    AlreadyRecorded,
    Invalid,
    NotAtThisStage,
    NotYourBody,
    NotYourCommunity,
    WaitingFor,
)
from tests.domain.given import Did, given
from tests.domain.people import CLERK_ABROAD, STRANGER, SYSTEM, deciding
from tests.domain.stages import (
    ACTIVE,
    AGREED,
    ALL_STAGES,
    DORMANT,
    ENDED,
    ID,
    LISTED,
    PROPOSED,
    REPORTED,
    RESOLUTION,
    SUSPENDED,
    WENT_DORMANT,
)

POLICY = "norfolk-policy/3-years"
QUIET = c.MarkDormant("dormant", POLICY, "2026-05")
REVIVE = c.Revive("2026-10", "Ten pupils came.")
SCI = "Sister Cities International"
ASSOCIATION = deciding("association")
LIST_IT = c.RecordRecognition(SCI, True, RESOLUTION)
STRIKE_IT = c.RecordRecognition(SCI, False, RESOLUTION)


@pytest.mark.parametrize("history", [ACTIVE, SUSPENDED])
def test_what_is_quiet_for_long_is_marked_by_a_rule(history: tuple[Did, ...]) -> None:
    given(*history).when(QUIET).then(e.VitalitySet(ID, "dormant", "2026-05", POLICY))


def test_the_system_marks_it_too() -> None:
    assert given(*ACTIVE).when(QUIET, by=SYSTEM).decide()


def test_to_be_dormant_is_no_status() -> None:
    stage = given(*DORMANT).state.partnership

    assert status_of(stage) == "active"  # type: ignore[arg-type] # it is on record
    assert given(*DORMANT).when(c.Suspend("War.", "Peace.", RESOLUTION)).decide()


def test_what_is_dormant_is_not_marked_again() -> None:
    given(*DORMANT).when(QUIET).refused(AlreadyRecorded)
    emeritus = c.MarkDormant("emeritus", POLICY, "2026-05")
    assert given(*DORMANT).when(emeritus).decide()


def test_a_later_activity_that_is_reported_speaks_against_it() -> None:
    told = given(*ACTIVE, REPORTED).when(QUIET).refused(Invalid)

    assert (told.field, "2026-06-01" in told.problem) == ("last_activity", True)
    last = c.MarkDormant("dormant", POLICY, "2026-06-01")
    assert given(*ACTIVE, REPORTED).when(last).decide()


@pytest.mark.parametrize("last", ["", "soon", "2027-01-01", "2026-11-21"])
def test_the_last_activity_has_taken_place_before_the_act(last: str) -> None:
    command = c.MarkDormant("dormant", POLICY, last)

    told = given(*ACTIVE).when(command, on="2026-11-20").refused(Invalid)

    assert told.field == "last_activity"


@pytest.mark.parametrize("history", [PROPOSED, AGREED, ENDED])
def test_only_what_is_in_force_falls_asleep(history: tuple[Did, ...]) -> None:
    given(*history).when(QUIET).refused(NotAtThisStage)


def test_it_is_revived_when_something_happens() -> None:
    given(*DORMANT).when(REVIVE).then(
        e.VitalitySet(ID, "fresh", "2026-10", statement="Ten pupils came.")
    )


def test_what_happened_before_it_went_quiet_revives_nothing() -> None:
    told = given(*DORMANT).when(c.Revive("2026-04")).refused(Invalid)

    assert (told.field, "2026-05" in told.problem) == ("last_activity", True)


def test_it_does_not_go_quiet_by_what_happened_before_it_was_revived() -> None:
    revived = Did(e.VitalitySet(ID, "fresh", "2026-10"), on="2026-10-05")

    given(*DORMANT, revived).when(QUIET).refused(Invalid)


def test_what_is_not_in_force_yet_does_not_go_quiet() -> None:
    command = c.MarkDormant("dormant", POLICY, "2026-03")

    assert given(*ACTIVE).when(command, on="2026-04-30").refused(Invalid).field == "on"


def test_what_is_not_asleep_is_not_revived() -> None:
    revived = Did(e.VitalitySet(ID, "fresh", "2026-10"), on="2026-10-05")

    given(*ACTIVE).when(REVIVE).refused(WaitingFor)
    given(*DORMANT, revived).when(REVIVE).refused(WaitingFor)


def test_the_system_revives_by_a_rule_and_a_clerk_without_one() -> None:
    by_rule = c.Revive("2026-10", rule="reported-again/1")

    assert given(*DORMANT).when(by_rule, by=SYSTEM).decide()
    assert given(*DORMANT).when(by_rule).refused(Invalid).field == "rule"
    assert given(*DORMANT).when(REVIVE, by=SYSTEM).refused(Invalid).field == "rule"


def test_it_is_not_revived_before_it_fell_asleep() -> None:
    command = c.Revive("2026-08")

    assert given(*DORMANT).when(command, on="2026-08-31").refused(Invalid).field == "on"


def test_it_may_fall_asleep_before_the_day_of_a_suspension_that_is_recorded() -> None:
    assert given(*SUSPENDED).when(QUIET, on="2026-07-15").decide()


RECORDED = [stage for stage, history in ALL_STAGES.items() if history]


@pytest.mark.parametrize("stage", RECORDED)
def test_a_body_lists_a_partnership_whatever_its_stage(stage: str) -> None:
    given(*ALL_STAGES[stage]).when(LIST_IT, by=ASSOCIATION).then(
        e.RecognitionRecorded(ID, SCI, True, RESOLUTION)
    )


def test_a_body_listed_it_long_before_this_register() -> None:
    assert given(*ACTIVE).when(LIST_IT, by=ASSOCIATION, on="1963").decide()


def test_the_same_is_not_recorded_twice_from_the_same_day_on() -> None:
    again = c.RecordRecognition("sister cities  international", True, RESOLUTION)

    given(*ACTIVE, LISTED).when(again, by=ASSOCIATION, on="2026-06-15").refused(AlreadyRecorded)


def test_a_body_strikes_what_it_listed_and_lists_it_again() -> None:
    struck = Did(e.RecognitionRecorded(ID, SCI, False, RESOLUTION), ASSOCIATION, "2026-08-01")

    assert given(*ACTIVE, LISTED).when(STRIKE_IT, by=ASSOCIATION).decide()
    assert given(*ACTIVE, LISTED, struck).when(LIST_IT, by=ASSOCIATION).decide()


def test_another_body_lists_it_from_the_same_day_on() -> None:
    command = c.RecordRecognition("CEMR", True, RESOLUTION)

    assert given(*ACTIVE, LISTED).when(command, by=ASSOCIATION, on="2026-06-15").decide()


def test_a_council_recognises_nothing_itself() -> None:
    given(*ACTIVE).when(LIST_IT).refused(NotYourBody)


def test_a_clerk_of_either_side_records_it_and_no_stranger() -> None:
    assert given(*ACTIVE).when(LIST_IT, by=deciding("association", CLERK_ABROAD)).decide()
    by = deciding("association", STRANGER)
    given(*ACTIVE).when(LIST_IT, by=by).refused(NotYourCommunity)


def test_a_recognition_has_its_day_and_it_has_come() -> None:
    assert given(*ACTIVE).when(LIST_IT, by=ASSOCIATION, on=None).refused(Invalid).field == "on"
    tomorrow = given(*ACTIVE).when(LIST_IT, by=ASSOCIATION, on="2027-01-01")
    assert tomorrow.refused(Invalid).field == "on"


def test_what_fell_asleep_twice_is_told_by_its_last_word() -> None:
    revived = Did(e.VitalitySet(ID, "fresh", "2026-10"), on="2026-10-05")

    again = c.MarkDormant("dormant", POLICY, "2026-10")
    assert given(*ACTIVE, WENT_DORMANT, revived).when(again).decide()
