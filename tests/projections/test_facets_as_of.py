"""What stands beside the status on a day of the world, as known at a position of the ledger."""

from datetime import date

from msgspec.structs import replace

from domain.partnership import commands as c
from domain.ports import Actor
from domain.values import PartnershipId, Tier
from projections.register import PostgresRegister
from projections.runner import Runner
from projections.views import Filters, Moment, Notice, PartnershipView, Recognition
from tests.projections.played import MINUTE, NORFOLK, Clerks, clerk, legacy

SCI = "Sister Cities International"
CEMR = "Council of European Municipalities and Regions"
ASSOCIATION = clerk(NORFOLK, "association")
MAYOR = clerk(NORFOLK, "mayor")
EVIDENCE = (MINUTE,)


def lower(tier: Tier) -> c.Demote:
    return c.Demote(tier, "Little happens.", EVIDENCE)


def listing(body: str, listed: bool) -> c.RecordRecognition:
    return c.RecordRecognition(body, listed, EVIDENCE)


class Desk:
    """A clerk who records acts on one partnership, and a reader who asks about it."""

    def __init__(
        self, clerks: Clerks, register: PostgresRegister, reference: PartnershipId
    ) -> None:
        self._clerks, self._register, self.reference = clerks, register, reference

    async def record(self, command: c.PartnershipCommand, on: str, by: Actor | None = None) -> int:
        """The position at which it stands."""
        outcome = await self._clerks.record(
            command, by or clerk(NORFOLK), on=on, partnership=self.reference
        )
        assert outcome.receipt is not None
        return outcome.receipt.last_position

    async def view(self, day: str | None = None, position: int | None = None) -> PartnershipView:
        as_of = date.fromisoformat(day) if day else None
        found = await self._register.get(self.reference, Moment(as_of, position))
        assert found is not None
        return found

    async def found(self, tier: Tier, day: str, position: int | None = None) -> bool:
        """Whether a search for that level finds it."""
        moment = Moment(date.fromisoformat(day), position)
        return (await self._register.search(Filters(tier=tier), moment)).total == 1


async def at_the_desk(clerks: Clerks, register: PostgresRegister, known_term: str = "") -> Desk:
    founding = replace(legacy(since="1992"), term_end=known_term)
    return Desk(clerks, register, await clerks.found(founding))


