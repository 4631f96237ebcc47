"""The data folder of an embedded register.

twinledger.json     what the folder is: its format and the Postgres major version
secrets/            the passwords of the two roles, readable by the owner only
postgres/data       the cluster, owned by the account that runs the server
postgres/server.log what the server said
postgres/programs-* copies of its programs, where that account cannot run the installed ones
run/lock            held by every process of the server
run/server.json     how to join the running server
run/socket/         where it listens
"""

import errno
import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from adapters.durable import replace
from adapters.postgres.errors import (
    DatabaseProblem,
    DiskFull,
    FolderOfAnotherVersion,
    FolderRefused,
)

FORMAT = 1
OWNER_ROLE, APP_ROLE = "postgres", "twinledger"
OWN = frozenset({"twinledger.json", "twinledger.json.new", "secrets", "postgres", "run"})
# The notary's folder may be put back before the register is, and nothing here removes it.
NOT_OURS_BUT_HARMLESS = frozenset({"lost+found", "notary"})
_PASSWORD = re.compile(rb"[0-9a-f]{48}")


class Label(Struct, frozen=True):
    """The content of twinledger.json."""

    format: int
    postgres: int


class Running(Struct, frozen=True):
    """The content of run/server.json: a server that is ready, and who keeps it.

    `owner` is the process with which the server ends; when `stays`, it ends with `db stop` only.
    """

    socket: str
    server: int
    owner: int
    stays: bool


