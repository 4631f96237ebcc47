"""What goes wrong between a process and the simulated database, by the chance of a seed."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress

import asyncpg

BEFORE: tuple[Callable[[], Exception], ...] = (
    lambda: asyncpg.ConnectionDoesNotExistError("the line broke"),
    lambda: asyncpg.AdminShutdownError("the server is ending"),
    lambda: asyncpg.CannotConnectNowError("the server is starting"),
    lambda: asyncpg.ReadOnlySQLTransactionError("the server is a standby now"),
    lambda: asyncpg.DeadlockDetectedError("deadlock detected"),
    lambda: asyncpg.TooManyConnectionsError("too many connections"),
)
AFTER: tuple[Callable[[], Exception], ...] = (
    lambda: asyncpg.ConnectionDoesNotExistError("the line broke"),
    lambda: ConnectionResetError("reset by peer"),
    lambda: TimeoutError("no answer in time"),
)


class Faults:
    """What goes wrong next: `often` is the chance of a fault for each statement, until `heal`."""

    def __init__(self, chance: random.Random, *, often: float) -> None:
        self._chance, self.often = chance, often
        self._standby_answers = asyncio.Event()
        self._standby_answers.set()
        self._wait_was_ended = asyncio.Event()

    def heal(self) -> None:
        """From here on nothing goes wrong."""
        self.often = 0.0
        self._standby_answers.set()

    def happens(self, probability: float) -> bool:
        return self._chance.random() < probability

    def strikes(self) -> bool:
        return self.happens(self.often / 2)

    def before(self) -> Exception:
        return self._chance.choice(BEFORE)()

    def after(self) -> Exception:
        return self._chance.choice(AFTER)()

    def between(self, least: int, most: int) -> int:
        """One of them; mostly the least, by which most is lost."""
        return self._chance.choice((least, least, least, self._chance.randint(least, most)))

    async def pass_time(self) -> None:
        """A moment; where faults are about, sometimes a long one."""
        slow = self.often and self.happens(self.often)
        await asyncio.sleep(self._chance.uniform(0, 20.0 if slow else 0.01))

    def standby_leaves(self) -> None:
        self._standby_answers.clear()
        self._wait_was_ended.clear()

    async def wait_was_ended(self) -> None:
        """Return when somebody has ended the wait for a standby that is away."""
        await self._wait_was_ended.wait()

    def standby_comes(self) -> None:
        self._standby_answers.set()

    async def replicated(self) -> bool:
        """Wait for the standby. False where somebody ends that, as many do who see all waiting."""
        await self.pass_time()
        if self._standby_answers.is_set():
            return not self.strikes()
        if self.happens(0.25):
            await self._standby_answers.wait()
            return True
        with suppress(TimeoutError):
            async with asyncio.timeout(self._chance.uniform(0, 0.2)):
                await self._standby_answers.wait()
                return True
        self._wait_was_ended.set()
        return False
