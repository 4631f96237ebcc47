"""The ledger behind the notary's word: read as always, appended to only while it is as signed."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from adapters.notary.errors import LedgerClosed
from domain.ports import Head, Ledger, Reading, Receipt, Recorded, Submission


class GuardedLedger:
    """A `domain.ports.Ledger` that asks `require_open` before each append.

    It adds one answer: `LedgerClosed`, and then nothing was stored.
    """

    def __init__(self, ledger: Ledger, require_open: Callable[[], Awaitable[None]]) -> None:
        self._ledger, self._require_open = ledger, require_open

    async def append(self, submission: Submission) -> Receipt:
        try:
            await self._require_open()
        except LedgerClosed:
            # What was recorded keeps its answer: a repetition records nothing.
            scope, key = submission.command_scope, submission.command_key
            known = await self._ledger.receipt_of(scope, key, submission.digest)
            if known is None:
                raise
            return known
        return await self._ledger.append(submission)

    def check(self, submission: Submission) -> None:
        self._ledger.check(submission)

    async def receipt_of(self, scope: str, key: str, digest: bytes) -> Receipt | None:
        return await self._ledger.receipt_of(scope, key, digest)

    async def read(self, tags: frozenset[str], *, after: int = 0) -> Reading:
        return await self._ledger.read(tags, after=after)

    async def read_after(self, position: int, limit: int) -> Sequence[Recorded]:
        return await self._ledger.read_after(position, limit)

    async def head(self) -> Head:
        return await self._ledger.head()

    async def position_known_at(self, moment: datetime) -> int:
        return await self._ledger.position_known_at(moment)
