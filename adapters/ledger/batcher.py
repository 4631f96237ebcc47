"""Grouping inside a process: while one group is on its way, whoever comes waits for the next.

One group costs one lock and one flush, however many appends it carries. Nobody waits for company:
an append that finds nothing on its way leaves at once.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from msgspec import Struct

from adapters.ledger.prepared import Prepared
from domain.ports import Receipt

MOST = 512  # appends in a group
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
    """Hands groups to `send`, one at a time, and calls `rest` when nobody waits any more.

    No append of a group has a condition or a key that an earlier one of it touches, so a group may
    be judged by the state before it. `send` answers every member of its group; should it raise, the
    batcher answers those left with that error.
    """

    def __init__(
        self,
        send: Callable[[list[Waiting]], Awaitable[None]],
        rest: Callable[[], Awaitable[None]],
        *,
        most: int = MOST,
        largest: int = LARGEST,
    ) -> None:
        self._send, self._rest, self._most, self._largest = send, rest, most, largest
        self._queue: deque[Waiting] = deque()
        self._draining: asyncio.Task[None] | None = None

    async def append(self, prepared: Prepared) -> Receipt:
        """Send `prepared` with the next group.

        Cancelling the caller gives up the answer, not the append: its group is not disturbed. Only
        an append that has not left yet is dropped.
        """
        waiting = Waiting(prepared, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        if self._draining is None:
            self._draining = asyncio.create_task(self._drain())
        return await waiting.answer

    async def _drain(self) -> None:
        try:
            while self._queue:
                while group := self._next_group():
                    try:
                        await self._send(group)
                    except Exception as error:
                        for waiting in group:
                            waiting.failed(error)
                    # One turn of the loop: whoever just got an answer may have more to append.
                    await asyncio.sleep(0)
                await self._rest()
        finally:
            self._draining = None

    def _next_group(self) -> list[Waiting]:
        group: list[Waiting] = []
        later: list[Waiting] = []
        tags: set[int] = set()
        keys: set[str] = set()
        size = 0
        while self._queue and len(group) < self._most and size < self._largest:
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
