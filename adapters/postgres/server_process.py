"""Starting the server under its supervisor, and ending it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from adapters.postgres import supervisor
from adapters.postgres.cluster import Cluster, pid_file, start_problem, still_held
from adapters.postgres.folder import explained

PAUSE = 0.02
LARGEST_LOG = 10_000_000


class ServerProcess:
    """A server that is ready. `end` shuts it down and waits for its end.

    One that does not stay also ends when this object is lost: its supervisor reads a pipe of which
    this object holds the only other end.
    """

    def __init__(self, pid: int, socket: Path, keeper: "subprocess.Popen[bytes] | None") -> None:
        self.pid, self.socket, self._keeper = pid, socket, keeper

    def end(self) -> None:
        if self._keeper is None:
            os.kill(self.pid, signal.SIGINT)  # Postgres's fast shutdown
        else:
            close_pipe(self._keeper)
            self._keeper.wait()


def run_server(
    cluster: Cluster, lock: int, *, stays: bool, throwaway: bool, patience: float
) -> ServerProcess:
    """Start the server and wait until it is ready, however long its recovery takes.

    While processes of the last server are still ending it is tried again, for `patience` seconds.
    Raises a `DatabaseProblem` made from the server's log; nothing runs then.
    """
    deadline = time.monotonic() + patience
    socket = cluster.socket_folder()
    while True:
        with explained(cluster.folder.path), open(cluster.folder.log, "ab") as log:
            if log.tell() > LARGEST_LOG:
                log.truncate(0)
            begin = log.seek(0, os.SEEK_END)
            server = supervised(
                cluster, socket, (lock, log.fileno()), stays=stays, throwaway=throwaway
            )
        if server is not None and ready(server, cluster):
            return server
        with open(cluster.folder.log, "rb") as log:
            log.seek(begin)
            said = log.read().decode(errors="replace")
        if not still_held(said) or time.monotonic() > deadline:
            raise start_problem(said, cluster.folder)
        time.sleep(10 * PAUSE)


def supervised(
    cluster: Cluster, socket: Path, files: tuple[int, int], *, stays: bool, throwaway: bool
) -> ServerProcess | None:
    """Start supervisor and server; None when the server did not even begin."""
    lock, log = files
    folder = cluster.folder
    removed = [folder.running_file]
    removed += [socket] if socket != folder.socket else []
    removed += [folder.path] if throwaway else []
    task = {
        "argv": cluster.arguments(socket, durable=not throwaway),
        "env": cluster.environment(),
        "uid": cluster.user.uid if cluster.user.dropped else None,
        "gid": cluster.user.gid if cluster.user.dropped else None,
        "lock": lock,
        "stays": stays,
        "remove": [str(path) for path in removed],
    }
    keeper = subprocess.Popen(  # noqa: S603 - our own program, run by this interpreter
        [sys.executable, "-I", "-S", supervisor.__file__, json.dumps(task)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        cwd="/",
        pass_fds=[lock],
        start_new_session=True,  # Ctrl-C is for the command, which then ends the server
    )
    reported = first_line(keeper).split()
    if stays:
        close_pipe(keeper)
        keeper.wait()  # it left its first process behind and goes on alone
    if len(reported) != 2:
        keeper.wait()
        return None
    return ServerProcess(int(reported[1]), socket, None if stays else keeper)


def ready(server: ServerProcess, cluster: Cluster) -> bool:
    """Wait until the server takes connections (True) or has ended (False).

    A stale file says `ready` too, so the process id must be that of the supervisor's child.
    """
    while True:
        lines = pid_file(cluster.folder)
        if len(lines) >= 8 and lines[0] == str(server.pid) and lines[7].strip() == "ready":
            return True
        if not lives(server):
            return False
        time.sleep(PAUSE)


def lives(server: ServerProcess) -> bool:
    if server._keeper is not None:
        return server._keeper.poll() is None
    return exists(server.pid)


def exists(process: int) -> bool:
    """Whether the system knows a process of this number, whoever owns it."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def first_line(process: "subprocess.Popen[bytes]") -> bytes:
    if process.stdout is None:
        return b""
    with process.stdout:
        return process.stdout.readline()


def close_pipe(process: "subprocess.Popen[bytes]") -> None:
    if process.stdin is not None:
        process.stdin.close()
