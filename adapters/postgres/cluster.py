"""Making a cluster, and the arguments with which the server runs on it."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from msgspec import Struct

from adapters.durable import replace
from adapters.postgres.binaries import Binaries
from adapters.postgres.errors import (
    DatabaseProblem,
    DiskFull,
    FolderInUse,
    ServerDidNotStart,
    disk_was_full,
)
from adapters.postgres.folder import OWNER_ROLE, DataFolder, explained
from adapters.postgres.keeper import LogFile, Task, keep
from adapters.postgres.system_user import SystemUser

SETTINGS = {
    "listen_addresses": "",  # no network: whoever may open the socket's folder may ask
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "jit": "off",
    "lc_messages": "C",  # this package reads the log
    "log_timezone": "UTC",
    "timezone": "UTC",
    "cluster_name": "twinledger",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
SMALLEST_BUFFERS, LARGEST_BUFFERS = 64, 512  # MB
LONGEST_SOCKET = 100  # bytes; the kernel's limit is 104 on macOS and 108 on Linux
PLAIN_PATH = re.compile(r"[\w/.+-]+", re.ASCII)


class Cluster(Struct, frozen=True):
    """A data folder with the programs and the account that run its server."""

    folder: DataFolder
    binaries: Binaries
    user: SystemUser

    def initialise(self, lock: int, *, throwaway: bool) -> None:
        """Make the cluster once. It appears under its name only when it is complete."""
        if self.folder.cluster.exists():
            return
        draft = self.folder.cluster.with_name("data.new")
        password = self.folder.cluster.with_name("password.new")
        log = LogFile(self.folder.log)
        with explained(self.folder.path):
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir(mode=0o700)
            self.user.own(draft)
            replace(password, self.folder.secret(OWNER_ROLE).encode(), mode=0o600)
            self.user.own(password)
            handle, begin = log.open()
        task = Task(
            argv=[str(self.binaries.program("initdb")), *_initdb_options(self, draft, password)],
            env=self.environment(),
            uid=self.user.uid if self.user.dropped else None,
            gid=self.user.gid if self.user.dropped else None,
            lock=lock,
            remove=[str(password)],
            abandoned=[str(self.folder.path if throwaway else draft)],
        )
        try:
            made = keep(task, handle)
        finally:
            os.close(handle)
        if made is None or made.wait() != 0:
            shutil.rmtree(draft, ignore_errors=True)
            raise start_problem(log.said_since(begin), self.folder)
        # From here the cluster counts: everything before this line is repeated by the next start.
        draft.rename(self.folder.cluster)

    def environment(self) -> dict[str, str]:
        stale = self._stale_server()
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LC_ALL": "C",
            "TZ": "UTC",
            # Under the lock no server of this folder lives. If its last process id is a zombie, or
            # names another program by now, Postgres must not take it for one. Its own check of
            # the shared memory stays in force.
            **({"PG_GRANDPARENT_PID": stale} if stale else {}),
        }

    def _stale_server(self) -> str | None:
        lines = pid_file(self.folder)
        return lines[0] if lines and lines[0].isdigit() else None

    def arguments(self, socket: Path, *, durable: bool) -> list[str]:
        settings = SETTINGS | {
            "unix_socket_directories": str(socket),
            "shared_buffers": shared_buffers(memory()),
        }
        if not durable:
            settings |= NOT_DURABLE
        return [
            str(self.binaries.program("postgres")),
            "-D",
            str(self.folder.cluster),
            *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
        ]

    def socket_folder(self) -> Path:
        """A folder that only the server's account can enter, with a path that the kernel takes."""
        folder = self.folder.socket
        with explained(self.folder.path):
            if len(os.fsencode(folder / ".s.PGSQL.5432")) < LONGEST_SOCKET and PLAIN_PATH.fullmatch(
                str(folder)
            ):
                folder.mkdir(mode=0o700, exist_ok=True)
            else:
                # Not in TMPDIR: that may be long too.
                folder = Path(tempfile.mkdtemp(prefix="twinledger-", dir="/tmp"))
            self.user.own(folder)
        return folder


