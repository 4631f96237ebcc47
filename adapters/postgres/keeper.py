"""Starting a Postgres program under the supervisor, so that it cannot outlive its keeper."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
from msgspec import Struct

from adapters.postgres import supervisor


class Task(Struct, frozen=True, kw_only=True):
    """What the supervisor does; it reads this as JSON.

    `lock` is the descriptor of the locked file that everything started inherits. `remove` is
    removed at the end, `abandoned` too when the program was stopped and did not end by itself.
    """

    argv: list[str]
    env: dict[str, str]
    uid: int | None
    gid: int | None
    lock: int
    stays: bool = False
    remove: list[str] = []
    abandoned: list[str] = []


class Kept(Struct, frozen=True):
    """A program under its supervisor. `keeper` is None for one that stays without this process.

    One that does not stay ends when this object is lost: its supervisor reads a pipe of which
    this object holds the only other end.
    """

    pid: int
    keeper: "subprocess.Popen[bytes] | None"

    def end(self) -> None:
        """Shut it down; return when it has ended, or at once for one that stays."""
        if self.keeper is None:
            os.kill(self.pid, signal.SIGINT)
        else:
            _close(self.keeper)
            self.keeper.wait()

    def wait(self) -> int:
        """The exit code of a program that ends by itself."""
        if self.keeper is None:
            return 0
        code = self.keeper.wait()
        _close(self.keeper)
        return code

    def lives(self) -> bool:
        return exists(self.pid) if self.keeper is None else self.keeper.poll() is None


def keep(task: Task, log: int) -> Kept | None:
    """Start the program; what it says goes to `log`. None when it did not even begin."""
    keeper = subprocess.Popen(  # noqa: S603 - our own program, run by this interpreter
        [sys.executable, "-I", "-S", supervisor.__file__, msgspec.json.encode(task)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        cwd="/",
        pass_fds=[task.lock],
        start_new_session=True,  # Ctrl-C is for the command, which then ends the server
    )
    reported = _first_line(keeper).split()
    if task.stays:
        _close(keeper)
        keeper.wait()  # it left its first process behind and goes on alone
    if len(reported) != 2:
        _close(keeper)
        keeper.wait()
        return None
    return Kept(int(reported[1]), None if task.stays else keeper)


def _first_line(process: "subprocess.Popen[bytes]") -> bytes:
    if process.stdout is None:
        return b""
    with process.stdout:
        return process.stdout.readline()


def _close(process: "subprocess.Popen[bytes]") -> None:
    if process.stdin is not None:
        process.stdin.close()


def exists(process: int) -> bool:
    """Whether the system knows a process of this number, whoever owns it."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class LogFile(Struct, frozen=True):
    """The server's log; `said_since` is what one start added to it."""

    path: Path
    largest: int = 10_000_000

    def open(self) -> tuple[int, int]:
        """A descriptor to append to, and where this start begins."""
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        if os.fstat(handle).st_size > self.largest:
            os.ftruncate(handle, 0)
        return handle, os.fstat(handle).st_size

    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def said_since(self, begin: int) -> str:
        with open(self.path, "rb") as log:
            log.seek(begin)
            return log.read().decode(errors="replace")
