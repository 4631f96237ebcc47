"""Reads that come together go together, and each gets what it asked for."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import pytest
from msgspec import Raw

from adapters.ledger.reads import LANES, Reads
from domain.ports import Actor, Reading, Recorded

NOBODY = Actor("", "", "", "", "")


def event(position: int, *tags: str) -> Recorded:
    return Recorded(
        position, UUID(int=position), "t", datetime(2026, 11, 23, tzinfo=UTC), None, NOBODY, "", "",
        tags, Raw(b"{}"), b"", b"",
    )  # fmt: skip


LEDGER = [event(1, "a", "b"), event(2, "b"), event(3, "a", "c"), event(4, "d")]


class Database:
    """Answers when it is told to."""

    def __init__(self) -> None:
        self.asked: list[frozenset[str]] = []
        self.open = asyncio.Event()
        self.error: Exception | None = None

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
    database.open.set()
    reads = Reads(database.fetch)

    found = await asyncio.gather(
        positions(reads, "a"), positions(reads, "ab", after=1), positions(reads, "x")
    )

    assert list(found) == [[1, 3], [2, 3], []]
    assert len(database.asked) == 1


async def test_who_asks_later_is_not_answered_with_what_was_read_before() -> None:
    database = Database()
    reads = Reads(database.fetch)
    first = asyncio.create_task(positions(reads, "a"))
    await asyncio.sleep(0.01)

    second = asyncio.create_task(positions(reads, "a"))
    await asyncio.sleep(0.01)
    database.open.set()

    assert await first == await second == [1, 3]
    assert len(database.asked) == 2


async def test_however_many_ask_few_round_trips_are_under_way() -> None:
    database = Database()
    reads = Reads(database.fetch)
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
    reads = Reads(database.fetch)

    told = await asyncio.gather(*(positions(reads, tag) for tag in "ab"), return_exceptions=True)
    database.error = None

    assert [type(one) for one in told] == [OSError, OSError]
    assert await positions(reads, "d") == [4]


async def test_who_gives_up_disturbs_nobody() -> None:
    database = Database()
    reads = Reads(database.fetch)
    gone = asyncio.create_task(positions(reads, "a"))
    stays = asyncio.create_task(positions(reads, "d"))
    await asyncio.sleep(0.01)
    gone.cancel()
    database.open.set()

    assert await stays == [4]
    with pytest.raises(asyncio.CancelledError):
        await gone
