"""The line between a process and the simulated database, where everything can go wrong.

Each statement may fail before it took effect, fail after, be done with a warning that the standby
may not have it, or be slow; a line may be cut at any moment, and then the server goes on with what
it had begun. The server may crash, and the standby may be away, come back, or take its place.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg
import msgspec

from tests.faults.database import Database
from tests.faults.failing import Faults
from tests.faults.notary_tables import rows_for_the_notary
from tests.faults.write_ahead import Checkpoint, Cursor, Row, Written

T = TypeVar("T")


class Server:
    """The processes of the database: what they have begun goes on, whoever still waits for it."""

    def __init__(self, database: Database, faults: Faults) -> None:
        self.database, self.faults = database, faults
        self._starts_until = 0.0
        self._lines: list[Line] = []
        self._at_work: list[asyncio.Task[Any]] = []

    def carry_out(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        task = asyncio.get_running_loop().create_task(work)
        self._at_work.append(task)
        task.add_done_callback(self._at_work.remove)
        return task

    async def connected(self, *, heard: bool) -> "Line":
        """While the standby takes over nobody answers: that is told, or whoever tries one host
        after the other comes to the new server in the end.
        """
        missing = self._starts_until - asyncio.get_running_loop().time()
        if missing > 0 and self.faults.happens(0.5):
            raise asyncpg.CannotConnectNowError("the server is starting")
        await asyncio.sleep(max(0.0, missing))
        line = Line(self, heard=heard)
        self._lines.append(line)
        return line

    def crash(self) -> None:
        """As kill -9 and a start: what was not on disk may be gone, and every line is cut."""
        log = self.database.log
        self._end(log.on_disk, log.end)

    def fail_over(self, *, seconds: float) -> None:
        """The primary is lost for ever, and so long after that its standby takes connections."""
        log = self.database.log
        self._end(log.on_standby, log.on_disk)
        self._starts_until = asyncio.get_running_loop().time() + seconds

    def standby_comes(self) -> None:
        """It has received what it lacked, or is a copy of the server that took over."""
        self.database.log.received(self.database.log.on_disk)
        self.faults.standby_comes()

    def _end(self, at_least: int, at_most: int) -> None:
        for task in list(self._at_work):
            task.cancel()
        self.database.recover(self.faults.between(at_least, at_most))
        for line in self._lines:
            line.terminate()
        self._lines.clear()


class Line:
    """One connection, in the driver's words."""

    def __init__(self, server: Server, *, heard: bool) -> None:
        self._server, self._heard = server, heard
        self._cut: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._writing = Written()  # in the transaction that is under way
        self._waits = True  # as `synchronous_commit` says
        self._committing = self._warned = False
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
        self._writing, self._waits = Written(), True
        try:
            yield
            await self._call(self._commit())
        except BaseException:
            self._writing = Written()
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
        if self._warned:  # it is done, and may be lost
            self._warned = False
            said = asyncpg.PostgresLogMessage.new({"V": "WARNING", "M": "canceling wait"})
            for listener in self._listeners if self._heard else ():
                listener(self, said)
        return task.result()

    async def _apply(self, positions: list[int]) -> None:
        self._write(applied=tuple(positions))

    def _write(self, **columns: Any) -> None:
        self._writing = msgspec.structs.replace(self._writing, **columns)

    async def _commit(self) -> None:
        written, self._writing, self._committing = self._writing, Written(), True
        try:
            if self._waits:
                await self._server.database.commit(written, self._warn)
            else:
                self._server.database.commit_without_waiting(written)
        finally:
            self._committing = False
            self._let_go()

    def _warn(self) -> None:
        self._warned = True

    def _let_go(self) -> None:
        if self._server.database.lease is self:
            self._server.database.lease = None

    async def _statement(self, sql: str, arguments: tuple[Any, ...]) -> list[Row]:
        """The statements of the ledger, of a projection's cursor, and of the notary."""
        database = self._server.database
        if ".append(" in sql:
            return await database.append(*arguments, warn=self._warn)
        if "tag_1 = any" in sql:
            return database.read(*arguments)
        if "tag_1 = $1" in sql:
            return database.read([arguments[0]], arguments[1])
        if "where position > $1 order by position limit $2" in sql:
            return database.read_after(*arguments)
        if ".command_key k left join" in sql:
            receipt = database.receipt_of(*arguments)
            return [] if receipt is None else [receipt]
        if "position_known_at" in sql:
            return [Row(position=database.position_known_at(*arguments))]
        if sql.startswith("select size, case when recorded_at"):
            return [database.head()]
        if "for update skip locked" in sql:
            if database.lease is not None:
                return []
            database.lease, self._waits = self, False
            return [self._cursor(arguments[0])]
        if "update twinledger_views.projection_cursor" in sql:
            self._write(cursor=Cursor(*arguments[2:5]))
            return []
        if "synchronous_standby_names" in sql:
            return [Row(awaited=True)]
        if "pg_logical_emit_message" in sql:
            await database.commit(Written(), self._warn)
            return []
        if "select exists (select from twinledger.event" in sql:
            return [Row(exists=database.has(*arguments))]
        if "create table if not exists" in sql:
            return []
        if "to_regclass" in sql:
            return [Row(there=True)]
        if "from twinledger_views.projection_cursor" in sql:
            return [self._cursor(arguments[0][0])]
        if ".log_key (" in sql:
            self._write(keys=(*self._writing.keys, arguments[1]))
            return []
        if ".checkpoint (" in sql:
            self._write(
                checkpoint=Checkpoint(arguments[0], arguments[1], arguments[2], database.clock())
            )
            return []
        return rows_for_the_notary(database, sql, arguments)

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
        self._server, self._closing, self._heard = server, False, True

    def get_max_size(self) -> int:
        return 10

    def is_not_heard(self) -> None:
        """Whatever the server says beside its answers, nobody listens."""
        self._heard = False

    def close(self) -> None:
        """Its process is about to end."""
        self._closing = True

    def is_closing(self) -> bool:
        return self._closing

    async def expire_connections(self) -> None:
        pass  # none is kept

    def acquire(self) -> Acquiring:
        return Acquiring(self)

    async def connect(self) -> Line:
        await self._server.faults.pass_time()
        if self._closing:
            raise asyncpg.InterfaceError("pool is closing")
        if self._server.faults.strikes():
            raise self._server.faults.before()
        return await self._server.connected(heard=self._heard)

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