def memory() -> int:
    """Bytes that this process may use: the machine's, or what its control group is held to."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return machine
    return min(machine, int(limit)) if limit.isdigit() else machine


def shared_buffers(memory: int) -> str:
    """What the server keeps of its tables in memory of its own: an eighth of all, within bounds.

    An append touches a page of each index on tags, which lie anywhere in it: while they fit, it
    takes a fifth less of the server's work. Pages that nothing touched take no memory.
    """
    return f"{min(max(memory // 8 // 2**20, SMALLEST_BUFFERS), LARGEST_BUFFERS)}MB"


def runnable(binaries: Binaries, user: SystemUser, folder: DataFolder) -> Binaries:
    """The programs, or a copy of them in the data folder where `user` can run them."""
    copies = folder.path / "postgres"
    target = copies / f"programs-{binaries.version}"
    for old in copies.glob("programs-*"):
        if old != target:
            shutil.rmtree(old, ignore_errors=True)
    if runs(binaries.program("postgres"), user) or binaries.install is None:
        return binaries
    package = binaries.install.parent.name
    install = target / package / binaries.install.name
    if not target.exists():
        draft = copies / "programs.new"
        with explained(folder.path):
            shutil.rmtree(draft, ignore_errors=True)
            _copy(binaries.install, draft / package / binaries.install.name)
            if binaries.libraries is not None:  # the programs look for it beside their package
                _copy(binaries.libraries, draft / binaries.libraries.name)
            for item in (draft, *draft.rglob("*")):
                item.chmod(0o755 if item.is_dir() or os.access(item, os.X_OK) else 0o644)
            draft.rename(target)
    return Binaries(install / "bin", binaries.major, binaries.version)


def _copy(source: Path, target: Path) -> None:
    """Copy a tree; the first error counts, so that a full disk is told as such."""
    target.mkdir(parents=True)
    for item in sorted(source.rglob("*")):
        place = target / item.relative_to(source)
        if item.is_dir():
            place.mkdir()
        else:
            shutil.copy(item, place)


def runs(program: Path, user: SystemUser) -> bool:
    try:
        answer = subprocess.run(  # noqa: S603 - the server program that was just found
            [program, "--version"], cwd="/", capture_output=True, check=False, **user.identity
        )
    except OSError:
        return False
    return answer.returncode == 0


def _initdb_options(cluster: Cluster, target: Path, password: Path) -> list[str]:
    locale = (  # the built-in provider came with 17: the same order of text on every system
        ["--locale-provider=builtin", "--locale=C.UTF-8"]
        if cluster.binaries.major >= 17
        else ["--locale=C"]
    )
    return [
        "--pgdata", str(target), f"--username={OWNER_ROLE}", "--auth=scram-sha-256",
        "--pwfile", str(password),
        "--encoding=UTF8", "--data-checksums", *locale,
    ]  # fmt: skip


def pid_file(folder: DataFolder) -> list[str]:
    """The lines of postmaster.pid; empty without one."""
    try:
        return (folder.cluster / "postmaster.pid").read_text().splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return []


def still_held(log: str) -> bool:
    """Whether the server refused because a process of the last one is still ending."""
    return "pre-existing shared memory block" in log or "lock file" in log


def start_problem(log: str, folder: DataFolder) -> DatabaseProblem:
    """Why initdb or the server ended, from what it said."""
    if disk_was_full(log):
        return DiskFull(
            f"The disk that holds {folder.path} is full, so the database did not start.",
            "Free some space and start again; what was acknowledged is safe.",
        )
    if still_held(log):
        return FolderInUse(
            f"A process of another Postgres still uses {folder.cluster}.",
            "End it (or wait for its end) and start again.",
        )
    lines = [line for line in log.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error:" in line] or lines[-3:]
    return ServerDidNotStart(
        f"The database did not start: {' / '.join(telling[-3:]) or 'it said nothing'}.",
        f"The whole log is {folder.log}.",
    )
