"""An agreement in force, its activities, its suspension and its end: rows 15, 16, 24, 25, 28."""

import pytest
from msgspec.structs import replace

from domain.partnership import commands as c
from domain.partnership import events as e
from domain.partnership.state import Suspended
from domain.refusals import (
    AlreadyRecorded,
    Invalid,
    NotAtThisStage,
    NotYourBody,
    NotYourCommunity,
    OnHold,
)
from domain.values import MoneyLine
from tests.domain.given import NOW, Did, given
from tests.domain.people import (
    CLERK_ABROAD,
    COUNTERPART,
    NORFOLK,
    STRANGER,
    SYSTEM,
    deciding,
)
from tests.domain.stages import (
    ACTIVE,
    AGREED,
    CLOSED,
    ENDED,
    FOUND,
    ID,
    LEGACY_ACTIVE,
    LEGACY_SUSPENDED,
    OPENED,
    OPENED_WITH_HOLD,
    PROPOSED,
    RESOLUTION,
    SUSPENDED,
    TEXT,
)

SUSPEND = c.Suspend("War.", "Until peace is restored.", RESOLUTION, review_by="2027-03-01")
RESUME = c.Resume("Both mayors met.")
MAYOR = deciding("mayor")


def end(cause: c.Cause) -> c.End:
    return c.End(cause, RESOLUTION)


def test_an_agreement_comes_into_force_on_its_day() -> None:
    given(*AGREED).when(c.BringIntoForce("As agreed."), on="2026-11-23").then(
        e.PartnershipActivated(ID, "As agreed.")
    )


def test_it_does_not_come_into_force_ahead_of_its_day() -> None:
    assert given(*AGREED).when(c.BringIntoForce(), on="2026-12-01").refused(Invalid).field == "on"


@pytest.mark.parametrize("command", [SUSPEND, end("home"), c.ReportActivity("visit", "A visit.")])
def test_an_act_that_has_taken_place_is_not_dated_by_a_time_without_end(
    command: c.PartnershipCommand,
) -> None:
    assert given(*ACTIVE).when(command, on="2026-04-01/..").refused(Invalid).field == "on"


def test_a_day_that_has_begun_in_kiribati_is_no_future() -> None:
    history = given(*AGREED)

    history.when(c.BringIntoForce(), on="2026-11-24", now=NOW).refused(Invalid)
    at_ten = NOW.replace(hour=10)
    assert history.when(c.BringIntoForce(), on="2026-11-24", now=at_ten).decide()


def test_it_does_not_come_into_force_before_the_last_signature() -> None:
    refusal = given(*AGREED).when(c.BringIntoForce(), on="2026-04-19").refused(Invalid)

    assert "2026-04-20" in refusal.problem


def test_it_does_not_come_into_force_before_the_first_recorded_signature_either() -> None:
    signed_late = Did(AGREED[3].event, AGREED[3].by, "2026-04-25")
    history = (*AGREED[:3], signed_late, AGREED[4])

    given(*history).when(c.BringIntoForce(), on="2026-04-22").refused(Invalid)


def test_an_act_has_its_day() -> None:
    assert given(*AGREED).when(c.BringIntoForce(), on=None).refused(Invalid).field == "on"


def test_a_proposal_does_not_come_into_force_unsigned() -> None:
    given(*PROPOSED).when(c.BringIntoForce()).refused(NotAtThisStage)


def test_a_hold_stops_entry_into_force() -> None:
    given(*AGREED, OPENED_WITH_HOLD).when(c.BringIntoForce()).refused(OnHold)


def test_a_review_without_a_hold_stops_nothing() -> None:
    assert given(*AGREED, OPENED).when(c.BringIntoForce()).decide()


def test_a_hold_ends_with_its_review() -> None:
    history = (*AGREED, OPENED_WITH_HOLD, *FOUND, CLOSED)

    assert given(*history).when(c.BringIntoForce()).decide()


def test_the_system_names_its_rule() -> None:
    refusal = given(*AGREED).when(c.BringIntoForce(), by=SYSTEM).refused(Invalid)

    assert refusal.field == "rule"


def test_the_system_brings_into_force_by_a_rule() -> None:
    given(*AGREED).when(c.BringIntoForce(rule="effective-day/1"), by=SYSTEM).then(
        e.PartnershipActivated(ID, rule="effective-day/1")
    )


def test_a_clerk_is_no_rule() -> None:
    command = c.BringIntoForce(rule="effective-day/1")

    assert given(*AGREED).when(command).refused(Invalid).field == "rule"


