"""Grouping inside a process: while one group is on its way, whoever comes waits for the next.

One group costs one lock and one flush, however many appends it carries. Nobody waits for company:
an append that finds nothing on its way leaves at once. Where so many wait that two flushes pay,
they leave as two groups: the process encodes one while the database works on the other. Where other
processes append as well, the database is busy with theirs meanwhile, and all leave as one.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from msgspec import Struct

from adapters.ledger.prepared import Prepared
from domain.ports import Receipt

MOST = 512  # appends in a group
COMPANY = 12  # appends that are worth a flush of their own while another group is on its way
LARGEST = 4 * 1024 * 1024  # bytes of leaves in a group: the head is locked while they are written


class Waiting(Struct, eq=False):
    """An append and the one place where its answer goes."""

    prepared: Prepared
    answer: "asyncio.Future[Receipt]"

    def appended(self, receipt: Receipt) -> None:
        if not self.answer.done():  # its caller may have been cancelled
            self.answer.set_result(receipt)

    def failed(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


class Batcher:
    """Hands groups to `send`, up to `lanes` at once, and calls `rest` when nobody waits any more.

    No append of a group has a condition or a key that an earlier one of it touches, so a group may
    be judged by the state before it. `send` answers every member of its group; should it raise, the
    batcher answers those left with that error.
    """

    def __init__(
        self,
        send: Callable[[list[Waiting]], Awaitable[None]],
        rest: Callable[[], Awaitable[None]],
        *,
        lanes: int,
        most: int = MOST,
        largest: int = LARGEST,
    ) -> None:
        self._send, self._rest = send, rest
        self._lanes, self._most, self._largest = lanes, most, largest
        self._queue: deque[Waiting] = deque()
        self._under_way = 0
        self._departing = False
        self._end = 0  # the last position that a group of this process was given
        self._alone = True
        self._tasks: set[asyncio.Task[None]] = set()  # the loop itself holds them only weakly

    def stored(self, after: int, last: int) -> None:
        """A group has the positions behind `after`, up to `last`. Where the one before it ended
        earlier, others have appended in between.
        """
        self._alone = after <= self._end or not self._end
        self._end = max(self._end, last)

    async def append(self, prepared: Prepared) -> Receipt:
        """Send `prepared` with the next group.

        Cancelling the caller gives up the answer, not the append: its group is not disturbed. Only
        an append that has not left yet is dropped.
        """
        loop = asyncio.get_running_loop()
        waiting = Waiting(prepared, loop.create_future())
        self._queue.append(waiting)
        if not self._departing and self._may_leave():
            self._departing = True
            loop.call_soon(self._depart)  # with those that come in this turn of the loop
        return await waiting.answer

    def _may_leave(self) -> bool:
        if not self._under_way:
            return bool(self._queue)
        return self._under_way < self._open_lanes() and len(self._queue) >= COMPANY

    def _open_lanes(self) -> int:
        return self._lanes if self._alone else 1

    def _depart(self) -> None:
        self._departing = False
        while self._may_leave():
            if group := self._next_group():
                self._under_way += 1
                task = asyncio.create_task(self._carry(group))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _carry(self, group: list[Waiting]) -> None:
        try:
            await self._send(group)
            # One turn of the loop: whoever just got an answer may have more to append.
            await asyncio.sleep(0)
        except Exception as error:
            for waiting in group:
                waiting.failed(error)
        finally:  # also where the loop ends, which cancels whatever runs in it
            self._under_way -= 1
            self._depart()
            if not self._under_way:
                await self._rest()

    def _next_group(self) -> list[Waiting]:
        group: list[Waiting] = []
        later: list[Waiting] = []
        tags: set[int] = set()
        keys: set[str] = set()
        size = 0
        most = self._most
        lanes_free = max(1, self._open_lanes() - self._under_way)
        if len(self._queue) >= lanes_free * COMPANY:
            most = min(most, len(self._queue) // lanes_free)  # so that every lane has its share
        while self._queue and len(group) < most and size < self._largest:
            waiting = self._queue.popleft()
            prepared = waiting.prepared
            if waiting.answer.done():
                continue
            if prepared.key in keys or not tags.isdisjoint(prepared.condition_tags):
                later.append(waiting)
                continue
            group.append(waiting)
            tags |= prepared.tags
            keys.add(prepared.key)
            size += prepared.size
        self._queue.extendleft(reversed(later))
        return group
