"""Reads of one process go together: who finds all lanes taken waits for the next group.

A decision rests on one short read, and with many deciding at once the round trips cost more than
what they fetch. Nobody waits for company: where a lane is free a read leaves at once, in the task
of its caller, and what has come meanwhile leaves as one as soon as a lane is free again.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable

from msgspec import Struct

from adapters.postgres.errors import NoFreeConnection
from domain.ports import Reading, Recorded

MOST = 64  # reads in a group
LANES = 2


class Asked(Struct, eq=False):
    """A read and the one place where its answer goes."""

    tags: frozenset[str]
    after: int
    answer: "asyncio.Future[Reading]"

    def failed(self, error: Exception) -> None:
        if not self.answer.done():  # who asked may have been cancelled
            self.answer.set_exception(error)


class Reads:
    """Asks `fetch` for all events that have one of some tags, later than a position, and calls
    `rest` when nobody has read for a turn of the loop.

    `fetch` may return more than was asked for. Should it raise, each of the group gets that error;
    where there is no free connection, and nothing else under way, all who wait get it.
    """

    def __init__(
        self,
        fetch: Callable[[frozenset[str], int], Awaitable[Reading]],
        rest: Callable[[], Awaitable[None]],
    ) -> None:
        self._fetch, self._rest = fetch, rest
        self._waiting: deque[Asked] = deque()
        self._under_way = 0
        self._resting = False
        self._tasks: set[asyncio.Task[None]] = set()  # the loop itself holds them only weakly

    async def read(self, tags: frozenset[str], after: int) -> Reading:
        """The events, as they are after this call: a group that has left is never joined."""
        if self._under_way == LANES:
            asked = Asked(tags, after, asyncio.get_running_loop().create_future())
            self._waiting.append(asked)
            return await asked.answer
        self._under_way += 1
        in_vain = None
        try:
            events = await self._fetch(tags, after)
        except NoFreeConnection as error:
            in_vain = error
            raise
        finally:
            self._landed(in_vain)
        own = [event for event in events if not tags.isdisjoint(event.tags)]
        return Reading(own, events.up_to, events.leaf_hash)

    async def _carry(self, group: list[Asked]) -> None:
        in_vain = None
        try:
            tags = frozenset[str]().union(*(asked.tags for asked in group))
            events = await self._fetch(tags, min(asked.after for asked in group))
            for asked, own in zip(group, _shares(group, tags, events), strict=True):
                if not asked.answer.done():
                    asked.answer.set_result(own)
        except Exception as error:
            in_vain = error if isinstance(error, NoFreeConnection) else None
            for asked in group:
                asked.failed(error)
        finally:  # also where the loop ends, which cancels whatever runs in it
            self._landed(in_vain)

    def _landed(self, in_vain: NoFreeConnection | None) -> None:
        """A lane is free: for those who wait, if there are any. Where it had no connection, they
        wait for the other lane; without one they would only wait as long, in vain.
        """
        self._under_way -= 1
        if in_vain is not None:
            while self._waiting and not self._under_way:
                self._waiting.popleft().failed(in_vain)
        elif group := self._next_group():
            self._under_way += 1
            self._start(self._carry(group))
        if not self._under_way and not self._resting:
            self._resting = True
            self._start(self._let_rest())

    def _next_group(self) -> list[Asked]:
        group: list[Asked] = []
        while self._waiting and len(group) < MOST:
            asked = self._waiting.popleft()
            if not asked.answer.done():
                group.append(asked)
        return group

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _let_rest(self) -> None:
        """Whoever just got an answer may have more to read by now."""
        self._resting = False
        if not self._under_way:
            await self._rest()


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
