"""Starting, watching and killing processes from tests."""

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).with_name("keeping.py")
PATIENCE = 60.0  # generous: it only bounds how long a broken test hangs


class Keeper(Struct):
    """A running `keeping.py` and what it said about its server."""

    process: "subprocess.Popen[str]"
    server: int
    joined: bool
    app_dsn: str
    owner_dsn: str

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def end(self) -> None:
        self.process.communicate("")


def begin_keeping(
    folder: Path, *more: str, python: list[str] | None = None, **how: Any
) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*(python or [sys.executable]), PROGRAM, folder, *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **{"env": os.environ | {"PYTHONPATH": str(ROOT)}, "cwd": "/", **how},
    )


def told(process: "subprocess.Popen[str]") -> Keeper:
    """Wait for the line that says where the server is."""
    assert process.stdout is not None
    said = json.loads(process.stdout.readline())
    return Keeper(process, said["server"], said["joined"], said["app_dsn"], said["owner_dsn"])


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


def runs(process: int) -> bool:
    """Whether it lives; a zombie that nobody has reaped does not."""
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return bool(state) and not state.startswith("Z")


def parent_of(process: int) -> int:
    said = subprocess.run(
        ["ps", "-o", "ppid=", "-p", str(process)], capture_output=True, text=True, check=True
    )
    return int(said.stdout)


def account_of(process: int) -> str:
    said = subprocess.run(
        ["ps", "-o", "user=", "-p", str(process)], capture_output=True, text=True, check=True
    )
    return said.stdout.strip()


def kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)


class Account(Struct, frozen=True):
    """A plain account, and a Python with our packages that it can run."""

    name: str
    uid: int
    gid: int
    python: list[str]

    @property
    def how(self) -> dict[str, Any]:
        packages = next(path for path in sys.path if path.endswith("site-packages"))
        return {
            "user": self.uid,
            "group": self.gid,
            "extra_groups": [],
            "env": {
                "PATH": os.defpath,
                "PYTHONPATH": f"{ROOT}:{packages}",
                "PYTHONDONTWRITEBYTECODE": "1",
            },
        }


@lru_cache
def plain_account() -> Account:
    """For root: another account. Skips where there is none, or no Python that it can run."""
    if os.geteuid() != 0:
        pytest.skip("these tests run as a plain user already")
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        pytest.skip("there is no account nobody to try as a plain user")
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, shutil.which(version, path="/usr/local/bin:/usr/bin")):
        account = Account("nobody", entry.pw_uid, entry.pw_gid, [str(python)])
        if python and _can_run(account):
            return account
    pytest.skip(f"the account nobody can run no {version} with our packages")


def _can_run(account: Account) -> bool:
    try:
        tried = subprocess.run(
            [*account.python, "-c", "import asyncpg, msgspec, adapters.postgres.embedded"],
            capture_output=True, check=False, cwd="/", **account.how,
        )  # fmt: skip
    except OSError:
        return False
    return tried.returncode == 0
