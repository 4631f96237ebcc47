"""A durable Postgres of a test's own, which is killed and started again."""

import asyncio
import contextlib
import os
import signal
import subprocess
from abc import ABC, abstractmethod
from pathlib import Path

import asyncpg

from adapters.migrate import migrate
from adapters.postgres.embedded import EmbeddedPostgres
from adapters.postgres.errors import DatabaseProblem
from adapters.postgres.folder import APP_ROLE

SCHEMA = "twinledger"


class RegisterPostgres(ABC):
    """Where a register is kept."""

    @property
    @abstractmethod
    def app_dsn(self) -> str:
        """The application's."""

    @property
    @abstractmethod
    def owner_dsn(self) -> str:
        """Of the tables' owner."""

    @abstractmethod
    async def process(self) -> int:
        """The postmaster's, of the server as it runs now."""

    @abstractmethod
    async def start(self) -> None:
        """Return when it takes connections; also after a kill."""

    @abstractmethod
    async def stop(self) -> None:
        """End it, as far as it has not ended."""

    async def make_register(self) -> None:
        """The tables, once."""
        owner = await self.owner()
        try:
            await migrate(owner, schema=SCHEMA, app_role=APP_ROLE)
        finally:
            await owner.close()

    async def owner(self) -> "asyncpg.Connection[asyncpg.Record]":
        """A connection that may do everything; waits while the server is away."""
        async with asyncio.timeout(120):
            while True:
                try:
                    return await asyncpg.connect(self.owner_dsn, timeout=10)
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    await asyncio.sleep(0.1)

    async def fetch(self, sql: str, *arguments: object) -> list[asyncpg.Record]:
        """Ask as the owner, in a connection of its own; again where the server goes away."""
        while True:
            owner = await self.owner()
            try:
                return await owner.fetch(sql, *arguments)
            except (OSError, asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError):
                await asyncio.sleep(0.1)
            finally:
                owner.terminate()

    async def kill_whole(self) -> None:
        """SIGKILL to every process of it, as when its machine stops, and start it again."""
        postmaster = await self.process()
        for process in (postmaster, *children_of(postmaster)):
            kill(process)
        await self.start()


class RealPostgres(RegisterPostgres):
    """The server of `folder`. It ends with this process, however that ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server = EmbeddedPostgres(folder)

    @property
    def app_dsn(self) -> str:
        return self._server.app_dsn

    @property
    def owner_dsn(self) -> str:
        return self._server.owner_dsn

    async def process(self) -> int:
        return self._server.running.server

    async def start(self) -> None:
        """Recovery is Postgres's own. Tried again while the disk is full."""
        await self.stop()  # what is left of one that was killed
        async with asyncio.timeout(120):
            while True:
                self._server = EmbeddedPostgres(self._folder)
                try:
                    return await self._server.start()
                except DatabaseProblem:
                    await asyncio.sleep(0.2)

    async def start_again(self) -> None:
        """Where it has ended by itself; return when it takes connections."""
        async with asyncio.timeout(120):
            while not await self._server.answers():
                if not self._server.lives():
                    await self.start()
                await asyncio.sleep(0.1)

    async def stop(self) -> None:
        await self._server.stop()


class PostgresOfService(RealPostgres):
    """A server that the service on `folder` keeps: it alone starts it, here it is joined."""

    async def start(self) -> None:
        async with asyncio.timeout(120):
            self._server = EmbeddedPostgres(self._folder)
            while not await self._server.join():  # noqa: ASYNC110 - another process starts it
                await asyncio.sleep(0.1)

    async def process(self) -> int:
        await self.start()  # the service may have started another one since
        return await super().process()

    async def stop(self) -> None:
        """It ends with the service."""


def children_of(process: int) -> list[int]:
    """The processes that it has started and that live."""
    said = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True, check=False
    )
    return [int(line) for line in said.stdout.split()]


def kill(process: int, number: signal.Signals = signal.SIGKILL) -> None:
    """One that has ended already is left alone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, number)
