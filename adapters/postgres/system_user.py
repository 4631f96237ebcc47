"""The system account under which the embedded server runs. Postgres refuses to run as root."""

import os
import pwd
import subprocess
from pathlib import Path
from typing import Any

from msgspec import Struct

from adapters.postgres.errors import FolderRefused, PlatformRefused

FOR_ROOT = ("postgres", "nobody")


class SystemUser(Struct, frozen=True):
    """`dropped` says that it is not the account of this process: this process is root."""

    name: str
    uid: int
    gid: int
    dropped: bool

    @property
    def identity(self) -> dict[str, Any]:
        """The arguments that make `subprocess` run a program as this account."""
        if not self.dropped:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        if self.dropped:
            os.chown(path, self.uid, self.gid)


def server_user(configured: str | None, cluster: Path) -> SystemUser:
    """Who runs the server: this user; for root the cluster's owner, else a lesser account.

    No account is ever created. Raises `PlatformRefused` when there is none to use.
    """
    own = os.geteuid()
    if own != 0:
        account = _account_of(own)
        if account is None:
            raise PlatformRefused(
                f"The system has no account for the user id {own}, and Postgres needs one.",
                "Run Twinledger as a user of /etc/passwd, or name a server in TWINLEDGER_DSN.",
            )
        return SystemUser(account.pw_name, account.pw_uid, account.pw_gid, dropped=False)
    if cluster.exists():
        account = _account_of(cluster.stat().st_uid)
        if account is not None and account.pw_uid != 0:
            return SystemUser(account.pw_name, account.pw_uid, account.pw_gid, dropped=True)
    for name in (configured,) if configured else FOR_ROOT:
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        if account.pw_uid != 0:
            return SystemUser(name, account.pw_uid, account.pw_gid, dropped=True)
    raise PlatformRefused(
        f"Postgres does not run as root, and no account {configured or ' or '.join(FOR_ROOT)} "
        "was found to run it.",
        "Name an existing account other than root in TWINLEDGER_PG_USER.",
    )


def _account_of(uid: int) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        return None


def require_reach(user: SystemUser, folder: Path) -> None:
    """Raise `FolderRefused` unless the account can enter the folder. Tried, not computed."""
    if not user.dropped:
        return
    entered = subprocess.run(  # noqa: S603 - a fixed program; the folder is an argument
        ["/bin/sh", "-c", 'cd "$0"', folder],
        cwd="/",
        capture_output=True,
        check=False,
        **user.identity,
    )
    if entered.returncode != 0:
        closed = next(
            (parent for parent in reversed(folder.parents) if not parent.stat().st_mode & 0o001),
            folder,
        )
        raise FolderRefused(
            f"Started by root, the database runs as {user.name!r}, which cannot reach {folder}: "
            f"{closed} is closed to it.",
            "Choose a folder outside in TWINLEDGER_DATA, for example /var/lib/twinledger, "
            "or run Twinledger as an ordinary user.",
        )
