"""A primary, and a standby that has to have each commit first and takes its place."""

import asyncio
import os
import pwd
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg

from adapters.postgres.binaries import find_server
from adapters.postgres.folder import APP_ROLE
from tests.faults.real.postgres import RegisterPostgres, children_of, kill
from tests.faults.real.service import free_port

_DATABASE = "register"
_IN_STEP = "select exists (select from pg_stat_replication where sync_state = 'sync')"
_WAITING = "select pid from pg_stat_activity where wait_event = 'SyncRep'"


class PostgresPair(RegisterPostgres):
    """Two servers in `folder`, reached by one DSN that names both and wants the primary."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._binaries = folder, find_server()
        self._ports = {"first": free_port(), "second": free_port()}
        self._primary = "first"
        root = os.geteuid() == 0  # Postgres does not run as root
        account = pwd.getpwnam("postgres") if root else pwd.getpwuid(os.geteuid())
        self._account = account
        self._identity: dict[str, Any] = (
            {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if root else {}
        )

    @property
    def app_dsn(self) -> str:
        return self._dsn(APP_ROLE)

    @property
    def owner_dsn(self) -> str:
        return self._dsn("postgres")

    async def process(self) -> int:
        lines = (self._data(self._primary) / "postmaster.pid").read_text().splitlines()
        return int(lines[0])

    async def start(self) -> None:
        """Make both, the second out of the first, and have each commit wait for the second."""
        self._folder.mkdir()
        os.chown(self._folder, self._account.pw_uid, self._account.pw_gid)
        self._run(
            "initdb", "-D", self._data("first"), "-U", "postgres", "-A", "trust", "--no-locale"
        )
        self._start("first")
        first = f"postgresql://postgres@127.0.0.1:{self._ports['first']}"
        self._run("pg_basebackup", "-d", first, "-D", self._data("second"), "-R", "-X", "stream")
        self._start("second")
        owner = await asyncpg.connect(f"{first}/postgres")
        await owner.execute("alter system set synchronous_standby_names = '*'")
        await owner.execute("select pg_reload_conf()")
        async with asyncio.timeout(60):
            while not await owner.fetchval(_IN_STEP):  # noqa: ASYNC110 - Postgres rings no bell
                await asyncio.sleep(0.05)
        await owner.execute(f"create role {APP_ROLE} login")
        await owner.execute(f"create database {_DATABASE}")
        await owner.close()

    async def stop(self) -> None:
        for name in self._ports:
            if (self._data(name) / "postmaster.pid").exists():
                self._run("pg_ctl", "-D", self._data(name), "-m", "immediate", "stop", check=False)

    async def lose_the_primary(self) -> None:
        """SIGKILL to every process of it; nobody starts it again."""
        postmaster = await self.process()
        for process in (postmaster, *children_of(postmaster)):
            kill(process)

    @asynccontextmanager
    async def without_the_standby(self) -> AsyncIterator[None]:
        """All that commits waits meanwhile; somebody does when this begins."""
        second = self._data("second")
        await asyncio.to_thread(self._run, "pg_ctl", "-D", second, "-m", "fast", "-w", "stop")
        try:
            while not await self.fetch(_WAITING):  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.02)
            yield
        finally:
            await asyncio.to_thread(self._start, "second")

    async def promote(self) -> None:
        """The standby is the primary from now on, and waits for nobody."""
        await asyncio.to_thread(self._run, "pg_ctl", "-D", self._data("second"), "-w", "promote")
        self._primary = "second"

    def _dsn(self, role: str) -> str:
        both = ",".join(f"127.0.0.1:{port}" for port in self._ports.values())
        return f"postgresql://{role}@{both}/{_DATABASE}?target_session_attrs=primary"

    def _data(self, name: str) -> Path:
        return self._folder / name

    def _start(self, name: str) -> None:
        options = f"-p {self._ports[name]} -k '' -c listen_addresses=127.0.0.1"
        log = str(self._data(name)) + ".log"
        self._run("pg_ctl", "-D", self._data(name), "-w", "-l", log, "-o", options, "start")

    def _run(self, program: str, *arguments: object, check: bool = True) -> None:
        subprocess.run(
            [self._binaries.program(program), *map(str, arguments)],
            check=check,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self._identity,
        )
