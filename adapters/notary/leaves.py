"""The leaf hashes of what was signed, in a file that no restore of the database sets back.

leaves         32 bytes for each signed entry, in order of position

It says which entries were lost where the ledger is no longer the one that was signed. It is
believed as far as its root is a signed one.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from adapters.durable import keep_names
from adapters.notary.errors import StateRefused
from domain.transparency.tree import HASH_SIZE, GrowingRoot

FILE = "leaves"
_AT_ONCE = 4_096


class SignedLeaves:
    """The file of one folder. Raises `StateRefused` where it cannot be read or written."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE

    def read(self, after: int, up_to: int) -> list[bytes]:
        """The leaf hashes of the positions later than `after`, up to `up_to` or the file's end."""
        with _refusing(self._file, "read"):
            if not self._file.exists():
                return []
            with self._file.open("rb") as opened:
                opened.seek(after * HASH_SIZE)
                content = opened.read((up_to - after) * HASH_SIZE)
        whole = len(content) // HASH_SIZE
        return [content[at * HASH_SIZE : (at + 1) * HASH_SIZE] for at in range(whole)]

    def root(self, size: int) -> bytes | None:
        """The root over the first `size` leaf hashes; None where the file has fewer."""
        tree = GrowingRoot()
        while tree.size < size:
            hashes = self.read(tree.size, min(tree.size + _AT_ONCE, size))
            if not hashes:
                return None
            for one in hashes:
                tree.add(one)
        return tree.root()

    def write(self, after: int, hashes: Sequence[bytes]) -> None:
        """Those of the positions that follow `after`, over what is there; durable after `keep`."""
        with _refusing(self._file, "written"):
            handle = os.open(self._file, os.O_WRONLY | os.O_CREAT, 0o600)
            with os.fdopen(handle, "wb") as opened:
                opened.seek(after * HASH_SIZE)
                opened.write(b"".join(hashes))

    def keep(self) -> None:
        """Make durable what was written."""
        with _refusing(self._file, "written"), self._file.open("rb") as opened:
            os.fsync(opened.fileno())
            keep_names(self._file.parent)


@contextmanager
def _refusing(file: Path, verb: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StateRefused(
            f"The file {file} cannot be {verb} ({error.strerror}).",
            "Free some space, or give this user the right to read and write there.",
        ) from error