def test_a_visit_is_reported() -> None:
    given(*ACTIVE).when(c.ReportActivity("visit", "Nine pupils came.", "Three exchanges.")).then(
        e.ActivityReported(ID, "visit", "Nine pupils came.", "Three exchanges.")
    )


def test_activities_go_on_under_suspension() -> None:
    assert given(*SUSPENDED).when(c.ReportActivity("aid", "Blankets were sent.")).decide()


def test_a_visit_of_years_ago_may_be_reported_today() -> None:
    assert given(*ACTIVE).when(c.ReportActivity("visit", "Found in the files."), on="199X").decide()


def test_a_visit_of_next_month_has_not_taken_place() -> None:
    command = c.ReportActivity("visit", "Planned.")

    assert given(*ACTIVE).when(command, on="2026-12").refused(Invalid).field == "on"


def test_nothing_is_reported_of_what_has_ended() -> None:
    given(*ENDED).when(c.ReportActivity("visit", "A last one.")).refused(NotAtThisStage)


def test_a_year_in_which_nothing_happened_is_reported_as_such() -> None:
    given(*ACTIVE).when(c.FileAnnualReport(2025, nothing_happened=True)).then(
        e.AnnualReportFiled(ID, 2025, nothing_happened=True)
    )


def test_a_year_is_reported_with_its_money() -> None:
    money = (MoneyLine("USD", received=500_00, spent=420_00, carried_over=80_00),)

    given(*ACTIVE).when(c.FileAnnualReport(2025, False, "One visit.", money)).then(
        e.AnnualReportFiled(ID, 2025, False, "One visit.", money)
    )


def test_a_year_is_reported_once() -> None:
    history = (*ACTIVE, Did(e.AnnualReportFiled(ID, 2025, True), on="2026-06-30"))

    given(*history).when(c.FileAnnualReport(2025, True)).refused(AlreadyRecorded)
    assert given(*history).when(c.FileAnnualReport(2024, True)).decide()


def test_the_coming_year_is_not_reported_yet() -> None:
    assert given(*ACTIVE).when(c.FileAnnualReport(2027, True)).refused(Invalid).field == "year"


def test_a_report_says_something_or_that_nothing_happened() -> None:
    assert given(*ACTIVE).when(c.FileAnnualReport(2025)).refused(Invalid).field == "statement"


def test_a_year_without_events_has_no_money() -> None:
    command = c.FileAnnualReport(2025, True, money=(MoneyLine("USD", 1, 1),))

    assert given(*ACTIVE).when(command).refused(Invalid).field == "money"


def test_the_money_balances() -> None:
    command = c.FileAnnualReport(2025, False, "One visit.", (MoneyLine("USD", 500, 420, 0),))

    assert given(*ACTIVE).when(command).refused(Invalid).field == "money[0]"


def test_a_council_suspends_under_a_condition() -> None:
    given(*ACTIVE).when(SUSPEND).then(
        e.PartnershipSuspended(
            ID, "War.", "Until peace is restored.", RESOLUTION, review_by="2027-03-01"
        )
    )


def test_the_council_abroad_may_suspend_as_well() -> None:
    assert given(*ACTIVE).when(SUSPEND, by=CLERK_ABROAD).decide()


def test_strangers_do_not_suspend() -> None:
    given(*ACTIVE).when(SUSPEND, by=STRANGER).refused(NotYourCommunity)


def test_the_staff_does_not_suspend() -> None:
    given(*ACTIVE).when(SUSPEND, by=deciding("staff")).refused(NotYourBody)


def test_a_partnership_is_suspended_once() -> None:
    given(*SUSPENDED).when(SUSPEND).refused(NotAtThisStage)


def test_the_day_of_the_next_look_is_a_day() -> None:
    command = c.Suspend("War.", "Peace.", RESOLUTION, review_by="2027")

    assert given(*ACTIVE).when(command).refused(Invalid).field == "review_by"


def test_a_suspension_does_not_come_before_the_entry_into_force() -> None:
    assert given(*ACTIVE).when(SUSPEND, on="2026-04-30").refused(Invalid).field == "on"


def test_about_a_year_is_never_surely_too_early() -> None:
    assert given(*ACTIVE).when(SUSPEND, on="2025~").decide()


def test_it_resumes_when_the_council_attests_the_condition() -> None:
    given(*SUSPENDED).when(RESUME).then(e.PartnershipResumed(ID, "Both mayors met."))


def test_a_mayor_does_not_lift_what_the_council_suspended() -> None:
    given(*SUSPENDED).when(RESUME, by=MAYOR).refused(NotYourBody)


