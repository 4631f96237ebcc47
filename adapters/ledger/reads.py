"""Reads of one process go together: who asks while a group is on its way waits for the next.

A decision rests on one short read, and with many deciding at once the round trips cost more than
what they fetch. Nobody waits for company: a read that finds nothing on its way leaves at once.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable

from msgspec import Struct

from adapters.postgres.errors import NoFreeConnection
from domain.ports import Reading, Recorded

MOST = 64  # reads in a group
COMPANY = 8  # reads that are worth a round trip of their own while another group is on its way
LANES = 2


class Asked(Struct, eq=False):
    """A read and the one place where its answer goes."""

    tags: frozenset[str]
    after: int
    answer: "asyncio.Future[Reading]"


class Reads:
    """Hands groups to `fetch`: all events that have one of some tags, later than a position.

    It may return more than was asked for. Should it raise, each of the group gets that error; where
    there is no free connection, all who wait get it.
    """

    def __init__(self, fetch: Callable[[frozenset[str], int], Awaitable[Reading]]) -> None:
        self._fetch = fetch
        self._queue: deque[Asked] = deque()
        self._under_way = 0
        self._departing = False
        self._tasks: set[asyncio.Task[None]] = set()  # the loop itself holds them only weakly

    async def read(self, tags: frozenset[str], after: int) -> Reading:
        """The events, as they are after this call: a group that has left is never joined."""
        loop = asyncio.get_running_loop()
        asked = Asked(tags, after, loop.create_future())
        self._queue.append(asked)
        if not self._departing and self._may_leave():
            self._departing = True
            loop.call_soon(self._depart)  # with those that ask in this turn of the loop
        return await asked.answer

    def _may_leave(self) -> bool:
        if not self._under_way:
            return bool(self._queue)
        return self._under_way < LANES and len(self._queue) >= COMPANY

    def _depart(self) -> None:
        self._departing = False
        while self._may_leave():
            count = min(MOST, len(self._queue))
            group = [self._queue.popleft() for _ in range(count)]
            self._under_way += 1
            task = asyncio.create_task(self._carry(group))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(self, group: list[Asked]) -> None:
        try:
            tags = frozenset[str]().union(*(asked.tags for asked in group))
            events = await self._fetch(tags, min(asked.after for asked in group))
            for asked, own in zip(group, _shares(group, tags, events), strict=True):
                if not asked.answer.done():  # who asked may have been cancelled
                    asked.answer.set_result(own)
        except NoFreeConnection as error:
            waiting, self._queue = self._queue, deque()  # they would only wait as long, in vain
            for asked in (*group, *waiting):
                if not asked.answer.done():
                    asked.answer.set_exception(error)
        except Exception as error:
            for asked in group:
                if not asked.answer.done():
                    asked.answer.set_exception(error)
        finally:  # also where the loop ends, which cancels whatever runs in it
            self._under_way -= 1
            self._depart()


def _shares(group: Iterable[Asked], tags: frozenset[str], events: Reading) -> Iterable[Reading]:
    """What each asked for, in order of position."""
    tagged: dict[str, list[Recorded]] = {tag: [] for tag in tags}
    for event in events:
        for tag in event.tags:
            if tag in tagged:
                tagged[tag].append(event)
    for asked in group:
        if len(asked.tags) == 1:  # in order and once already
            (tag,) = asked.tags
            own = [event for event in tagged[tag] if event.position > asked.after]
        else:
            found = {event.position: event for tag in asked.tags for event in tagged[tag]}
            own = [found[position] for position in sorted(found) if position > asked.after]
        yield Reading(own, events.up_to, events.leaf_hash)
