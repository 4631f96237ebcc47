"""The audit log: who recorded what, found by who, what, where and when."""

import pytest

from domain.partnership import commands as c
from domain.values import PartnershipId
from projections.runner import Runner
from projections.timeline import PostgresTimeline
from projections.views import LogFilters
from tests.projections.played import (
    LODZ,
    MINUTE,
    NORFOLK,
    OFFICER,
    RESUME,
    SUSPEND,
    Clerks,
    clerk,
    counterpart,
    legacy,
    proposal,
)


@pytest.fixture
async def bond(clerks: Clerks, runner: Runner) -> PartnershipId:
    """Entry 1 a list, 2 and 3 a proposal that is declined, 4 and 5 on the one of the list, 6 and 7
    a correction of entry 4.
    """
    bond = await clerks.found(legacy(since="1992"))
    proposed = await clerks.found(proposal(), clerk(NORFOLK, "mayor"), on="2021-01-05")
    no = c.Decline("Too far away.", (MINUTE,))
    await clerks.record(no, counterpart(LODZ), on="2021-02", partnership=proposed)
    by = clerk(NORFOLK, recorder="r-2")
    await clerks.record(SUSPEND, by, on="2022-03-08", partnership=bond)
    await clerks.record(RESUME, by, on="2025-05", partnership=bond)
    await clerks.corrected(bond, 4, "effective", "2022-03-09")
    await runner.catch_up()
    return bond


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (LogFilters(), [7, 6, 5, 4, 3, 2, 1]),
        (LogFilters(recorder="r-2"), [5, 4]),
        (LogFilters(recorder="R-2"), []),
        (LogFilters(body="counterpart"), [3]),
        (LogFilters(body="oversight_office", kind="correction"), [7]),
        (LogFilters(kind="correction"), [7, 6]),
        (LogFilters(type="partnership.suspended.v1"), [4]),
        (LogFilters(community="Q580"), [3, 2]),
        (LogFilters(community="lodz"), [3, 2]),
        (LogFilters(community="ŁÓDŹ"), [3, 2]),
        (LogFilters(community="Lod"), []),
        (LogFilters(after=2, until=5), [5, 4, 3]),
        (LogFilters(position=3), [3, 2, 1]),
    ],
)
async def test_entries_are_found_by_who_what_where_and_when(
    bond: PartnershipId, timeline: PostgresTimeline, filters: LogFilters, found: list[int]
) -> None:
    page = await timeline.log(filters)
    assert [entry.item.position for entry in page.entries] == found
    assert [entry.item.position async for entry in timeline.entries(filters)] == found[::-1]
    assert sum((await timeline.counts(filters)).values()) == len(found)


async def test_the_entries_of_one_partnership_are_counted_by_kind(
    bond: PartnershipId, timeline: PostgresTimeline
) -> None:
    counts = await timeline.counts(LogFilters(partnership=bond))
    assert counts == {"correction": 2, "step": 3}


async def test_one_can_page_to_older_entries_and_back(
    bond: PartnershipId, timeline: PostgresTimeline
) -> None:
    of_bond = LogFilters(partnership=bond)  # 7, 6, 5, 4, 1
    first = await timeline.log(of_bond, limit=2)
    middle = await timeline.log(of_bond, limit=2, before=6)
    last = await timeline.log(of_bond, limit=2, before=4)
    back = await timeline.log(of_bond, limit=2, after=1)
    pages = [
        ([e.item.position for e in p.entries], p.newer, p.older) for p in (first, middle, last)
    ]
    assert pages == [([7, 6], False, True), ([5, 4], True, True), ([1], True, False)]
    assert back == middle


async def test_an_entry_names_its_recorder_and_both_communities(
    bond: PartnershipId, timeline: PostgresTimeline
) -> None:
    (entry,) = (await timeline.log(LogFilters(body="counterpart"))).entries
    assert (entry.recorder, entry.role, entry.community) == ("r-abroad", "counterpart", "Q580")
    assert (entry.home, entry.counterpart) == ("Norfolk", "Łódź")


async def test_a_correction_shows_only_once_it_is_known(
    bond: PartnershipId, timeline: PostgresTimeline
) -> None:
    suspended = LogFilters(type="partnership.suspended.v1")
    later = (await timeline.log(suspended)).entries[0]
    before = (await timeline.log(LogFilters(type=suspended.type, position=6))).entries[0]
    assert (later.item.corrected_by, before.item.corrected_by) == (7, None)


async def test_a_former_name_finds_what_was_recorded_under_it(
    clerks: Clerks, bond: PartnershipId, runner: Runner, timeline: PostgresTimeline
) -> None:
    asked = await clerks.record(
        c.RequestCorrection(1, "party_name", "Norfolk, Virginia", "Clearer.", NORFOLK.community),
        clerk(NORFOLK),
        partnership=bond,
    )
    assert asked.receipt is not None
    yes = c.ApproveCorrection(asked.receipt.first_position)
    await clerks.record(yes, OFFICER, partnership=bond)
    await runner.catch_up()
    renamed = await timeline.log(LogFilters(community="norfolk, virginia"))
    assert [entry.item.position for entry in renamed.entries] == [9]
    assert await timeline.shown() == 9
