"""Starting the server on a cluster, and knowing when it is ready."""

import os
import time
from pathlib import Path

from msgspec import Struct

from adapters.postgres.cluster import Cluster, pid_file, start_problem, still_held
from adapters.postgres.folder import explained
from adapters.postgres.keeper import Kept, LogFile, Task, keep

PAUSE = 0.02


class ServerProcess(Struct, frozen=True):
    """A server that is ready, and the folder of its socket."""

    kept: Kept
    socket: Path


def run_server(
    cluster: Cluster, lock: int, *, stays: bool, throwaway: bool, patience: float
) -> ServerProcess:
    """Start the server and wait until it is ready, however long its recovery takes.

    While processes of the last server are still ending it is tried again, for `patience` seconds.
    Raises a `DatabaseProblem` made from the server's log; nothing runs then.
    """
    deadline = time.monotonic() + patience
    socket = cluster.socket_folder()
    folder, own = cluster.folder, cluster.user
    removed = [folder.running_file]
    removed += [socket] if socket != folder.socket else []
    removed += [folder.path] if throwaway else []
    task = Task(
        argv=cluster.arguments(socket, durable=not throwaway),
        env=cluster.environment(),
        uid=own.uid if own.dropped else None,
        gid=own.gid if own.dropped else None,
        lock=lock,
        stays=stays,
        remove=[str(path) for path in removed],
    )
    log = LogFile(folder.log)
    while True:
        with explained(folder.path):
            handle, begin = log.open()
        try:
            server = keep(task, handle)
        finally:
            os.close(handle)
        if server is not None and _ready(server, cluster):
            return ServerProcess(server, socket)
        said = log.said_since(begin)
        if not still_held(said) or time.monotonic() > deadline:
            raise start_problem(said, folder)
        time.sleep(10 * PAUSE)


def _ready(server: Kept, cluster: Cluster) -> bool:
    """Wait until the server takes connections (True) or has ended (False).

    A stale file says `ready` too, so the process id must be that of the supervisor's child.
    """
    while True:
        lines = pid_file(cluster.folder)
        if len(lines) >= 8 and lines[0] == str(server.pid) and lines[7].strip() == "ready":
            return True
        if not server.lives():
            return False
        time.sleep(PAUSE)
