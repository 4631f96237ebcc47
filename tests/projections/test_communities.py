"""Each community once: what is recorded of it, at any position."""

from datetime import date

import asyncpg
import pytest
from msgspec.structs import replace

from domain.partnership import commands as c
from projections.communities import PostgresCommunities
from projections.runner import Runner
from tests.projections.played import (
    KALININGRAD,
    LODZ,
    MUNICH,
    NORFOLK,
    OFFICER,
    PADERBORN,
    Clerks,
    clerk,
    legacy,
    proposal,
)

NOW = 2**62


@pytest.fixture
def communities(pool: "asyncpg.Pool[asyncpg.Record]") -> PostgresCommunities:
    return PostgresCommunities(pool)


async def test_a_community_of_two_partnerships_is_listed_once(
    clerks: Clerks, runner: Runner, communities: PostgresCommunities
) -> None:
    await clerks.found(legacy())
    await clerks.found(proposal(), clerk(NORFOLK, "mayor"), on="2020-01-05")
    await runner.catch_up()

    page = await communities.search(position=NOW, total=True)
    assert [one.name for one in page.rows] == ["Łódź", "Norfolk", "Калининград"]
    assert page.total == 3


async def test_a_later_record_adds_what_it_knows_and_takes_nothing_away(
    clerks: Clerks, runner: Runner, communities: PostgresCommunities
) -> None:
    fuller = replace(NORFOLK, name="Norfolk, Virginia", country="", qid="", population=238_005)
    await clerks.found(legacy())
    await clerks.found(legacy(fuller, LODZ))
    await runner.catch_up()

    now = await communities.get("Q49231", position=NOW)
    assert now is not None
    assert (now.name, now.other_names) == ("Norfolk, Virginia", ("Norfolk",))
    assert (now.country, now.qid, now.population) == ("US", "Q49231", 238_005)
    assert (now.first_position, now.version) == (1, 2)
    before = await communities.get("Q49231", position=1)
    assert before is not None
    assert (before.name, before.population) == ("Norfolk", None)


async def test_another_communitys_clerk_renames_nobody_and_moves_nobody(
    clerks: Clerks, runner: Runner, communities: PostgresCommunities
) -> None:
    moved = replace(KALININGRAD, name="Elsewhere", country="FR", population=1)
    await clerks.found(legacy(KALININGRAD, MUNICH))
    await clerks.found(proposal(NORFOLK, moved), clerk(NORFOLK, "mayor"), on="2020-01-05")
    await clerks.found(proposal(moved, LODZ), clerk(moved, "mayor"), on="2020-01-06")
    await runner.catch_up()

    before = await communities.get("Q1829", position=2)
    assert before is not None
    assert (before.name, before.country) == ("Калининград", "RU")
    assert (before.other_names, before.population) == (("Elsewhere",), 1)
    now = await communities.get("Q1829", position=NOW)
    assert now is not None
    assert (now.name, now.other_names, now.country) == ("Elsewhere", ("Калининград",), "FR")


async def test_a_corrected_name_is_found_and_the_old_one_still_leads_there(
    clerks: Clerks, runner: Runner, communities: PostgresCommunities
) -> None:
    reference = await clerks.found(legacy())
    request = c.RequestCorrection(1, "party_name", "Königsberg", "Its name then.", "Q1829")
    await clerks.record(request, clerk(NORFOLK), partnership=reference)
    await clerks.record(c.ApproveCorrection(2), OFFICER, partnership=reference)
    await runner.catch_up()

    for typed in ("koenigsberg", "Калининград"):
        found = await communities.search(position=NOW, query=typed)
        assert [one.name for one in found.rows] == ["Königsberg"]
    assert not (await communities.search(position=2, query="koenigsberg")).rows


async def test_on_a_day_only_those_with_a_partnership_begun_by_then_are_listed(
    clerks: Clerks, runner: Runner, communities: PostgresCommunities
) -> None:
    await clerks.found(legacy(PADERBORN, KALININGRAD, since="1967"))
    await clerks.found(legacy(MUNICH, LODZ, since="1989"))
    await runner.catch_up()

    page = await communities.search(position=NOW, as_of=date(1970, 1, 1))
    assert [one.name for one in page.rows] == ["Paderborn", "Калининград"]


async def test_pages_follow_each_other_without_gap_or_repetition(
    clerks: Clerks, runner: Runner, communities: PostgresCommunities
) -> None:
    await clerks.found(legacy(PADERBORN, KALININGRAD))
    await clerks.found(legacy(MUNICH, LODZ))
    await runner.catch_up()

    names, after = [], None
    for _ in range(4):
        page = await communities.search(position=NOW, after=after, limit=1)
        names += [one.name for one in page.rows]
        after = page.next_after
    assert names == ["Łódź", "München", "Paderborn", "Калининград"]
    assert after is None
