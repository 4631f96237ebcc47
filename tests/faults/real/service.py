"""`twinledger serve` as a service manager keeps it: started again whenever it has ended."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from tests.faults.real.asking import Gone, ask, request
from tests.faults.real.postgres import children_of, kill

ROOT = Path(__file__).parents[3]
Child = Literal["worker", "notary"]


class Service:
    """One replica of the service, at a port of its own that stays."""

    def __init__(self, name: str, folder: Path, settings: Mapping[str, str]) -> None:
        self.name, self.port, self.starts = name, free_port(), 0
        self.skew = folder / f"{name}.skew"
        """The seconds by which its clock is wrong."""

        self._log = folder / f"{name}.log"
        self._program = (sys.executable, "-m", "tests.faults.real.skewed", str(self.skew))
        kept = {key: value for key, value in os.environ.items() if not key.startswith("TWINLEDGER")}
        self.environment = kept | dict(settings) | {"TWINLEDGER_PORT": str(self.port)}
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Return when it answers."""
        self.skew.write_text("0", encoding="utf-8")
        self._keeping = asyncio.create_task(self._keep())
        await self.answers()

    async def answers(self) -> None:
        """Wait until it answers; what it said last is in the error where it never does."""
        try:
            async with asyncio.timeout(120):
                while True:
                    try:
                        await ask(self.port, request("GET", "/api/v1/"))
                    except Gone:
                        await asyncio.sleep(0.05)
                    else:
                        return
        except TimeoutError:
            raise AssertionError(f"{self.name} does not answer: {self.said()}") from None

    async def stop(self) -> None:
        """As a service manager does: SIGTERM, and what is under way is finished."""
        assert self._keeping is not None
        self._keeping.cancel()
        await asyncio.gather(self._keeping, return_exceptions=True)
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()

    async def kill(self) -> None:
        """SIGKILL to the service itself, as when memory runs out; return when it answers again."""
        starts = self.starts
        assert self._process is not None
        kill(self._process.pid)
        while self.starts == starts:  # noqa: ASYNC110 - who starts it again rings no bell
            await asyncio.sleep(0.02)
        await self.answers()

    async def kill_child(self, which: Child) -> None:
        """SIGKILL to its worker or its notary; return when another is in its place."""
        first = await self.child(which)
        kill(first)
        while await self.child(which) == first:  # noqa: ASYNC110 - another process replaces it
            await asyncio.sleep(0.02)

    async def child(self, which: Child) -> int:
        """The process of that child; waits while there is none."""
        async with asyncio.timeout(120):
            while True:
                process = self._process.pid if self._process else 0
                for one in children_of(process) if process else ():
                    if f"api.{which}_program" in _words(one):
                        return one
                await asyncio.sleep(0.05)

    async def command(self, *words: str) -> str:
        """What `twinledger` says to an operator with the settings of this service."""
        ended = await asyncio.create_subprocess_exec(
            *(*self._program, *words),
            stdout=asyncio.subprocess.PIPE,
            env=self.environment,
            cwd=ROOT,
        )
        said, _ = await ended.communicate()
        if ended.returncode != 0:
            raise AssertionError(f"`twinledger {words[0]}` says: {said.decode()}")
        return said.decode()

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        kill(self._process.pid, number)

    def said(self) -> str:
        """The end of its log."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-3000:]

    async def _keep(self) -> None:
        while True:
            with self._log.open("ab") as log:
                self._process = await asyncio.create_subprocess_exec(
                    *(*self._program, "serve"),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=self.environment,
                    cwd=ROOT,
                )
            self.starts += 1
            await self._process.wait()
            await asyncio.sleep(0.1)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _words(process: int) -> str:
    """Its command line; empty where it has ended."""
    return subprocess.run(
        ["ps", "-ww", "-o", "args=", "-p", str(process)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
