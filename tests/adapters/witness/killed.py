"""A witness that is killed while it signs, in a process of its own.

python -m tests.adapters.witness.killed WHEN FOLDER, with a submission on standard input: it is gone
(SIGKILL) before or after what it has seen is saved, and answers nobody.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from adapters.witness.seen import Seen, SeenLogs
from tests.adapters.witness.watched import Watching


def main(when: str, folder: str) -> None:
    watching = Watching(Path(folder))
    seen: Any = watching.witness._seen
    works = SeenLogs.save

    def save(one: Seen) -> None:
        if when == "after":
            works(seen, one)
        os.kill(os.getpid(), signal.SIGKILL)

    seen.save = save
    watching.witness.add_checkpoint(sys.stdin.buffer.read())


if __name__ == "__main__":
    main(*sys.argv[1:])
