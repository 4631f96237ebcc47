"""Five mistakes, each as somebody could make it; the simulator must find every one of them."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack

from domain.errors import ConditionFailed, LedgerAnswer
from domain.ports import Submission
from projections.cursor import Cursor, lease, move
from projections.reading import Read
from projections.writer import Writer
from tests.faults.database import Command, Database, Row, Stored
from tests.faults.history import Version, said
from tests.faults.simulator import Client, resumed


class AcknowledgesBeforeTheCommit(Database):
    """As with `synchronous_commit = off`: the answer is there before the disk has it."""

    _safe_at, _unsafe, _keys = 0.0, 0, list[str]()

    async def commit(
        self, events: list[Stored], commands: dict[str, Command], row: Row
    ) -> list[Row]:
        self.keep(events, commands)
        self._safe_at = asyncio.get_running_loop().time() + 0.5
        self._unsafe, self._keys = len(events), list(commands)
        return [row]

    def crash(self) -> None:
        super().crash()
        if asyncio.get_running_loop().time() < self._safe_at:
            self.events = self.events[: len(self.events) - self._unsafe]
            for key in self._keys:
                self.commands.pop(key, None)
            self._safe_at = 0.0


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
        return resumed(Version(act, self._version), key, record, now.condition.after)

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
