"""A program that keeps an embedded server, for tests that kill it.

`python keeping.py FOLDER` starts or joins, says so in one JSON line and ends with its input.
`python keeping.py FOLDER commits` writes rows and prints the number of each one acknowledged.
"""

import asyncio
import json
import os
import sys
from itertools import count
from pathlib import Path

import asyncpg

from adapters.postgres.embedded import EmbeddedPostgres


async def main(folder: Path, *, commits: bool) -> None:
    async with EmbeddedPostgres(folder) as embedded:
        said = {
            "process": os.getpid(),
            "server": embedded.running.server,
            "joined": embedded.joined,
            "app_dsn": embedded.app_dsn,
            "owner_dsn": embedded.owner_dsn,
        }
        print(json.dumps(said), flush=True)
        if commits:
            await commit_for_ever(embedded.owner_dsn)
        await asyncio.to_thread(sys.stdin.read)


async def commit_for_ever(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE TABLE IF NOT EXISTS said (number int)")
    for number in count(1):
        await connection.execute("INSERT INTO said VALUES ($1)", number)
        print(number, flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), commits="commits" in sys.argv))
