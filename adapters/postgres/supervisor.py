"""The program between Twinledger and a Postgres program: it lives and dies with both.

Run as `python -I -S supervisor.py TASK`, TASK being JSON. It imports the standard library only.

- Started by a process that keeps the server (`"stays": false`): standard input is a pipe from that
  process. End of file means that the process is gone, however it went, and the server is shut down.
- Started by `db start` (`"stays": true`): it leaves its parent and shuts down on SIGTERM.

The server and all its processes inherit `lock`, a locked file: while one of them lives the data
folder is held, and when the lock is free there is certainly no server.
"""

import contextlib
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from types import FrameType
from typing import Any

PR_SET_PDEATHSIG = 1


def main(task: dict[str, Any]) -> int:
    if task["stays"] and os.fork() > 0:
        os._exit(0)  # the parent waits for this exit; the child goes on without a parent
    if task["stays"]:
        os.setsid()
    os.umask(0o077)
    server = start(task)
    stopping = threading.Event()

    def stop(_signal: int = 0, _frame: FrameType | None = None) -> None:
        stopping.set()
        if server.poll() is None:
            # Postgres's fast shutdown: roll back, checkpoint, end.
            server.send_signal(signal.SIGINT)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    if not task["stays"]:
        threading.Thread(target=stop_at_end_of_input, args=(stop,), daemon=True).start()
    report(server.pid)
    code = server.wait()
    for path in task["remove"] + (task["abandoned"] if stopping.is_set() else []):
        if os.path.isdir(path):
            shutil.rmtree(path, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                os.unlink(path)
    return code


def start(task: dict[str, Any]) -> "subprocess.Popen[bytes]":
    supervisor = os.getpid()
    prctl = getattr(ctypes.CDLL(None), "prctl", None)  # Linux only

    def die_with_supervisor() -> None:
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, signal.SIGINT)
            if os.getppid() != supervisor:  # it died before the kernel was told
                os._exit(1)

    identity = (
        {"user": task["uid"], "group": task["gid"], "extra_groups": []}
        if task["uid"] is not None
        else {}
    )
    return subprocess.Popen(  # noqa: S603 - the launcher's own argument list
        task["argv"],
        stdin=subprocess.DEVNULL,
        stdout=2,
        env=task["env"],
        cwd="/",
        pass_fds=[task["lock"]],
        start_new_session=True,
        preexec_fn=die_with_supervisor,  # noqa: PLW1509 - no thread has been started yet
        **identity,
    )


def stop_at_end_of_input(stop: Any) -> None:
    os.read(0, 1)
    stop()


def report(server: int) -> None:
    """Tell the launcher who is who, then close the pipe: nothing more will be said."""
    with contextlib.suppress(BrokenPipeError):  # the launcher is gone; end of input follows
        os.write(1, f"{os.getpid()} {server}\n".encode())
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.close(quiet)


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
