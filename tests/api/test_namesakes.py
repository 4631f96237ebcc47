"""A community has one id: a second one for a known name is refused, whatever way it comes in."""

from typing import Any

import asyncpg
import pytest
from msgspec.structs import replace

from adapters.ledger import MemoryLedger
from api.commands import execute
from domain.decider import Act
from domain.partnership import commands as c
from domain.ports import Receipt, Submission
from domain.refusals import Invalid
from domain.values import Citation, CommunityId, Party
from tests.api.commanded import COUNCILLOR, act, count
from tests.api.desk import PROPOSAL, Desk
from tests.api.rest import programs
from tests.conftest import Database
from tests.domain.people import ADMINISTRATOR, APPROVER, CLERK_ABROAD, KITAKYUSHU, NORFOLK, deciding
from tests.journeys import test_command_line as journeys

KALININGRAD = Party(CommunityId("ru-kaliningrad"), "Kaliningrad", "RU")
NOWHERE = Party(CommunityId("ru-nowhere"), "Kaliningrad", "RU")
AS_TWO = "Kaliningrad (RU) is in the register as ru-kaliningrad, not as ru-nowhere"


def proposal(counterpart: Party, home: Party = NORFOLK) -> c.SubmitProposal:
    return c.SubmitProposal(home, counterpart, "sister", "sister_city", ("trade",))


def listed(home: Party, counterpart: Party) -> c.RecordLegacyPartnership:
    return c.RecordLegacyPartnership(
        home, counterpart, "active", "sister", "sister_city", "named_page", (Citation("A page"),)
    )


async def refused(
    ledger: MemoryLedger, command: c.FoundingCommand, by: Act, *, dry_run: bool = False
) -> Invalid:
    with pytest.raises(Invalid) as told:
        await execute(ledger, command, by, dry_run=dry_run)
    return told.value


@pytest.fixture
async def ledger() -> MemoryLedger:
    """One that knows Kaliningrad, as a partner of Kitakyushu."""
    ledger = MemoryLedger()
    by = Act(ADMINISTRATOR, "listed", act().now)
    await execute(ledger, listed(KITAKYUSHU, KALININGRAD), by)
    return ledger


@pytest.mark.parametrize("name", ["Kaliningrad", "KALININGRAD", "Ｋａｌｉｎｉｎｇｒａｄ"])
async def test_a_second_id_for_a_known_name_is_refused_naming_the_one_that_is_there(
    ledger: MemoryLedger, name: str
) -> None:
    told = await refused(ledger, proposal(replace(NOWHERE, name=name)), act(COUNCILLOR))

    assert told.field == "counterpart.community"
    assert "is in the register as ru-kaliningrad, not as ru-nowhere" in told.problem
    assert "Write ru-kaliningrad if that place is meant" in told.remedy
    assert "Halle (Westfalen)" in told.remedy
    assert await count(ledger) == 1


@pytest.mark.parametrize(
    "counterpart",
    [
        KALININGRAD,
        replace(KALININGRAD, name="kaliningrad"),
        replace(NOWHERE, name="Kaliningrad (Oblast)"),
        replace(NOWHERE, country="UA"),
    ],
)
async def test_the_known_id_another_name_or_another_country_is_taken(
    ledger: MemoryLedger, counterpart: Party
) -> None:
    await execute(ledger, proposal(counterpart), act(COUNCILLOR))

    assert await count(ledger) == 2


async def test_a_dry_run_is_refused_with_the_same_words(ledger: MemoryLedger) -> None:
    dry = await refused(ledger, proposal(NOWHERE), act(COUNCILLOR), dry_run=True)
    wet = await refused(ledger, proposal(NOWHERE), act(COUNCILLOR))

    assert str(dry) == str(wet)


async def test_a_partnership_from_before_the_register_is_held_to_the_same(
    ledger: MemoryLedger,
) -> None:
    by = Act(ADMINISTRATOR, "second", act().now)
    told = await refused(ledger, listed(NOWHERE, NORFOLK), by)

    assert told.field == "home.community"


async def test_who_acts_for_a_second_id_is_sent_to_the_administrator(ledger: MemoryLedger) -> None:
    clerk = replace(deciding("councillor"), community=NOWHERE.community)
    told = await refused(ledger, proposal(KITAKYUSHU, NOWHERE), act(clerk))

    assert "ask the administrator for an account of ru-kaliningrad" in told.remedy


async def test_a_name_that_an_odd_id_bears_is_known_too() -> None:
    ledger = MemoryLedger()
    await execute(ledger, proposal(NOWHERE), act(COUNCILLOR, "first"))
    told = await refused(ledger, proposal(KALININGRAD), act(COUNCILLOR, "second"))

    assert "as ru-nowhere, not as ru-kaliningrad" in told.problem


