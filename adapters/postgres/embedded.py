"""The embedded server: one Postgres in the data folder, joined when it runs, started when not.

A server that a process starts for itself ends with that process, however that ends. One that was
started to stay (`db start`) ends with `stop_server`. Whoever joined a server never stops it.
"""

import asyncio
import os
import signal
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import asyncpg

from adapters.postgres.binaries import find_server
from adapters.postgres.cluster import Cluster, runnable
from adapters.postgres.errors import DatabaseProblem, FolderInUse, ServerBusy, ServerWentAway
from adapters.postgres.folder import APP_ROLE, OWNER_ROLE, DataFolder, Running, explained
from adapters.postgres.keeper import Kept, exists
from adapters.postgres.pool import answers
from adapters.postgres.server_process import PAUSE, ServerProcess, run_server
from adapters.postgres.system_user import require_reach, server_user

DATABASE = "twinledger"


class EmbeddedPostgres:
    """A server on the data folder; `async with` starts or joins it, and ends its own.

    `owner_dsn` is the superuser's, for migrations; `app_dsn` the application's. `joined` says that
    another process keeps the server. `stays` starts one that outlives this process. `provisional`
    is for a restore: a register that it makes is nobody else's to join, and is removed again when
    the block fails. `throwaway` is for tests: not durable, and the whole data folder is removed
    when the server ends.
    """

    def __init__(
        self,
        data: Path,
        *,
        pg_bin: Path | None = None,
        pg_user: str | None = None,
        stays: bool = False,
        provisional: bool = False,
        throwaway: bool = False,
        patience: float = 60.0,
    ) -> None:
        self.folder = DataFolder(data)
        self.joined = False
        self._pg_bin, self._pg_user = pg_bin, pg_user
        self._stays, self._throwaway, self._patience = stays, throwaway, patience
        self._provisional = provisional
        self._made: list[Path] = []
        self._running: Running | None = None
        self._own: Kept | None = None

    @property
    def running(self) -> Running:
        """Where the server listens and who keeps it."""
        if self._running is None:
            raise RuntimeError("the server was neither started nor joined")
        return self._running

    @property
    def owner_dsn(self) -> str:
        return self._dsn(OWNER_ROLE, DATABASE)

    @property
    def app_dsn(self) -> str:
        return self._dsn(APP_ROLE, DATABASE)

    async def start(self) -> None:
        """Start the server, or join the one that runs; when both are tried at once, one starts.

        Returns when it answers. Raises a `DatabaseProblem`; nothing of ours is left running then.
        """
        self._made = self.folder.prepare()
        deadline = time.monotonic() + self._patience
        while True:
            lock = self.folder.try_lock()
            if lock is not None:
                await self._start_own(lock)
                return
            if await self._join():
                return
            if time.monotonic() > deadline:
                raise FolderInUse(
                    f"The data folder {self.folder.path} is in use by process "
                    f"{self.folder.holder()}, whose database does not answer.",
                    "End that process, or name another folder in TWINLEDGER_DATA.",
                )
            await asyncio.sleep(PAUSE)

    async def join(self) -> bool:
        """Join the server if one runs; never start one."""
        if not await asyncio.to_thread(self.folder.path.is_dir):
            return False
        made = self.folder.prepare()
        lock = self.folder.try_lock()
        if lock is not None:
            self.folder.unmake(made)
            os.close(lock)
            return False
        return await self._join()

    async def stop(self) -> None:
        """End the server that this object started for itself; leave any other alone."""
        own, self._own = self._own, None
        if own is not None:
            await asyncio.to_thread(own.end)

    def lives(self) -> bool:
        """Whether the server that this process keeps still runs; others' are not looked at."""
        return self._own is None or self._own.lives()

    async def answers(self) -> bool:
        """Whether the server takes connections now."""
        return await answers(self.app_dsn)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        _type: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        await self.stop()
        # Of a server that went away the log stays, to be read.
        kept = self.joined or error is None or isinstance(error, ServerWentAway)
        if self._provisional and not kept:
            await asyncio.to_thread(self.folder.clear, self._made)

    async def _join(self) -> bool:
        self.folder.require_known_format()
        with explained(self.folder.path):
            self._running = self.folder.running()
        self.joined = self._running is not None and await self.answers()
        return self.joined

    async def _start_own(self, lock: int) -> None:
        server = await asyncio.to_thread(self._run, lock)
        try:
            self._running = Running(
                socket=str(server.socket),
                server=server.kept.pid,
                owner=os.getpid(),
                stays=self._stays,
            )
            await self._make_role_and_database()
            if not self._provisional:
                self.folder.announce(self._running)  # from here others join
        except BaseException:
            await asyncio.to_thread(server.kept.end)
            raise
        self._own = None if self._stays else server.kept

    def _run(self, lock: int) -> ServerProcess:
        """All that blocks, in one thread; the lock passes to the server and its supervisor."""
        try:
            with explained(self.folder.path):
                self.folder.running_file.unlink(missing_ok=True)
                # One that holds a register already is no trial.
                self._provisional = self._provisional and not self.folder.cluster.exists()
                try:
                    binaries = find_server(self._pg_bin)
                    user = server_user(self._pg_user, self.folder.cluster)
                    require_reach(user, self.folder.path)
                except DatabaseProblem:
                    self.folder.unmake(self._made)
                    raise
                self.folder.require_major(binaries.major)  # from here it is a folder of a register
                self.folder.make_secrets()
                cluster = Cluster(self.folder, runnable(binaries, user, self.folder), user)
                cluster.initialise(lock, throwaway=self._throwaway)
                return run_server(
                    cluster,
                    lock,
                    stays=self._stays,
                    throwaway=self._throwaway,
                    patience=self._patience / 2,
                )
        finally:
            os.close(lock)

    async def _make_role_and_database(self) -> None:
        """Idempotent, so a start that was killed in between is completed by the next."""
        connection = await self._login(OWNER_ROLE, "postgres")
        try:
            if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", APP_ROLE):
                password = self.folder.secret(APP_ROLE)  # hexadecimal digits
                await connection.execute(f"CREATE ROLE {APP_ROLE} LOGIN PASSWORD '{password}'")
            if not await connection.fetchval(
                "SELECT 1 FROM pg_database WHERE datname = $1", DATABASE
            ):
                await connection.execute(f"CREATE DATABASE {DATABASE}")
        finally:
            await connection.close()
        await (await self._login(APP_ROLE, DATABASE)).close()

    async def _login(self, role: str, database: str) -> "asyncpg.Connection[asyncpg.Record]":
        try:
            return await asyncpg.connect(self._dsn(role, database))
        except asyncpg.InvalidPasswordError as error:
            what = "holds another password than the database knows"
            raise self.folder.password_refused(role, what) from error

    def _dsn(self, role: str, database: str) -> str:
        secret = self.folder.secret(role)
        return f"postgresql://{role}:{secret}@/{database}?host={quote(self.running.socket)}"


async def stop_server(data: Path, *, patience: float = 60.0) -> bool:
    """End the server that stays on this data folder; False when none runs.

    Raises `FolderInUse` for a server that belongs to a living process: that one ends it.
    """
    embedded = EmbeddedPostgres(data)
    if not await embedded.join():
        return False
    running = embedded.running
    if not running.stays and exists(running.owner):
        raise FolderInUse(
            f"The database in {data} belongs to process {running.owner} and ends with it.",
            "End that process instead (Ctrl-C, or the service manager).",
        )
    os.kill(running.server, signal.SIGINT)  # fast shutdown; it answered just now, so it is ours
    deadline = time.monotonic() + patience
    while (lock := embedded.folder.try_lock()) is None:
        if time.monotonic() > deadline:
            raise ServerBusy(
                f"The database (process {running.server}) is still ending after {patience:.0f} s.",
                f"Wait for its last checkpoint; its log is {embedded.folder.log}.",
            )
        await asyncio.sleep(PAUSE)
    os.close(lock)
    return True
