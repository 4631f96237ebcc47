"""Eight mistakes, each as somebody could make it; the simulator must find every one of them."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any, cast

import asyncpg
from msgspec.structs import replace

from adapters.ledger import PostgresLedger
from adapters.notary.entries import StoredEntries
from domain.errors import ConditionFailed, LedgerAnswer
from domain.ports import Condition, Reading, Submission
from projections.cursor import Cursor, lease, move
from projections.reading import Read
from projections.writer import Writer
from tests.faults.database import Database
from tests.faults.history import Version, said
from tests.faults.line import Pool
from tests.faults.notary import NotaryOf
from tests.faults.simulator import Client, resumed
from tests.faults.write_ahead import Written


class AcknowledgesBeforeTheCommit(Database):
    """As with `synchronous_commit = off`: the answer is there before the disk has it."""

    async def commit(self, written: Written, warn: Callable[[], None]) -> None:
        self.commit_without_waiting(written)


class IgnoresTheWarning(PostgresLedger):
    """It acknowledges what is committed on one server alone, because the call succeeded."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", **settings: Any) -> None:
        super().__init__(pool, **settings)
        cast(Pool, pool).is_not_heard()


class ComparesPositionsAlone(Client):
    """It does not say in which history it read up to there."""

    def condition(self, read: Reading, record: str) -> Condition:
        return replace(super().condition(read, record), leaf_hash=b"")


class _TakenForDurable(StoredEntries):
    async def durable(self) -> None:
        pass


class SignsWithoutWaiting(NotaryOf):
    """The notary signs what it has read, wherever else that is."""

    entries = _TakenForDurable


class DropsTheLock(Database):
    """Positions are given by what was there at the beginning, and nobody waits for anybody."""

    async def lock_head(self, until_commit: AsyncExitStack) -> None:
        pass


class DoesNotReload(Client):
    """After an unknown outcome it tries anew, by the state that it knew before."""

    _version = 0  # of the act in doubt

    async def decided(self, act: str, key: str, record: str) -> Submission:
        now = await super().decided(act, key, record)
        if not self._version:
            return now
        return resumed(Version(act, self._version), key, record, now.condition)

    async def settled(self, act: str, decided: Submission) -> bool:
        try:
            await self.append(act, decided)
        except ConditionFailed:
            return False
        except (LedgerAnswer, TimeoutError):
            self._version = said(decided.events[0]).version
            return False
        self._version = 0
        return True


class MovesTheCursorFirst(Writer):
    """Two transactions: what falls between them is never applied."""

    async def take(self, cursor: Cursor, batch: Sequence[Read]) -> bool:
        moved = cursor.after([one.recorded for one in batch])
        async with self._pool.acquire() as connection, connection.transaction():
            if await lease(connection, self.place, cursor.projection) != cursor:
                return False
            await move(connection, self.place, moved)
        entries = [one.entry for one in batch if one.entry is not None]
        async with self._pool.acquire() as connection, connection.transaction():
            await self.projection.apply(entries, connection, self.place)
        return True


class AppliesAgain(Writer):
    """Two transactions the other way round: after a fault between them it begins again."""

    async def take(self, cursor: Cursor, batch: Sequence[Read]) -> bool:
        entries = [one.entry for one in batch if one.entry is not None]
        async with self._pool.acquire() as connection, connection.transaction():
            if await lease(connection, self.place, cursor.projection) != cursor:
                return False
            await self.projection.apply(entries, connection, self.place)
        moved = cursor.after([one.recorded for one in batch])
        async with self._pool.acquire() as connection, connection.transaction():
            await move(connection, self.place, moved)
        return True
