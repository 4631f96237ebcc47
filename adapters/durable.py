"""Files that are written whole or not at all, and are still there after a power cut."""

import os
from pathlib import Path


def write(file: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Write a file, durable when this returns; its name is so after `keep_names` of its folder.

    `mode` is what a file gets that was not there, less what the process's umask takes away.
    """
    with open(file, "wb", opener=lambda name, flags: os.open(name, flags, mode)) as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())


def replace(file: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Write the whole file, with `mode`, or leave the older one; durable when this returns."""
    draft = file.with_name(f"{file.name}.new")
    draft.unlink(missing_ok=True)  # one that a crash left may be readable for others
    write(draft, content, mode=mode)
    draft.replace(file)
    keep_names(file.parent)


def keep_names(folder: Path) -> None:
    """Make durable which files a folder holds: a name is as much a promise as the content."""
    if os.name == "posix":  # nothing else lets a folder be opened
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