async def test_a_name_written_to_a_wrong_id_is_free_again_once_it_is_corrected() -> None:
    ledger = MemoryLedger()
    wrong = replace(KALININGRAD, name="Berlin")
    by_slip = await execute(ledger, listed(KITAKYUSHU, wrong), act(ADMINISTRATOR, "slip"))
    berlin = proposal(replace(wrong, community=CommunityId("ru-berlin")))
    await refused(ledger, berlin, act(COUNCILLOR, "before"))
    asked = c.RequestCorrection(1, "party_name", "Kaliningrad", "A slip", wrong.community)
    for command, who in ((asked, CLERK_ABROAD), (c.ApproveCorrection(2), APPROVER)):
        by = replace(act(who, who.recorder), on=None)
        await execute(ledger, command, by, partnership=by_slip.partnership)

    assert (await execute(ledger, berlin, act(COUNCILLOR, "after"))).receipt is not None


async def test_one_proposal_brings_no_two_ids_for_one_name_either() -> None:
    home = replace(NORFOLK, name="Kaliningrad", country="RU")
    told = await refused(MemoryLedger(), proposal(KALININGRAD, home), act(COUNCILLOR))

    assert told.field == "counterpart.name"
    assert told.problem == "both sides are Kaliningrad (RU)"
    assert "Halle (Westfalen)" in told.remedy


async def test_the_first_proposal_for_a_place_is_repeated_with_its_first_answer() -> None:
    ledger = MemoryLedger()
    first = await execute(ledger, proposal(NOWHERE), act(COUNCILLOR, "first"))
    again = await execute(ledger, proposal(NOWHERE), act(COUNCILLOR, "first"))

    assert again.partnership == first.partnership
    assert await count(ledger) == 1


class Overtaken(MemoryLedger):
    """Just before the first append, another community proposes to the same place by another id."""

    async def append(self, submission: Submission) -> Receipt:
        if submission.command_key == "here" and not (await self.head()).position:
            abroad = replace(CLERK_ABROAD, body="councillor")
            await execute(self, proposal(KALININGRAD, KITAKYUSHU), act(abroad, "abroad"))
        return await super().append(submission)


async def test_of_two_ids_proposed_at_once_for_one_place_one_is_refused() -> None:
    ledger = Overtaken()
    told = await refused(ledger, proposal(NOWHERE), act(COUNCILLOR, "here"))

    assert told.problem == AS_TWO
    assert await count(ledger) == 1


TO_KALININGRAD = PROPOSAL | {
    "counterpart.community": "ru-kaliningrad",
    "counterpart.name": "Kaliningrad",
    "counterpart.country": "RU",
}


async def test_on_the_pages_what_was_typed_stays_beside_the_words(desk: Desk) -> None:
    await desk.acts_as("clerk")
    await desk.record("/proposals/new", TO_KALININGRAD)
    typed = TO_KALININGRAD | {"counterpart.community": "ru-nowhere"}
    page = await desk.send(await desk.get("/proposals/new"), typed)

    assert page.status == 422
    assert AS_TWO in page.text
    assert page.fields["counterpart.community"] == "ru-nowhere"
    assert await desk.events() == 1


async def test_a_program_is_told_field_problem_and_remedy(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    fields = programs.PROPOSAL["command"]
    place = {"community": "jp-elsewhere", "name": "北九州市", "country": "JP"}
    second: dict[str, Any] = programs.PROPOSAL | {"command": fields | {"counterpart": place}}
    async with programs.a_program(pool) as program:
        await program.propose()
        told = await program.act("/actions/submit-proposal", second)

    assert (told.status_code, told.json()["code"]) == (422, "invalid")
    assert "jp-kitakyushu, not as jp-elsewhere" in told.text
    assert "Halle (Westfalen)" in told.text


def test_on_the_command_line_the_id_that_is_there_is_named(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    desk = journeys.Desk(database.only_dsn, str(tmp_path_factory.mktemp("data")))
    desk.done("init", "--name", "Register of Norfolk")
    desk.employs("clerk-1", "clerk", "us-norfolk")
    words = ("do", "new", "submit-proposal", "--body", "staff", "--on", "2026-01-10")
    home = ("home.community=us-norfolk", "home.name=Norfolk", "home.country=US")
    place = ("counterpart.name=Kaliningrad", "counterpart.country=RU")
    rest = ("tier=sister", "kind=sister_city", "motives=trade")
    desk.done(*words, *home, *place, "counterpart.community=ru-kaliningrad", *rest, who="clerk-1")

    told = desk.refused(
        *words, *home, *place, "counterpart.community=ru-nowhere", *rest, who="clerk-1"
    )

    assert AS_TWO in told
