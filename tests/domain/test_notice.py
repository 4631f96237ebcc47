"""Notice of termination: row 27."""

import pytest
from msgspec.structs import replace

from domain.partnership import commands as c
from domain.partnership import events as e
from domain.partnership.rules import refusal
from domain.partnership.state import Active
from domain.ports import Actor
from domain.refusals import AlreadyRecorded, Invalid, NotYourBody
from tests.domain.given import Did, given
from tests.domain.people import CLERK_ABROAD, COUNTERPART, SYSTEM, deciding
from tests.domain.stages import ACTIVE, ID, LEGACY_ACTIVE, NOTICED, RESOLUTION, SUSPENDED

MAYOR = deciding("mayor")
NOTICE = c.GiveNotice("2027-06-01", 180, RESOLUTION)


def test_a_head_gives_notice() -> None:
    given(*ACTIVE).when(NOTICE, by=MAYOR).then(
        e.TerminationNoticeGiven(ID, "home", "2027-06-01", 180, RESOLUTION)
    )


def test_the_counterpart_gives_notice_for_its_side() -> None:
    given(*SUSPENDED).when(NOTICE, by=COUNTERPART).then(
        e.TerminationNoticeGiven(ID, "counterpart", "2027-06-01", 180, RESOLUTION)
    )


@pytest.mark.parametrize(
    "by", [deciding("mayor", CLERK_ABROAD), deciding("counterpart")], ids=["abroad", "on evidence"]
)
def test_the_side_of_a_notice_is_that_of_who_decided(by: Actor) -> None:
    (event,) = given(*ACTIVE).when(NOTICE, by=by).decide()

    assert isinstance(event, e.TerminationNoticeGiven)
    assert event.side == "counterpart"


def test_a_notice_is_given_in_time() -> None:
    early = replace(NOTICE, effective_day="2027-05-18")

    told = given(*ACTIVE).when(early, by=MAYOR).refused(Invalid)

    assert told.field == "effective_day"
    assert given(*ACTIVE).when(replace(NOTICE, effective_day="2027-05-19"), by=MAYOR).decide()


def test_a_notice_of_a_doubted_day_may_have_been_given_in_time() -> None:
    command = replace(NOTICE, notice_days=600)

    given(*LEGACY_ACTIVE).when(command, by=MAYOR, on="2026").refused(Invalid)
    assert given(*LEGACY_ACTIVE).when(command, by=MAYOR, on="2026~").decide()


def test_no_notice_is_given_of_what_is_not_in_force_yet() -> None:
    assert given(*ACTIVE).when(NOTICE, by=MAYOR, on="2026-04-30").refused(Invalid).field == "on"
    assert given(*SUSPENDED).when(NOTICE, by=MAYOR, on="2026-05-01").decide()


def test_the_day_of_a_notice_is_a_day() -> None:
    command = replace(NOTICE, effective_day="2027-06")

    assert given(*ACTIVE).when(command, by=MAYOR).refused(Invalid).field == "effective_day"


def test_each_side_gives_notice_once() -> None:
    given(*ACTIVE, NOTICED).when(NOTICE, by=MAYOR).refused(AlreadyRecorded)
    assert given(*ACTIVE, NOTICED).when(NOTICE, by=COUNTERPART).decide()


def test_both_have_given_notice() -> None:
    abroad = Did(
        e.TerminationNoticeGiven(ID, "counterpart", "2027-06-01", 180, RESOLUTION),
        COUNTERPART,
        "2026-10-02",
    )

    assert refusal(c.GiveNotice, given(*ACTIVE, NOTICED, abroad).state.partnership, MAYOR)
    by_one = given(*ACTIVE, abroad).state.partnership
    for nobody in (COUNTERPART, deciding("mayor", CLERK_ABROAD)):
        assert isinstance(refusal(c.GiveNotice, by_one, nobody), AlreadyRecorded)
    assert refusal(c.GiveNotice, by_one, MAYOR) is None


def test_the_council_gives_no_notice_and_no_machine_does() -> None:
    given(*ACTIVE).when(NOTICE).refused(NotYourBody)
    assert refusal(c.GiveNotice, given(*ACTIVE).state.partnership, SYSTEM)


def test_a_notice_ends_nothing() -> None:
    assert isinstance(given(*ACTIVE, NOTICED).state.partnership, Active)
