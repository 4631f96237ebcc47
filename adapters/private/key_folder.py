"""Data keys as files in a folder outside the database: one key, one file, its owner's alone.

KeyFolderRefused            (a CannotRun: problem and remedy) a key could not be destroyed
"""

import asyncio
import os
import re
import secrets
from pathlib import Path

from adapters.durable import keep_names
from adapters.ledger.errors import LedgerUnavailable
from adapters.problems import CannotRun

_NAME = re.compile("[0-9a-f]{64}", re.ASCII)


class KeyFolderRefused(CannotRun):
    """The key may still be there: the erasure stays pending."""

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(
            f"The key {file} cannot be destroyed: {reason}. The erasure is pending.",
            "Let the account that runs Twinledger own the folder, with room on the disk; then run "
            "`twinledger erase`.",
        )


class KeyFolder:
    """A `domain.private.KeyStore`. The folder is made when the first key is kept.

    Several processes may share it, also over a network file system that keeps what it has synced.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def keep(self, name: str, key: bytes) -> None:
        """Raises `LedgerUnavailable` where the file cannot be written: nothing was recorded."""
        await asyncio.to_thread(self._keep, self._file(name), key)

    async def find(self, name: str) -> bytes | None:
        return await asyncio.to_thread(_read, self._file(name))

    async def destroy(self, name: str) -> None:
        await asyncio.to_thread(_destroy_all, self._file(name))

    def _file(self, name: str) -> Path:
        if _NAME.fullmatch(name) is None:  # it becomes part of a path
            raise ValueError("a data key is named by a commitment: 64 characters 0-9 and a-f")
        return self.folder / name

    def _keep(self, file: Path, key: bytes) -> None:
        draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")  # see `_destroy_all`
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
                    new.write(key)
                    new.flush()
                    os.fsync(new.fileno())
                os.link(draft, file)  # whole or not at all, and never over another key
            finally:
                draft.unlink(missing_ok=True)
            keep_names(self.folder)
        except OSError as problem:
            reason = f"the key of a private value cannot be kept ({problem.strerror})"
            raise LedgerUnavailable(reason=reason) from problem


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None


def _destroy_all(file: Path) -> None:
    """The key, and what a process that was killed while it kept the key may have left of it."""
    for draft in file.parent.glob(f"{file.name}.*"):
        _destroy(draft)
    _destroy(file)


def _destroy(file: Path) -> None:
    try:
        # Zeros first: a removed name leaves the bytes on the disk, and where the file system writes
        # in place this is the last chance to reach them.
        with file.open("r+b") as opened:
            opened.write(bytes(os.fstat(opened.fileno()).st_size))
            opened.flush()
            os.fsync(opened.fileno())
        file.unlink()
        keep_names(file.parent)
    except FileNotFoundError:
        return  # destroyed before, or by another process just now
    except OSError as problem:
        raise KeyFolderRefused(file, problem.strerror or "unknown") from problem
