"""Finding partnerships, page by page, and what the reports and imports read of all of them."""

from datetime import date

import pytest

from domain.partnership import commands as c
from domain.refusals import Invalid
from domain.review import commands as r
from domain.values import PartnershipId, ReviewId
from projections.register import PostgresRegister
from projections.runner import Runner
from projections.views import Filters, Moment
from tests.projections.played import (
    KALININGRAD,
    LE_MANS,
    LODZ,
    MUNICH,
    NORFOLK,
    OFFICER,
    PADERBORN,
    SUSPEND,
    Clerks,
    clerk,
    legacy,
)


@pytest.fixture
async def four(clerks: Clerks, runner: Runner) -> dict[str, PartnershipId]:
    """Four partnerships; Norfolk's with Kaliningrad is suspended and under review."""
    founded = {
        "norfolk": await clerks.found(legacy(NORFOLK, KALININGRAD, since="1992-06-01")),
        "paderborn": await clerks.found(legacy(PADERBORN, LE_MANS, since="0836")),
        "munich": await clerks.found(legacy(MUNICH, LODZ, since="2001-01-01")),
        "le mans": await clerks.found(legacy(LE_MANS, LODZ, listed_on="2026-10-15")),
    }
    norfolk = founded["norfolk"]
    await clerks.record(SUSPEND, clerk(NORFOLK), on="2022-03-08", partnership=norfolk)
    opened = r.OpenReview("schedule", "continuation/1", "Does it go on?", no_tie=True)
    await clerks.record(opened, OFFICER, on="2022-04-01", partnership=norfolk)
    await runner.catch_up()
    return founded


async def found(register: PostgresRegister, filters: Filters, day: str | None = None) -> list[str]:
    moment = Moment(date.fromisoformat(day) if day else None)
    page = await register.search(filters, moment)
    assert page.total == len(page.rows)
    return [row.partnership for row in page.rows]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("norfolk", "norfolk"),
        ("КАЛИНИНГРАД", "norfolk"),
        ("Munchen", "munich"),
        ("Muenchen", "munich"),
        ("MÜNCHEN", "munich"),
        ("lodz munchen", "munich"),
        ("Łódź mans", "le mans"),
    ],
)
async def test_a_name_is_found_without_its_accents_and_in_its_own_script(
    four: dict[str, PartnershipId], register: PostgresRegister, query: str, wanted: str
) -> None:
    assert await found(register, Filters(query=query)) == [four[wanted]]


async def test_a_reference_is_found_as_people_type_it(
    four: dict[str, PartnershipId], register: PostgresRegister
) -> None:
    typed = four["munich"].removeprefix("TL-").replace("-", "").lower().replace("0", "o")
    assert await found(register, Filters(query=typed)) == [four["munich"]]


@pytest.mark.parametrize("query", ["100%", "_", "\\", "Paderborn\\"])
async def test_signs_of_the_search_itself_are_looked_for_as_they_are(
    four: dict[str, PartnershipId], register: PostgresRegister, query: str
) -> None:
    assert await found(register, Filters(query=query)) == []


async def test_filters_are_exact_and_go_together(
    four: dict[str, PartnershipId], register: PostgresRegister
) -> None:
    norfolk = [four["norfolk"]]
    assert await found(register, Filters(status="suspended")) == norfolk
    assert await found(register, Filters(under_review=True, country="RU")) == norfolk
    assert await found(register, Filters(community=str(KALININGRAD.community))) == norfolk
    assert await found(register, Filters(status="active", country="US")) == []
    assert await found(register, Filters(tier="friendship")) == []


async def test_a_search_as_of_a_day_shows_what_had_possibly_begun(
    four: dict[str, PartnershipId], register: PostgresRegister
) -> None:
    assert set(await found(register, Filters(), "1000-01-01")) == {
        four["paderborn"],
        four["le mans"],
    }
    assert await found(register, Filters(status="active"), "1000-01-01") == [four["paderborn"]]
    assert await found(register, Filters(status="active", country="RU"), "2022-03-07") == [
        four["norfolk"]
    ]


async def test_a_search_at_a_position_shows_what_was_known_there(
    four: dict[str, PartnershipId], register: PostgresRegister
) -> None:
    page = await register.search(Filters(), Moment(position=2))
    assert {row.partnership for row in page.rows} == {four["norfolk"], four["paderborn"]}
    assert (await register.search(Filters(status="suspended"), Moment(position=4))).total == 0
    assert (await register.search(Filters(status="suspended"), Moment(position=5))).total == 1


