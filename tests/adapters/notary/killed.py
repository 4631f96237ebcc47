"""A notary that is killed while it signs, in a process of its own.

python -m tests.adapters.notary.killed WHEN CALL FOLDER, with the DSN in NOTARY_DSN: it signs once,
and is gone (SIGKILL) before or after the CALL: `save` of its state, or `publish` of the checkpoint.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from adapters.postgres.pool import open_pool
from tests.adapters.notary.desk import NotaryDesk, at_the_notary


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def is_killed(desk: NotaryDesk, when: str, call: str) -> None:
    """From now on `call` kills this process."""
    owner: Any = desk.state if call == "save" else desk.log
    works = getattr(owner, call)

    def save(*args: Any) -> None:
        if when == "after":
            works(*args)
        kill()

    async def publish(*args: Any, **more: Any) -> None:
        if when == "after":
            await works(*args, **more)
        kill()

    setattr(owner, call, save if call == "save" else publish)


async def main(when: str, call: str, folder: str) -> None:
    async with (
        await open_pool(os.environ["NOTARY_DSN"], size=1) as pool,
        at_the_notary(pool, Path(folder)) as desk,
    ):
        is_killed(desk, when, call)
        await desk.sign()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