async def test_a_level_holds_from_its_day_on_and_is_known_from_its_entry_on(
    clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    desk = await at_the_desk(clerks, register)
    lowered = await desk.record(lower("friendship"), "2024-03-01")
    await runner.catch_up()

    assert (await desk.view("2024-02-29")).tier == "sister"
    assert (await desk.view("2024-03-01")).tier == "friendship"
    assert (await desk.view("2024-03-01", lowered - 1)).tier == "sister"
    assert (await desk.view("2024-03-01")).possible_tiers == ("friendship",)


async def test_a_level_whose_day_is_not_known_is_said_with_its_doubt(
    clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    desk = await at_the_desk(clerks, register)
    await desk.record(lower("project"), "2020")
    await runner.catch_up()

    assert (await desk.view("2020-06-01")).possible_tiers == ("sister", "project")
    assert (await desk.view("2020-12-31")).possible_tiers == ("project",)


async def test_of_two_levels_the_one_recorded_later_counts_where_the_days_do_not_tell(
    clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    desk = await at_the_desk(clerks, register)
    await desk.record(lower("project"), "201X")
    await desk.record(lower("friendship"), "2015-01-01")
    await runner.catch_up()

    assert (await desk.view("2014-12-31")).possible_tiers == ("sister", "project")
    assert (await desk.view("2017-01-01")).possible_tiers == ("friendship",)
    assert await desk.found("friendship", "2017-01-01")
    assert not await desk.found("sister", "2017-01-01")


async def test_a_search_finds_a_level_on_the_day_on_which_it_surely_held(
    clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    desk = await at_the_desk(clerks, register)
    await desk.record(lower("friendship"), "2022")
    lowered = await desk.record(lower("contact"), "2024-03-01")
    await runner.catch_up()

    assert await desk.found("sister", "2021-12-31")
    assert not await desk.found("friendship", "2022-12-30")
    assert await desk.found("friendship", "2024-02-29")
    assert await desk.found("contact", "2024-03-01")
    assert not await desk.found("contact", "2024-03-01", lowered - 1)


async def test_acts_recorded_out_of_their_order_hold_in_the_order_of_their_days(
    clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    desk = await at_the_desk(clerks, register)
    await desk.record(listing(SCI, listed=False), "2015-05-01", ASSOCIATION)
    await desk.record(listing(SCI, listed=True), "1993", ASSOCIATION)
    await runner.catch_up()

    assert (await desk.view("2010-01-01")).recognitions == (Recognition(SCI, True, "1993"),)
    assert (await desk.view()).recognitions == (Recognition(SCI, False, "2015-05-01"),)


async def test_a_term_is_the_last_one_that_was_agreed_by_the_day(
    clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    desk = await at_the_desk(clerks, register, known_term="2025")
    renewed = await desk.record(c.Renew("2030-06-30", EVIDENCE), "2024-10-01")
    await runner.catch_up()

    assert (await desk.view("2024-09-30")).term_end == "2025"
    assert (await desk.view("2024-10-01")).term_end == "2030-06-30"
    assert (await desk.view("2024-10-01", renewed - 1)).term_end == "2025"


async def test_how_alive_it_was_is_told_as_of_a_day(
    clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    desk = await at_the_desk(clerks, register)
    dormant = c.MarkDormant("dormant", "norfolk-policy/3-years", "2019-06")
    await desk.record(dormant, "2022-07-01", clerk(NORFOLK, "staff"))
    await desk.record(c.Revive("2024-05", "Ten pupils came."), "2024-06-01")
    await runner.catch_up()

    assert (await desk.view("2022-06-30")).vitality is None
    asleep = await desk.view("2024-05-31")
    assert (asleep.vitality, asleep.vitality_since, asleep.last_activity) == (
        "dormant",
        "2022-07-01",
        "2019-06",
    )
    assert (await desk.view()).vitality == "fresh"
    assert (await desk.view("2024-05-31")).statuses == ("active",)


async def test_a_notice_stands_from_the_day_on_which_it_was_given(
    clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    desk = await at_the_desk(clerks, register)
    await desk.record(c.GiveNotice("2024-12-31", 90, EVIDENCE), "2024-06-01", MAYOR)
    await runner.catch_up()

    assert (await desk.view("2024-05-31")).notices == ()
    assert (await desk.view("2024-06-01")).notices == (Notice("home", "2024-06-01", "2024-12-31"),)


async def test_whether_a_body_lists_it_is_not_known_while_its_day_is_in_doubt(
    clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    desk = await at_the_desk(clerks, register)
    await desk.record(listing(SCI, listed=True), "1993", ASSOCIATION)
    await desk.record(listing(SCI, listed=False), "2022", ASSOCIATION)
    await runner.catch_up()

    assert (await desk.view("1992-12-31")).recognitions == ()
    assert (await desk.view("1993-06-01")).recognitions == (Recognition(SCI, None, ""),)
    assert (await desk.view("2022-06-01")).recognitions == (Recognition(SCI, None, ""),)
    assert (await desk.view("2022-12-31")).recognitions == (Recognition(SCI, False, "2022"),)


async def test_the_rules_of_a_law_know_who_recognised_it_on_the_day(
    clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    desk = await at_the_desk(clerks, register)
    listed = await desk.record(listing(SCI, listed=True), "1993", ASSOCIATION)
    await desk.record(listing(CEMR, listed=False), "2022", ASSOCIATION)
    await runner.catch_up()

    async def recognised(day: str, position: int | None = None) -> dict[str, bool]:
        moment = Moment(date.fromisoformat(day), position)
        (facts,) = [facts async for facts in register.facts(moment)]
        return facts.recognised

    assert await recognised("1993-06-01") == {}
    assert await recognised("2000-01-01") == {SCI: True}
    assert await recognised("2022-06-01") == {SCI: True}
    assert await recognised("2023-01-01") == {SCI: True, CEMR: False}
    assert await recognised("2023-01-01", listed - 1) == {}


async def test_a_corrected_date_of_a_recognition_counts(
    clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    desk = await at_the_desk(clerks, register)
    listed = await desk.record(listing(SCI, listed=True), "1993", ASSOCIATION)
    await clerks.corrected(desk.reference, listed, "effective", "1995-01-01")
    await runner.catch_up()

    assert (await desk.view("1994-12-31")).recognitions == ()
    assert (await desk.view()).recognitions == (Recognition(SCI, True, "1995-01-01"),)


async def test_a_corrected_date_of_a_level_counts_for_the_page_and_for_a_search(
    clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    desk = await at_the_desk(clerks, register)
    lowered = await desk.record(lower("friendship"), "2024-03-01")
    await clerks.corrected(desk.reference, lowered, "effective", "2021-05-01")
    await runner.catch_up()

    assert (await desk.view("2021-05-01")).possible_tiers == ("friendship",)
    assert await desk.found("friendship", "2021-05-01")
    assert await desk.found("sister", "2021-05-01", lowered)


async def test_corrected_dates_of_a_term_and_of_a_notice_count(
    clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    desk = await at_the_desk(clerks, register, known_term="2025")
    renewed = await desk.record(c.Renew("2030-06-30", EVIDENCE), "2024-10-01")
    noticed = await desk.record(c.GiveNotice("2025-12-31", 90, EVIDENCE), "2024-11-01", MAYOR)
    await clerks.corrected(desk.reference, renewed, "effective", "2023-10-01")
    await clerks.corrected(desk.reference, noticed, "effective", "2024-11-11")
    await runner.catch_up()

    assert (await desk.view("2023-10-01")).term_end == "2030-06-30"
    assert (await desk.view("2024-11-10")).notices == ()
    assert (await desk.view("2024-11-11")).notices == (Notice("home", "2024-11-11", "2025-12-31"),)


async def test_a_corrected_date_of_when_it_went_quiet_counts(
    clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    desk = await at_the_desk(clerks, register)
    dormant = c.MarkDormant("dormant", "norfolk-policy/3-years", "2019-06")
    asleep = await desk.record(dormant, "2022-07-01", clerk(NORFOLK, "staff"))
    await clerks.corrected(desk.reference, asleep, "effective", "2022-08-01")
    await runner.catch_up()

    assert (await desk.view("2022-07-31")).vitality is None
    assert (await desk.view("2022-08-01")).vitality_since == "2022-08-01"
