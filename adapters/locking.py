"""Files that one process at a time has to itself."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(file: Path) -> Iterator[bool]:
    """Have the file to oneself meanwhile; false where another process has it.

    Made if need be, for its owner alone. Raises `OSError` where it cannot be.
    """
    lock = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            # The kernel gives it back when this process ends, however it ends.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(lock)
