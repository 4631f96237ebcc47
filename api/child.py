"""A process beside the service: it is told its work in a line, and lives no longer than its parent.

The only other end of its standard input is here. Each second it writes an empty line as a sign of
life, at its end what it has to say.
"""

import asyncio
import signal
import sys
from pathlib import Path
from typing import TypeVar

import msgspec
import structlog
from msgspec import Struct

T = TypeVar("T", bound=Struct)

_log = structlog.get_logger("twinledger.child")

# Appended, so that nothing here stands before Python's own library; -P keeps the folder that the
# service was started in from being taken for ours.
_PROGRAM = "import sys; sys.path.append(sys.argv[1]); from {program} import main; main()"
_HERE = str(Path(__file__).parents[1])
_PATIENCE = 10.0  # seconds for what is under way when the service ends
_BEAT = 1.0  # seconds


class Child(Struct, frozen=True):
    """A process that was started, and the two pipes to it."""

    process: asyncio.subprocess.Process
    to: asyncio.StreamWriter
    said: asyncio.StreamReader

    def ring(self) -> None:
        """Write a line; one that is still on its way is enough."""
        if not self.to.is_closing() and not self.to.transport.get_write_buffer_size():
            self.to.write(b"\n")

    async def ended(self, stopping: "asyncio.Task[bool]", silent: float) -> tuple[int, bytes]:
        """Its exit code and what it said, when it has ended by itself or since it had to stop."""
        reading = asyncio.create_task(self._last_words(silent))
        ending = asyncio.create_task(self.process.wait())
        try:
            await asyncio.wait([ending, stopping], return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.to.close()
            await asyncio.wait([ending], timeout=_PATIENCE)
            if not ending.done():
                self.process.kill()  # what is under way is undone; the next start makes it again
        return await ending, await reading

    async def _last_words(self, silent: float) -> bytes:
        """What it said at its end; an empty line before is a sign of life. Kills a silent one."""
        while True:
            try:
                async with asyncio.timeout(silent):
                    line = await self.said.readline()
            except TimeoutError:
                _log.error("child_hung", process=self.process.pid, seconds=silent)
                self.process.kill()  # also one that is stopped; its lease ends with its connection
                return b""
            if line != b"\n":
                return line


async def started(program: str, first: Struct) -> Child:
    """Start the `main` of a module of ours, and tell it `first` as a line of JSON."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-c", _PROGRAM.format(program=program), _HERE),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the service, which then ends it
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the pipes that were asked for are not there")
    process.stdin.write(msgspec.json.encode(first) + b"\n")
    return Child(process, process.stdin, process.stdout)


async def told_first(what: type[T]) -> tuple[T, asyncio.StreamReader] | None:
    """Within the child: its work, and the lines that follow; None where the service is gone."""
    told = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(told), sys.stdin
    )
    first = await told.readline()
    return (msgspec.json.decode(first, type=what), told) if first else None


def stopped_by_signals() -> asyncio.Event:
    """Set by SIGINT and SIGTERM."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


async def beat() -> None:
    """Within the child: say that it is not hung."""
    while True:
        sys.stdout.buffer.write(b"\n")
        sys.stdout.buffer.flush()
        await asyncio.sleep(_BEAT)
