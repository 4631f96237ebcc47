"""Which status held on a day of the world, as known at a position of the ledger."""

from datetime import date

import pytest

from domain.partnership import commands as c
from projections.register import PostgresRegister
from projections.runner import Runner
from projections.views import Moment, PartnershipView
from tests.projections.played import (
    KALININGRAD,
    LE_MANS,
    LODZ,
    NORFOLK,
    PADERBORN,
    RESUME,
    SUSPEND,
    Clerks,
    clerk,
    legacy,
    proposal,
)


class Asked:
    """Asks the register about one partnership."""

    def __init__(self, register: PostgresRegister, reference: str) -> None:
        self._register, self._reference = register, reference

    async def view(self, day: str | None = None, position: int | None = None) -> PartnershipView:
        as_of = date.fromisoformat(day) if day else None
        found = await self._register.get(self._reference, Moment(as_of, position))
        assert found is not None
        return found

    async def on(self, day: str | None = None, position: int | None = None) -> tuple[str, ...]:
        return (await self.view(day, position)).statuses


async def test_a_listed_partnership_is_undetermined_before_the_day_of_the_list(
    clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    asked = Asked(register, await clerks.found(legacy(listed_on="2026-10")))
    await runner.catch_up()
    assert await asked.on("1200-01-01") == ("proposed", "active")
    assert await asked.on("2026-10-30") == ("proposed", "active")
    assert (await asked.view("2026-10-30")).possibly_not_begun
    assert await asked.on("2026-10-31") == ("active",)
    assert not (await asked.view("2026-10-31")).possibly_not_begun


async def test_a_partnership_of_which_no_date_is_known_is_certain_when_it_is_recorded(
    clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    asked = Asked(register, await clerks.found(legacy()))
    await runner.catch_up()
    assert await asked.on("2020-01-01") == ("proposed", "active")
    assert await asked.on() == ("active",)
    assert (await asked.view()).status_since == ""


async def test_a_bond_of_836_holds_from_then_on_and_not_before(
    clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    founding = legacy(PADERBORN, LE_MANS, since="0836", formally_since="1967")
    asked = Asked(register, await clerks.found(founding))
    await runner.catch_up()
    assert await asked.on("0835-12-31") == ()
    assert await asked.on("0836-06-01") == ("proposed", "active")
    assert await asked.on("0836-12-31") == ("active",)
    seen = await asked.view("1000-01-01")
    assert seen.status_since == "0836"
    assert seen.formally_since is not None
    assert seen.formally_since.on == "1967"


@pytest.mark.parametrize(
    "days",
    [
        ("1972", "1971-12-31", "1972-01-01", "1972-12-31"),
        ("1972~", "1970-12-01", "1971-06-01", "1974-01-02"),
        ("197X", "1969-12-31", "1975-01-01", "1979-12-31"),
        ("1972-05-03", "1972-05-02", None, "1972-05-03"),
        ("../1972", None, "0500-01-01", "1972-12-31"),
    ],
)
async def test_a_legacy_partnership_begins_with_the_doubt_of_its_date(
    clerks: Clerks,
    runner: Runner,
    register: PostgresRegister,
    days: tuple[str, str | None, str | None, str],
) -> None:
    since, surely_not, perhaps, surely = days
    asked = Asked(register, await clerks.found(legacy(since=since, listed_on="2026-10-15")))
    await runner.catch_up()
    if surely_not:
        assert await asked.on(surely_not) == ()
    if perhaps:
        assert await asked.on(perhaps) == ("proposed", "active")
    assert await asked.on(surely) == ("active",)


async def test_what_is_listed_as_ended_was_active_or_ended_since_it_began(
    clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    founding = legacy(since="1972-05-03", listed_on="2026-10-15", status="ended")
    asked = Asked(register, await clerks.found(founding))
    await runner.catch_up()
    assert await asked.on("1972-05-02") == ()
    assert await asked.on("2000-01-01") == ("active", "ended")
    assert await asked.on("2026-10-15") == ("ended",)


async def test_a_suspension_counts_from_its_date_and_is_known_from_its_recording(
    clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    reference = await clerks.found(legacy(since="1992-06-01"))
    suspended = await clerks.record(SUSPEND, clerk(NORFOLK), on="2022-03-08", partnership=reference)
    await runner.catch_up()
    asked = Asked(register, reference)
    assert suspended.receipt is not None
    before, after = suspended.receipt.first_position - 1, suspended.receipt.first_position
    matrix = {
        (day, position): await asked.on(day, position)
        for day in ("1991-01-01", "2022-03-07", "2022-03-08")
        for position in (before, after)
    }
    assert matrix == {
        ("1991-01-01", before): (),
        ("1991-01-01", after): (),
        ("2022-03-07", before): ("active",),
        ("2022-03-07", after): ("active",),
        ("2022-03-08", before): ("active",),
        ("2022-03-08", after): ("suspended",),
    }


async def test_the_condition_is_shown_while_it_is_suspended_and_not_before_or_after(
    clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    reference = await clerks.found(legacy(since="1992"))
    by = clerk(NORFOLK)
    await clerks.record(SUSPEND, by, on="2022-03-08", partnership=reference)
    await clerks.record(RESUME, by, on="2025-05", partnership=reference)
    await runner.catch_up()
    asked = Asked(register, reference)
    assert (await asked.view("2022-03-07")).condition == ""
    assert (await asked.view("2024-01-01")).condition == SUSPEND.condition
    assert await asked.on("2025-05-20") == ("suspended", "active")
    assert await asked.on("2025-05-31") == ("active",)
    assert (await asked.view()).condition == ""


async def test_a_proposal_had_surely_not_begun_before_its_date(
    clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    asked = Asked(
        register, await clerks.found(proposal(), clerk(NORFOLK, "mayor"), on="2026-02-01")
    )
    await runner.catch_up()
    assert await asked.on("2026-01-31") == ()
    assert await asked.on("2026-02-01") == ("proposed",)


async def test_a_corrected_date_counts_from_the_beginning_once_it_is_recorded(
    clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    reference = await clerks.found(legacy(since="1992-06-01"))
    act = await clerks.record(SUSPEND, clerk(NORFOLK), on="2022-03-08", partnership=reference)
    assert act.receipt is not None
    position = act.receipt.first_position
    correction = await clerks.corrected(act.partnership, position, "effective", "2022-02-25")
    assert correction.receipt is not None
    known = correction.receipt.first_position
    await runner.catch_up()
    asked = Asked(register, reference)
    assert await asked.on("2022-03-01", known - 1) == ("active",)
    assert await asked.on("2022-03-01", known) == ("suspended",)
    assert (await asked.view("2022-03-01")).status_since == "2022-02-25"


async def test_a_corrected_beginning_moves_the_beginning_of_a_legacy_partnership(
    clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    founded = await clerks.record(legacy(since="1992-06-01"))
    assert founded.receipt is not None
    position = founded.receipt.first_position
    await clerks.corrected(founded.partnership, position, "since", "1982-06-01")
    await runner.catch_up()
    asked = Asked(register, founded.partnership)
    assert await asked.on("1985-01-01") == ("active",)
    assert await asked.on("1985-01-01", position) == ()


async def test_nothing_is_known_of_a_partnership_before_it_was_recorded(
    clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    await clerks.found(legacy(NORFOLK, KALININGRAD))
    later = await clerks.record(legacy(NORFOLK, LODZ))
    await runner.catch_up()
    assert later.receipt is not None
    moment = Moment(position=later.receipt.first_position - 1)
    assert await register.get(later.partnership, moment) is None
    assert await register.get(later.partnership, Moment()) is not None


async def test_a_request_waits_until_it_is_decided(
    clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    founded = await clerks.record(legacy())
    request = c.RequestCorrection(1, "since", "1993", "A typing mistake.")
    asked = await clerks.record(request, clerk(NORFOLK), partnership=founded.partnership)
    await runner.catch_up()
    assert asked.receipt is not None
    view = await Asked(register, founded.partnership).view()
    assert [(w.request, w.value) for w in view.corrections] == [(2, "1993")]
    assert (await Asked(register, founded.partnership).view(position=1)).corrections == ()