@pytest.mark.parametrize("body", ["mayor", "council"])
def test_the_mayor_or_the_council_lifts_what_the_mayor_suspended(body: str) -> None:
    history = (*ACTIVE, Did(SUSPENDED[-1].event, MAYOR, "2026-08-01"))

    assert given(*history).when(RESUME, by=deciding(body)).decide()


def test_one_side_does_not_lift_the_others_suspension() -> None:
    refusal = given(*SUSPENDED).when(RESUME, by=CLERK_ABROAD).refused(NotYourCommunity)

    assert refusal.communities == (NORFOLK.community,)


def test_either_side_lifts_a_suspension_of_which_nobody_knows_whose_it_was() -> None:
    assert given(*LEGACY_SUSPENDED).when(RESUME, by=CLERK_ABROAD).decide()


def test_the_waiting_time_of_a_suspension_passes_first() -> None:
    event = SUSPENDED[-1].event
    assert isinstance(event, e.PartnershipSuspended)
    history = given(*ACTIVE, Did(replace(event, waiting_days=30), on="2026-08-01"))

    refusal = history.when(RESUME, on="2026-08-30").refused(Invalid)

    assert "2026-08-31" in refusal.remedy
    assert history.when(RESUME, on="2026-08-31").decide()


def test_it_does_not_resume_before_it_was_suspended() -> None:
    assert given(*SUSPENDED).when(RESUME, on="2026-07-31").refused(Invalid).field == "on"


def test_what_resumed_is_active_again() -> None:
    history = (*SUSPENDED, Did(e.PartnershipResumed(ID, "They met."), on="2026-10-01"))

    assert given(*history).when(SUSPEND).decide()


def test_the_condition_is_kept_while_it_is_suspended() -> None:
    stage = given(*SUSPENDED).state.partnership

    assert isinstance(stage, Suspended)
    assert stage.condition == "Until contact is restored."


@pytest.mark.parametrize("history", [AGREED, ACTIVE, SUSPENDED, LEGACY_ACTIVE])
def test_a_council_ends_it(history: tuple[Did, ...]) -> None:
    given(*history).when(end("home")).then(e.PartnershipEnded(ID, "home", RESOLUTION))


def test_the_counterpart_ends_it() -> None:
    given(*ACTIVE).when(end("counterpart"), by=COUNTERPART).then(
        e.PartnershipEnded(ID, "counterpart", RESOLUTION)
    )


def test_a_clerk_records_that_the_counterpart_ended_it() -> None:
    assert given(*ACTIVE).when(end("counterpart"), by=deciding("counterpart")).decide()


def test_the_counterpart_does_not_end_it_in_the_home_councils_name() -> None:
    given(*ACTIVE).when(end("home"), by=deciding("council", COUNTERPART)).refused(NotYourBody)


def test_home_is_not_the_council_abroad() -> None:
    assert given(*ACTIVE).when(end("home"), by=CLERK_ABROAD).refused(Invalid).field == "cause"


@pytest.mark.parametrize(
    ("cause", "body"),
    [
        ("mutual", "council"),
        ("home", "council"),
        ("counterpart", "counterpart"),
        ("expiry", "council"),
        ("statute", "legislature"),
        ("declaration", "minister"),
        ("party_abolished", "legislature"),
    ],
)
def test_each_cause_has_the_body_that_decides_it(cause: c.Cause, body: str) -> None:
    assert given(*ACTIVE).when(end(cause), by=deciding(body)).decide()


@pytest.mark.parametrize(
    ("cause", "body"),
    [
        ("mutual", "minister"),
        ("home", "counterpart"),
        ("counterpart", "council"),
        ("expiry", "minister"),
        ("statute", "council"),
        ("declaration", "legislature"),
        ("party_abolished", "minister"),
    ],
)
def test_no_body_ends_it_for_anothers_cause(cause: c.Cause, body: str) -> None:
    given(*ACTIVE).when(end(cause), by=deciding(body)).refused(NotYourBody)


def test_the_day_on_which_the_counterpart_was_told_can_be_read() -> None:
    command = c.End("home", RESOLUTION, counterpart_told_on="soon")

    assert given(*ACTIVE).when(command).refused(Invalid).field == "counterpart_told_on"


@pytest.mark.parametrize(
    "command",
    [
        SUSPEND,
        RESUME,
        end("home"),
        c.BringIntoForce(),
        c.FileAnnualReport(2025, True),
        c.SignAgreement("Mayor", TEXT),
        c.Withdraw(),
    ],
)
def test_ended_is_final(command: c.PartnershipCommand) -> None:
    given(*ENDED).when(command).refused(NotAtThisStage)