class DataFolder(Struct, frozen=True):
    path: Path

    @property
    def cluster(self) -> Path:
        return self.path / "postgres" / "data"

    @property
    def log(self) -> Path:
        return self.path / "postgres" / "server.log"

    @property
    def socket(self) -> Path:
        return self.path / "run" / "socket"

    @property
    def running_file(self) -> Path:
        return self.path / "run" / "server.json"

    def prepare(self) -> list[Path]:
        """Make the folder, or accept the one that is there; the folders made, outermost first.

        Raises `FolderRefused`, and has made nothing then.
        """
        made: list[Path] = []
        try:
            with explained(self.path):
                for folder in (*reversed(self.path.parents), self.path):
                    _make(folder, made)
                self._refuse_foreign()
                # The server's account passes through these three and reads none of them.
                for folder in (self.path, self.path / "postgres", self.path / "run"):
                    _make(folder, made)
                    if os.geteuid() == 0:
                        folder.chmod(folder.stat().st_mode | 0o011)
                _make(self.path / "secrets", made, mode=0o700)
        except BaseException:
            self.unmake(made)
            raise
        return made

    def unmake(self, made: list[Path]) -> None:
        """Remove what `prepare` made; a folder that holds anything by now stays."""
        if self.path / "run" in made:
            with suppress(OSError):
                (self.path / "run" / "lock").unlink()
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()

    def clear(self, made: list[Path]) -> None:
        """Remove the register of this folder, and the folders that `prepare` made for it.

        Only for one that nobody has been let into. Leaves it to whoever is at work here by now.
        """
        lock = self.try_lock()
        if lock is None:
            return
        try:
            for item in (self.path / name for name in OWN):
                if item.is_dir():
                    shutil.rmtree(item, ignore_errors=True)
                else:
                    item.unlink(missing_ok=True)
            self.unmake(made)
        finally:
            os.close(lock)

    def _refuse_foreign(self) -> None:
        label = self.path / "twinledger.json"
        if label.exists():
            owner = label.stat().st_uid
            if owner != os.geteuid():
                raise FolderRefused(
                    f"The data folder {self.path} belongs to another user (id {owner}).",
                    "Run Twinledger as that user, or name another folder in TWINLEDGER_DATA.",
                )
            self.require_known_format()
            return
        foreign = sorted(
            item.name
            for item in self.path.iterdir()
            if item.name not in OWN | NOT_OURS_BUT_HARMLESS and not item.name.startswith(".")
        )
        if foreign:
            raise FolderRefused(
                f"The folder {self.path} holds other files ({foreign[0]}) and no register.",
                "Name a new or empty folder in TWINLEDGER_DATA.",
            )

    def label(self) -> Label | None:
        try:
            content = (self.path / "twinledger.json").read_bytes()
        except FileNotFoundError:
            return None
        try:
            return msgspec.json.decode(content, type=Label)
        except msgspec.DecodeError as error:
            raise FolderOfAnotherVersion(
                f"{self.path / 'twinledger.json'} cannot be read as Twinledger's ({error}).",
                "Restore that file from a copy, or name another folder in TWINLEDGER_DATA.",
            ) from error

    def require_known_format(self) -> None:
        label = self.label()
        if label is not None and label.format != FORMAT:
            raise FolderOfAnotherVersion(
                f"The data folder {self.path} was written by another Twinledger "
                f"(format {label.format}; this one knows format {FORMAT}).",
                "Use the Twinledger that wrote it: back up there, restore here.",
            )

    def require_major(self, major: int) -> None:
        """Label a new folder; refuse one of another Postgres major version. Under the lock."""
        label = self.label()
        if label is None:
            # Whole or not at all: a folder with half a label would be refused for ever.
            content = msgspec.json.encode(Label(FORMAT, major))
            replace(self.path / "twinledger.json", content, mode=0o644)
        elif label.postgres != major:
            raise FolderOfAnotherVersion(
                f"The data folder {self.path} was written by Postgres {label.postgres}; "
                f"the programs here are Postgres {major}.",
                f"Name programs of Postgres {label.postgres} in TWINLEDGER_PG_BIN, or back up "
                "there and restore into a new folder.",
            )

    def make_secrets(self) -> None:
        """Give each role a password of its own, once. Under the lock, before the cluster."""
        for role in (OWNER_ROLE, APP_ROLE):
            file = self.path / "secrets" / role
            if self.cluster.exists():
                self.secret(role)  # the cluster knows this one; a new one would not be let in
            elif not file.exists():
                replace(file, secrets.token_hex(24).encode(), mode=0o600)

    def secret(self, role: str) -> str:
        """The role's password. Raises `FolderRefused` naming the file that does not hold it."""
        file = self.path / "secrets" / role
        with explained(self.path):
            content = file.read_bytes() if file.exists() else None
        if content is None:
            raise self.password_refused(role, "is missing")
        # A line end is what an editor adds to a file that was put back by hand.
        if not (found := _PASSWORD.fullmatch(content.strip())):
            what = "does not hold the password that Twinledger wrote" if content else "is empty"
            raise self.password_refused(role, what)
        return found[0].decode()

    def password_refused(self, role: str, what: str) -> FolderRefused:
        """The sentence for a password file that does not let Twinledger into its own database."""
        return FolderRefused(
            f"The password file {self.path / 'secrets' / role} {what}.",
            "Put it back from a copy of the data folder; or restore the last `twinledger db "
            "backup` into a new folder.",
        )

    def try_lock(self) -> int | None:
        """The locked file's descriptor, or None while a server or its starter holds it."""
        with explained(self.path):
            lock = os.open(self.path / "run" / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return None
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        return lock

    def holder(self) -> str:
        """The process that took the lock last, as text for a message."""
        try:
            return (self.path / "run" / "lock").read_text().strip() or "unknown"
        except OSError:
            return "unknown"

    def running(self) -> Running | None:
        """What run/server.json says; it may be stale, so connect before believing it."""
        try:
            content = self.running_file.read_bytes()
        except FileNotFoundError:
            return None
        try:
            return msgspec.json.decode(content, type=Running)
        except msgspec.DecodeError:
            return None

    def announce(self, running: Running) -> None:
        replace(self.running_file, msgspec.json.encode(running), mode=0o600)


def _make(folder: Path, made: list[Path], mode: int = 0o777) -> None:
    if not folder.is_dir():
        folder.mkdir(mode, exist_ok=True)
        made.append(folder)


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turn what the file system refuses into a sentence about the data folder."""
    try:
        yield
    except DatabaseProblem:
        raise
    except OSError as error:
        raise _folder_problem(error, folder) from error


def _folder_problem(error: OSError, folder: Path) -> DatabaseProblem:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFull(
            f"The disk that holds {folder} is full.",
            "Free some space and start again; what was acknowledged is safe.",
        )
    if error.errno in {errno.ENOTDIR, errno.EEXIST}:
        return FolderRefused(
            f"{error.filename or folder} is a file, not a folder.",
            "Name a folder in TWINLEDGER_DATA.",
        )
    return FolderRefused(
        f"The data folder {folder} cannot be used ({error.strerror}: {error.filename or folder}).",
        "Give this user the right to write there, or name another folder in TWINLEDGER_DATA.",
    )
