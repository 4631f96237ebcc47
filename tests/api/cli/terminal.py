"""The operator's terminal: `twinledger db ...` said and answered."""

import asyncio
from pathlib import Path

import asyncpg
from click.testing import CliRunner

from api.cli import main

NAME_IT = "INSERT INTO twinledger.register (name, demo) VALUES ('Hannover', false)"


class Terminal:
    """Runs `twinledger db ...` and keeps what it said."""

    def __init__(self, **environment: str | None) -> None:
        self.environment: dict[str, str | None] = {"TWINLEDGER_DSN": None, "TWINLEDGER_DATA": None}
        self.environment |= environment

    def __call__(self, *words: str | Path, code: int = 0) -> str:
        done = CliRunner().invoke(main, ["db", *map(str, words)], env=self.environment)
        assert done.exit_code == code, done.output
        return done.output


def execute(dsn: str, sql: str) -> list[tuple[object, ...]]:
    async def body() -> list[tuple[object, ...]]:
        connection = await asyncpg.connect(dsn)
        try:
            return [tuple(row) for row in await connection.fetch(sql)]
        finally:
            await connection.close()

    return asyncio.run(body())
