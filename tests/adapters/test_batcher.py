"""Who leaves with which group: nobody waits for company, and a crowd leaves by both lanes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ledger.batcher import COMPANY, Batcher, Waiting
from adapters.ledger.prepared import prepare
from domain.ports import Receipt
from tests.adapters.submissions import event, submission

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LANES = 2


class Road:
    """Where groups go: each stays under way until `arrive` lets it in, in any order."""

    def __init__(self) -> None:
        self.under_way: list[tuple[list[Waiting], asyncio.Event]] = []
        self.sizes: list[int] = []
        self.rests = 0
        self.batcher = Batcher(self.send, self.rest, lanes=LANES)
        self.appends: list[asyncio.Task[Receipt]] = []

    async def send(self, group: list[Waiting]) -> None:
        here = asyncio.Event()
        self.under_way.append((group, here))
        self.sizes.append(len(group))
        await here.wait()
        for waiting in group:
            waiting.appended(Receipt(1, 1, NOON, b"", False))

    async def rest(self) -> None:
        self.rests += 1

    async def come(self, *tags: str, unless: str | None = None) -> None:
        """One append for each tag."""
        for tag in tags:
            prepared = prepare(submission(event(tag), unless=unless))
            self.appends.append(asyncio.create_task(self.batcher.append(prepared)))
        await turns()

    async def arrive(self, which: int = 0) -> None:
        _, here = self.under_way.pop(which)
        here.set()
        await turns()


async def turns() -> None:
    for _ in range(6):
        await asyncio.sleep(0)


@pytest.fixture
async def road() -> AsyncIterator[Road]:
    road = Road()
    yield road
    while road.under_way:
        await road.arrive()
    assert all(append.done() for append in road.appends)


def some(number: int) -> list[str]:
    return [f"partnership:{n}" for n in range(number)]


async def test_one_append_leaves_at_once(road: Road) -> None:
    await road.come("a")
    assert road.sizes == [1]


async def test_those_that_come_together_leave_together(road: Road) -> None:
    await road.come(*some(5))
    assert road.sizes == [5]


async def test_a_few_wait_while_a_group_is_under_way(road: Road) -> None:
    await road.come("a")
    await road.come(*some(COMPANY - 1))
    assert road.sizes == [1]
    await road.arrive()
    assert road.sizes == [1, COMPANY - 1]


async def test_as_many_as_pay_for_a_flush_leave_by_the_second_lane(road: Road) -> None:
    await road.come("a")
    await road.come(*some(COMPANY))
    assert road.sizes == [1, COMPANY]


async def test_a_crowd_leaves_in_two_halves(road: Road) -> None:
    await road.come(*some(100))
    assert road.sizes == [50, 50]


async def test_no_more_groups_than_lanes_are_under_way(road: Road) -> None:
    await road.come(*some(100))
    await road.come(*some(100))
    assert road.sizes == [50, 50]
    await road.arrive(1)
    assert road.sizes == [50, 50, 100]


async def test_where_others_append_too_all_leave_as_one_group(road: Road) -> None:
    road.batcher.stored(after=10, last=12)
    road.batcher.stored(after=15, last=18)
    await road.come(*some(100))
    await road.come(*some(100))
    assert road.sizes == [100]
    await road.arrive()
    assert road.sizes == [100, 100]


async def test_a_crowd_leaves_in_halves_again_once_nobody_else_appends(road: Road) -> None:
    road.batcher.stored(after=10, last=12)
    road.batcher.stored(after=15, last=18)
    road.batcher.stored(after=18, last=20)
    await road.come(*some(100))
    assert road.sizes == [50, 50]


async def test_two_groups_that_are_heard_of_in_the_other_order_are_no_others(
    road: Road,
) -> None:
    road.batcher.stored(after=0, last=2)
    road.batcher.stored(after=4, last=6)
    road.batcher.stored(after=2, last=4)
    await road.come(*some(100))
    assert road.sizes == [50, 50]


async def test_one_that_meets_what_another_of_its_group_is_about_takes_the_next(
    road: Road,
) -> None:
    await road.come("a", "b", unless="a")
    assert road.sizes == [1]
    await road.arrive()
    assert road.sizes == [1, 1]


async def test_nothing_is_held_once_nobody_waits(road: Road) -> None:
    await road.come("a")
    assert road.rests == 0
    await road.arrive()
    assert road.rests == 1


async def test_one_whose_caller_gave_up_before_it_left_does_not_leave(road: Road) -> None:
    await road.come("a")
    await road.come("b", "c")
    road.appends[1].cancel()
    await turns()
    await road.arrive()
    assert road.sizes == [1, 1]


async def test_a_group_that_fails_fails_for_its_own_members_only() -> None:
    async def send(group: list[Waiting]) -> None:
        if len(group) == 1:
            raise OSError("the disk is full")
        for waiting in group:
            waiting.appended(Receipt(1, 1, NOON, b"", False))

    async def rest() -> None: ...

    batcher = Batcher(send, rest, lanes=LANES)
    alone: Awaitable[Receipt] = batcher.append(prepare(submission(event("a"))))
    with pytest.raises(OSError, match="full"):
        await alone
    others = [batcher.append(prepare(submission(event(tag)))) for tag in ("b", "c")]
    assert len(await asyncio.gather(*others)) == 2


@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=12))
async def test_everybody_gets_an_answer_in_whatever_order_they_come_and_groups_arrive(
    moves: list[tuple[int, bool]],
) -> None:
    road = Road()
    for number, last_first in moves:
        await road.come(*some(number))
        assert len(road.under_way) <= LANES
        if road.under_way:
            await road.arrive(-1 if last_first else 0)
    while road.under_way:
        await road.arrive()

    assert all(append.done() for append in road.appends)
    assert sum(road.sizes) == len(road.appends)
    assert bool(road.rests) == bool(road.appends)
