"""Reads that come together go together, and each gets what it asked for."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import pytest
from msgspec import Raw

from adapters.ledger.reads import LANES, Reads
from adapters.postgres.errors import NoFreeConnection
from domain.ports import Actor, Reading, Recorded

NOBODY = Actor("", "", "", "", "")


def event(position: int, *tags: str) -> Recorded:
    return Recorded(
        position, str(UUID(int=position)), "t", datetime(2026, 11, 23, tzinfo=UTC), None, NOBODY,
        "", "", tags, Raw(b"{}"), b"", b"",
    )  # fmt: skip


LEDGER = [event(1, "a", "b"), event(2, "b"), event(3, "a", "c"), event(4, "d")]


class Database:
    """Answers when it is told to."""

    def __init__(self) -> None:
        self.asked: list[frozenset[str]] = []
        self.open = asyncio.Event()
        self.error: Exception | None = None
        self.rested: list[str] = []

    def reads(self) -> Reads:
        return Reads(self.fetch, self.rest)

    async def rest(self) -> None:
        self.rested.append("rested")

    async def fetch(self, tags: frozenset[str], after: int) -> Reading:
        self.asked.append(tags)
        await self.open.wait()
        if self.error is not None:
            raise self.error
        found = [one for one in LEDGER if one.position > after and not tags.isdisjoint(one.tags)]
        return Reading(found, len(LEDGER))


async def positions(reads: Reads, tags: str, after: int = 0) -> list[int]:
    return [one.position for one in await reads.read(frozenset(tags), after)]


async def test_each_gets_its_own_events_in_order() -> None:
    database = Database()
    reads = database.reads()
    asked = ("a", 0), ("d", 0), ("a", 1), ("ab", 1), ("x", 0), ("c", 0), ("b", 0)
    coming = [asyncio.create_task(positions(reads, tags, after)) for tags, after in asked]
    await asyncio.sleep(0.01)
    database.open.set()

    assert await asyncio.gather(*coming) == [[1, 3], [4], [3], [2, 3], [], [3], [1, 2]]
    alone = [frozenset("a"), frozenset("d")]
    assert database.asked == [*alone, frozenset("abcx")]  # the others together


async def test_a_read_that_finds_a_free_lane_waits_for_nobody() -> None:
    database = Database()
    database.open.set()
    reads = database.reads()

    assert await positions(reads, "a") == [1, 3]
    assert await positions(reads, "d") == [4]
    assert database.asked == [frozenset("a"), frozenset("d")]


async def test_connections_rest_once_nobody_has_more_to_read() -> None:
    database = Database()
    database.open.set()
    reads = database.reads()

    for _ in range(3):
        await positions(reads, "a")
    assert not database.rested
    await asyncio.sleep(0.01)

    assert database.rested == ["rested"]


async def test_who_asks_later_is_not_answered_with_what_was_read_before() -> None:
    database = Database()
    reads = database.reads()
    first = asyncio.create_task(positions(reads, "a"))
    await asyncio.sleep(0.01)

    later = [asyncio.create_task(positions(reads, "a")) for _ in range(3)]
    await asyncio.sleep(0.01)
    database.open.set()

    assert await first == [1, 3]
    assert await asyncio.gather(*later) == [[1, 3]] * 3
    assert len(database.asked) == 3  # one more by a lane of its own, two that waited


async def test_however_many_ask_few_round_trips_are_under_way() -> None:
    database = Database()
    reads = database.reads()
    asking = [asyncio.create_task(positions(reads, "abcd"[number % 4])) for number in range(50)]
    await asyncio.sleep(0.01)
    later = [asyncio.create_task(positions(reads, "d")) for _ in range(50)]
    await asyncio.sleep(0.01)

    assert len(database.asked) <= LANES
    database.open.set()
    assert len(await asyncio.gather(*asking, *later)) == 100


async def test_a_lost_database_is_told_to_each_and_the_next_read_is_tried() -> None:
    database = Database()
    database.open.set()
    database.error = OSError("lost")
    reads = database.reads()

    told = await asyncio.gather(*(positions(reads, tag) for tag in "abcd"), return_exceptions=True)
    database.error = None

    assert [type(one) for one in told] == [OSError] * 4
    assert await positions(reads, "d") == [4]


@pytest.mark.parametrize("leaving", [0, 1, 2, 3])
async def test_who_gives_up_disturbs_nobody(leaving: int) -> None:
    database = Database()
    reads = database.reads()
    asking = [asyncio.create_task(positions(reads, "d")) for _ in range(4)]
    await asyncio.sleep(0.01)
    asking[leaving].cancel()
    await asyncio.sleep(0.01)
    database.open.set()

    told = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(one) for one in told].count(asyncio.CancelledError) == 1
    assert told.count([4]) == 3
    assert await positions(reads, "a") == [1, 3]


async def test_without_a_free_connection_those_who_wait_are_told_at_once() -> None:
    database = Database()
    database.error = NoFreeConnection("All are in use.", "Try again in a moment.")
    reads = database.reads()
    asking = [asyncio.create_task(positions(reads, "d")) for _ in range(5)]
    await asyncio.sleep(0.01)
    database.open.set()

    told = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(one) for one in told] == [NoFreeConnection] * 5
    assert len(database.asked) <= LANES


class Crowded(Database):
    """It has one connection for others, and none for whoever asks for "x"."""

    def __init__(self) -> None:
        super().__init__()
        self.patience_is_over = asyncio.Event()

    async def fetch(self, tags: frozenset[str], after: int) -> Reading:
        if "x" not in tags:
            return await super().fetch(tags, after)
        await self.patience_is_over.wait()
        raise NoFreeConnection("All are in use.", "Try again in a moment.")


async def test_who_waits_for_a_lane_that_works_is_not_told_what_another_could_not_get() -> None:
    database = Crowded()
    reads = database.reads()
    works, in_vain, waits = [
        asyncio.create_task(positions(reads, tags)) for tags in ("a", "x", "d")
    ]
    await asyncio.sleep(0.01)
    database.patience_is_over.set()
    with pytest.raises(NoFreeConnection):
        await in_vain
    database.open.set()

    assert await works == [1, 3]
    assert await waits == [4]
