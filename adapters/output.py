"""Where a command writes a file: asked before the work, so that none is done in vain."""

import os
from pathlib import Path

from adapters.problems import CannotRun


class OutputRefused(CannotRun):
    """The file cannot be written there. Nothing was written."""


def require_writable(file: Path) -> None:
    """Raise `OutputRefused` unless this user can write `file`, new or in place of an older one."""
    folder = file.absolute().parent
    if not os.path.lexists(folder):
        raise OutputRefused(
            f"There is no folder {folder}.",
            f"Make it (mkdir -p {folder}), or name another one; nothing was written.",
        )
    if not folder.is_dir():
        raise OutputRefused(
            f"{folder} is not a folder.", "Name a file in a folder; nothing was written."
        )
    # A file that is there may be written where its folder takes no new one (/dev/stdout).
    if not os.access(file if file.exists() else folder, os.W_OK):
        raise OutputRefused(
            f"This user may not write {file.absolute()}.",
            "Change who may, or name another file or folder; nothing was written.",
        )
