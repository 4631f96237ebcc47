"""Partnerships from before this register: row 30."""

import pytest
from msgspec.structs import replace

from domain.partnership import commands as c
from domain.partnership.events import LegacyPartnershipRecorded
from domain.partnership.state import Known, status_of
from domain.ports import Actor
from domain.refusals import AlreadyPaired, Invalid, NotYourCommunity
from domain.values import Citation, DatedFact, Status, mint_partnership_id
from tests.domain.given import Did, given
from tests.domain.people import (
    ADMINISTRATOR,
    CLERK,
    CLERK_ABROAD,
    KITAKYUSHU,
    NORFOLK,
    STRANGER,
)
from tests.domain.stages import ACTIVE, ENDED, LEGACY_ACTIVE, legacy

LISTED = c.RecordLegacyPartnership(
    NORFOLK,
    KITAKYUSHU,
    "active",
    "sister",
    "sister_city",
    "list_only",
    (Citation("A list of twin towns"),),
    listed_on="2026-02",
)


def since(on: str) -> DatedFact:
    return DatedFact(on, "named_page", "a page")


def test_a_list_is_imported_without_a_date_of_its_own() -> None:
    given().when(LISTED, by=ADMINISTRATOR, on=None, key="row-1").then(
        LegacyPartnershipRecorded(
            mint_partnership_id("row-1"),
            NORFOLK,
            KITAKYUSHU,
            "active",
            "sister",
            "sister_city",
            "list_only",
            (Citation("A list of twin towns"),),
            "2026-02",
        )
    )


def test_a_bond_of_836_and_a_twinning_of_1967_are_one_partnership() -> None:
    command = replace(LISTED, since=since("0836"), formally_since=since("1967"))

    (event,) = given().when(command, by=ADMINISTRATOR, on=None).decide()

    assert isinstance(event, LegacyPartnershipRecorded)
    assert event.since == since("0836")
    assert event.formally_since == since("1967")


def test_the_bond_comes_before_its_formal_agreement() -> None:
    command = replace(LISTED, since=since("1967"), formally_since=since("0836"))

    refusal = given().when(command, by=ADMINISTRATOR, on=None).refused(Invalid)

    assert refusal.field == "formally_since"


def test_about_a_year_does_not_contradict_its_neighbour() -> None:
    command = replace(LISTED, since=since("1967~"), formally_since=since("1966"))

    assert given().when(command, by=ADMINISTRATOR, on=None).decide()


@pytest.mark.parametrize("field", ["since", "formally_since"])
def test_the_past_does_not_lie_in_the_future(field: str) -> None:
    command = replace(LISTED, **{field: since("2836")})

    refusal = given().when(command, by=ADMINISTRATOR, on=None).refused(Invalid)

    assert refusal.field == f"{field}.on"


def test_a_list_of_next_year_is_not_out_yet() -> None:
    command = replace(LISTED, listed_on="2027")

    refusal = given().when(command, by=ADMINISTRATOR, on=None).refused(Invalid)

    assert refusal.field == "listed_on"


def test_a_source_has_a_web_address() -> None:
    command = replace(LISTED, sources=(Citation("A list", link="ftp://list"),))

    refusal = given().when(command, by=ADMINISTRATOR, on=None).refused(Invalid)

    assert refusal.field == "sources[0].link"


def test_a_source_has_a_date_that_can_be_read() -> None:
    command = replace(LISTED, sources=(Citation("A list", "2022-02-30"),))

    refusal = given().when(command, by=ADMINISTRATOR, on=None).refused(Invalid)

    assert refusal.field == "sources[0].dated"


@pytest.mark.parametrize(
    "status",
    ["proposed", "agreed", "active", "suspended", "ended", "declined", "withdrawn", "lapsed"],
)
def test_it_stands_at_the_status_that_is_known(status: Status) -> None:
    stage = given(*legacy(status)).state.partnership

    assert isinstance(stage, Known)
    assert status_of(stage) == status


@pytest.mark.parametrize("by", [CLERK, CLERK_ABROAD])
def test_a_clerk_of_either_party_records_what_its_files_show(by: Actor) -> None:
    command = replace(LISTED, grade="signed_copy")

    assert given().when(command, by=by, on=None).decide()


def test_a_stranger_does_not_record_the_partnership_of_others() -> None:
    given().when(LISTED, by=STRANGER, on=None).refused(NotYourCommunity)


def test_an_import_has_seen_no_signed_copy() -> None:
    command = replace(LISTED, grade="signed_copy")

    assert given().when(command, by=ADMINISTRATOR, on=None).refused(Invalid).field == "grade"


def test_a_partnership_has_two_different_sides() -> None:
    command = replace(LISTED, counterpart=NORFOLK)

    refusal = given().when(command, by=ADMINISTRATOR, on=None).refused(Invalid)

    assert refusal.field == "counterpart"


@pytest.mark.parametrize("history", [ACTIVE, LEGACY_ACTIVE])
def test_a_live_partnership_is_not_recorded_a_second_time(history: tuple[Did, ...]) -> None:
    given(*history).when(LISTED, by=ADMINISTRATOR, on=None).refused(AlreadyPaired)


def test_an_ended_one_may_be_recorded_beside_a_live_one() -> None:
    command = replace(LISTED, status="ended")

    assert given(*ACTIVE).when(command, by=ADMINISTRATOR, on=None).decide()


def test_after_an_end_there_may_be_a_new_one() -> None:
    assert given(*ENDED).when(LISTED, by=ADMINISTRATOR, on=None).decide()