async def test_pages_follow_each_other_in_order_of_the_first_name(
    four: dict[str, PartnershipId], register: PostgresRegister
) -> None:
    names, after = [], None
    for _ in range(len(four)):
        page = await register.search(Filters(), Moment(), limit=1, after=after)
        assert page.total == len(four)
        names += [row.home.name for row in page.rows]
        after = page.next_after
    assert names == ["Le Mans", "München", "Norfolk", "Paderborn"]
    assert after is None


async def test_a_place_in_the_list_that_is_none_is_refused(register: PostgresRegister) -> None:
    with pytest.raises(Invalid, match="Begin again at the first page"):
        await register.search(Filters(), Moment(), after="page 2")


async def test_counts_tell_the_uncertain_apart(
    four: dict[str, PartnershipId], register: PostgresRegister
) -> None:
    now = await register.counts(Moment())
    assert (now.by_status, now.uncertain, now.under_review) == (
        {"active": 3, "suspended": 1},
        0,
        1,
    )
    then = await register.counts(Moment(date(2021, 1, 1)))
    assert (then.by_status, then.uncertain, then.under_review) == ({"active": 3}, 1, 0)


async def test_each_country_counts_a_partnership_once(
    four: dict[str, PartnershipId], register: PostgresRegister
) -> None:
    assert await register.countries() == (
        *(("DE", 2), ("FR", 2), ("PL", 2)),
        *(("RU", 1), ("US", 1)),
    )


async def test_facts_come_in_order_of_the_reference_with_the_doubt_of_the_day(
    four: dict[str, PartnershipId], register: PostgresRegister
) -> None:
    seen = [facts async for facts in register.facts(Moment(date(2024, 1, 1)))]
    assert [facts.partnership for facts in seen] == sorted(four.values())
    by_reference = {facts.partnership: facts for facts in seen}
    assert by_reference[four["norfolk"]].statuses == {"suspended"}
    assert by_reference[four["le mans"]].statuses == {"proposed", "active"}
    assert not by_reference[four["le mans"]].status_is_certain


async def test_a_finding_counts_from_its_recording_on_also_when_its_review_is_closed(
    four: dict[str, PartnershipId], clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    view = await register.get(four["norfolk"], Moment())
    assert view is not None
    review, reference = ReviewId(view.open_reviews[0].review), four["norfolk"]
    finding = r.RecordFinding(review, "K", "no_evidence", "Nothing was decided.")
    first = await clerks.record(finding, OFFICER, partnership=reference)
    closing = r.CloseReview(review, "no_action", "It is suspended anyway.")
    await clerks.record(closing, OFFICER, partnership=reference)
    await runner.catch_up()
    assert first.receipt is not None
    position = first.receipt.first_position
    for known, expected in (
        (position - 1, set()),
        (position, {("continuation/1", "K")}),
        (None, {("continuation/1", "K")}),
    ):
        moment = Moment(date(2020, 1, 1), known)
        seen = {facts.partnership: facts async for facts in register.facts(moment)}
        assert seen[reference].findings == expected
    assert (await register.counts(Moment())).under_review == 0


async def test_an_open_review_shows_what_it_has_found_and_what_it_waits_for(
    four: dict[str, PartnershipId], clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    view = await register.get(four["norfolk"], Moment())
    assert view is not None
    asking = r.RequestInformation(ReviewId(view.open_reviews[0].review), "Why?", "The council")
    asked = await clerks.record(asking, OFFICER, partnership=four["norfolk"])
    await runner.catch_up()
    assert asked.receipt is not None
    view = await register.get(four["norfolk"], Moment())
    assert view is not None
    assert view.open_reviews[0].open_requests == (asked.receipt.first_position,)
    before = await register.get(four["norfolk"], Moment(date(2022, 3, 31)))
    assert before is not None
    assert before.open_reviews == ()


async def test_pairs_say_which_partnerships_are_live(
    four: dict[str, PartnershipId], clerks: Clerks, runner: Runner, register: PostgresRegister
) -> None:
    ending = c.End("home", SUSPEND.evidence)
    await clerks.record(ending, clerk(NORFOLK), on="2024", partnership=four["norfolk"])
    await runner.catch_up()
    live = {reference: alive async for reference, _, _, alive in register.pairs()}
    assert live == {reference: name != "norfolk" for name, reference in four.items()}
