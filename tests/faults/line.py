"""The line between a process and the simulated database, where everything can go wrong.

Each statement may fail before it took effect, fail after, be done with a warning that a standby may
not have it, or be slow; a line may be cut at any moment, and then the server goes on with what it
had begun.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg
import msgspec

from tests.faults.database import Cursor, Database, Row

T = TypeVar("T")

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

    def heal(self) -> None:
        self.often = 0.0

    def strikes(self) -> bool:
        return self._chance.random() < self.often / 2

    def before(self) -> Exception:
        return self._chance.choice(BEFORE)()

    def after(self) -> Exception:
        return self._chance.choice(AFTER)()

    async def pass_time(self) -> None:
        """A moment; where faults are about, sometimes a long one."""
        slow = self.often and self._chance.random() < self.often
        await asyncio.sleep(self._chance.uniform(0, 20.0 if slow else 0.01))


class Server:
    """The processes of the database: what they have begun goes on, whoever still waits for it."""

    def __init__(self, database: Database, faults: Faults) -> None:
        self.database, self.faults = database, faults
        self._lines: list[Line] = []
        self._at_work: list[asyncio.Task[Any]] = []

    def carry_out(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        task = asyncio.get_running_loop().create_task(work)
        self._at_work.append(task)
        task.add_done_callback(self._at_work.remove)
        return task

    def connected(self) -> "Line":
        line = Line(self)
        self._lines.append(line)
        return line

    def crash(self) -> None:
        """As kill -9 and a start: what was not durable is gone, and every line is cut."""
        for task in list(self._at_work):
            task.cancel()
        self.database.crash()
        for line in self._lines:
            line.terminate()
        self._lines.clear()


class Line:
    """One connection, in the driver's words."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._cut: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._moved: Cursor | None = None
        self._applied: list[int] = []
        self._committing = False
        self._listeners: list[Callable[..., None]] = []

    def add_log_listener(self, listener: Callable[..., None]) -> None:
        self._listeners.append(listener)

    def remove_log_listener(self, listener: Callable[..., None]) -> None:
        self._listeners.remove(listener)

    def terminate(self) -> None:
        if not self._cut.done():
            self._cut.set_result(None)

    async def fetch(self, sql: str, *arguments: Any) -> list[Row]:
        return await self._call(self._statement(sql, arguments))

    async def fetchrow(self, sql: str, *arguments: Any) -> Row | None:
        rows = await self.fetch(sql, *arguments)
        return rows[0] if rows else None

    async def fetchval(self, sql: str, *arguments: Any, timeout: float | None = None) -> Any:  # noqa: ASYNC109 - as the driver has it
        async with asyncio.timeout(timeout):
            row = await self.fetchrow(sql, *arguments)
        return None if row is None else row[0]

    async def execute(self, sql: str, *arguments: Any, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as the driver has it
        async with asyncio.timeout(timeout):
            await self.fetch(sql, *arguments)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Its effects are there when it is committed, which may happen unseen; else none is."""
        try:
            yield
            await self._call(self._commit())
        except BaseException:
            self._moved, self._applied = None, []
            if not self._committing:  # a commit that has begun keeps the lease to its end
                self._let_go()
            raise

    async def apply(self, positions: list[int]) -> None:
        """The effects of a projection, in the transaction that is under way."""
        await self._call(self._apply(positions))

    async def _call(self, work: Coroutine[Any, Any, T]) -> T:
        faults = self._server.faults
        try:
            await faults.pass_time()
            if self._cut.done():
                raise asyncpg.InterfaceError("connection is closed")
            if faults.strikes():
                self.terminate()
                raise faults.before()
        except BaseException:
            work.close()
            raise
        loses_the_reply = faults.strikes()
        task = self._server.carry_out(work)
        either: list[asyncio.Future[Any]] = [task, self._cut]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not task.done() or task.cancelled() or loses_the_reply:
            self.terminate()
            raise faults.after()
        if self._listeners and faults.strikes():
            # As where somebody ends the wait for a standby: it is done, and may be lost.
            said = asyncpg.PostgresLogMessage.new({"V": "WARNING", "M": "canceling wait"})
            for listener in self._listeners:
                listener(self, said)
        return task.result()

    async def _apply(self, positions: list[int]) -> None:
        self._applied += positions

    async def _commit(self) -> None:
        database = self._server.database
        moved, applied = self._moved, self._applied
        self._moved, self._applied, self._committing = None, [], True
        try:
            await database.flush()
            database.cursor = moved or database.cursor
            database.applied += applied
        finally:
            self._committing = False
            self._let_go()

    def _let_go(self) -> None:
        if self._server.database.lease is self:
            self._server.database.lease = None

    async def _statement(self, sql: str, arguments: tuple[Any, ...]) -> list[Row]:
        """The statements of `adapters/ledger/postgres.py` and `projections/cursor.py`."""
        database = self._server.database
        if ".append(" in sql:
            return await database.append(*arguments)
        if "tag_1 = any" in sql:
            return database.read(*arguments)
        if "tag_1 = $1" in sql:
            return database.read([arguments[0]], arguments[1])
        if "where position > $1 order by position limit $2" in sql:
            return database.read_after(*arguments)
        if ".command_key k join" in sql:
            receipt = database.receipt_of(*arguments)
            return [] if receipt is None else [receipt]
        if "position_known_at" in sql:
            return [Row(position=database.position_known_at(*arguments))]
        if "from twinledger.head" in sql:
            return [database.head()]
        if "for update skip locked" in sql:
            if database.lease is not None:
                return []
            database.lease = self
            return [self._cursor(arguments[0])]
        if "update twinledger_views.projection_cursor" in sql:
            self._moved = Cursor(*arguments[2:5])
            return []
        if "synchronous_standby_names" in sql:
            return [Row(awaited=True)]
        if "pg_logical_emit_message" in sql:
            return []
        if "to_regclass" in sql:
            return [Row(there=True)]
        if "from twinledger_views.projection_cursor" in sql:
            return [self._cursor(arguments[0][0])]
        raise AssertionError(f"the model does not know this statement:\n{sql}")

    def _cursor(self, projection: str) -> Row:
        return Row(
            projection=projection,
            version=1,
            **msgspec.structs.asdict(self._server.database.cursor),
        )


class Acquiring:
    """What `Pool.acquire` gives: to be awaited, or a context that gives the line back."""

    def __init__(self, pool: "Pool") -> None:
        self._pool = pool

    def __await__(self) -> Generator[Any, None, Line]:
        return self._pool.connect().__await__()

    async def __aenter__(self) -> Line:
        self._line = await self._pool.connect()
        return self._line

    async def __aexit__(self, *_: object) -> None:
        await self._pool.release(self._line)


class Pool:
    """The part of asyncpg's pool that the ledger and the projections use."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def get_max_size(self) -> int:
        return 10

    def is_closing(self) -> bool:
        return False

    async def expire_connections(self) -> None:
        pass  # none is kept

    def acquire(self) -> Acquiring:
        return Acquiring(self)

    async def connect(self) -> Line:
        await self._server.faults.pass_time()
        if self._server.faults.strikes():
            raise self._server.faults.before()
        return self._server.connected()

    async def release(self, line: Line) -> None:
        line.terminate()

    async def fetch(self, sql: str, *arguments: Any) -> list[Row]:
        async with self.acquire() as line:
            return await line.fetch(sql, *arguments)

    async def fetchrow(self, sql: str, *arguments: Any) -> Row | None:
        async with self.acquire() as line:
            return await line.fetchrow(sql, *arguments)

    async def fetchval(self, sql: str, *arguments: Any) -> Any:
        async with self.acquire() as line:
            return await line.fetchval(sql, *arguments)
