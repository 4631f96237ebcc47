"""The ledger in memory: the same contract, gone with the process. For tests and for trying out."""

from collections.abc import Callable, Sequence
from datetime import datetime

from adapters.clock import utc_now
from adapters.ledger.leaf import decode, stamp_of
from adapters.ledger.prepared import command_number, prepare, require_place
from domain.errors import CommandKeyReused, ConditionFailed
from domain.ports import Head, Reading, Receipt, Recorded, Submission
from domain.transparency.tree import leaf_hash


class MemoryLedger:
    """A `domain.ports.Ledger` that refuses private values: it has no place for them.

    Nothing in `append` awaits, so appends never overlap.
    """

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock
        self._events: list[Recorded] = []
        self._commands: dict[str, tuple[bytes, Receipt]] = {}

    async def append(self, submission: Submission) -> Receipt:
        prepared = prepare(submission)
        require_place(prepared)
        if known := self._known(prepared.key, submission.command_key, submission.digest):
            return known
        self._check_condition(submission)

        recorded_at = self._clock()
        if self._events:
            recorded_at = max(recorded_at, self._events[-1].recorded_at)
        stamp = stamp_of(recorded_at)
        first = len(self._events) + 1
        for position, event in enumerate(prepared.events, first):
            leaf = event.leaf.stamped(stamp)
            self._events.append(decode(position, leaf, leaf_hash(leaf)))
        receipt = Receipt(
            first,
            len(self._events),
            recorded_at,
            submission.reply,
            replayed=False,
            leaf_hash=self._events[-1].leaf_hash,
        )
        self._commands[prepared.key] = submission.digest, receipt
        return receipt

    def check(self, submission: Submission) -> None:
        require_place(prepare(submission))

    async def receipt_of(self, scope: str, key: str, digest: bytes) -> Receipt | None:
        return self._known(command_number(scope, key), key, digest)

    async def read(self, tags: frozenset[str], *, after: int = 0) -> Reading:
        found = [event for event in self._events[after:] if not tags.isdisjoint(event.tags)]
        return Reading(found, len(self._events), (await self.head()).leaf_hash)

    async def read_after(self, position: int, limit: int) -> Sequence[Recorded]:
        return self._events[position : position + limit]

    async def head(self) -> Head:
        if not self._events:
            return Head(0, None, bytes(32))
        last = self._events[-1]
        return Head(last.position, last.recorded_at, last.leaf_hash)

    async def position_known_at(self, moment: datetime) -> int:
        return sum(event.recorded_at <= moment for event in self._events)

    def _known(self, number: str, key: str, digest: bytes) -> Receipt | None:
        if number not in self._commands:
            return None
        first_digest, first = self._commands[number]
        if digest != first_digest:
            raise CommandKeyReused(command_key=key)
        return Receipt(
            first.first_position,
            first.last_position,
            first.recorded_at,
            first.reply,
            replayed=True,
        )

    def _check_condition(self, submission: Submission) -> None:
        condition = submission.condition
        after, seen = condition.after, condition.leaf_hash
        if seen and after and [e.leaf_hash for e in self._events[after - 1 : after]] != [seen]:
            raise ConditionFailed(after=after, position=len(self._events))
        later = [
            event.position
            for event in self._events[condition.after :]
            if not condition.tags.isdisjoint(event.tags)
        ]
        if later:
            raise ConditionFailed(after=condition.after, position=later[-1])
