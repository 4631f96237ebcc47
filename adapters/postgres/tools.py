"""Backup of one register, and a shell on it, with Postgres's own programs.

A backup holds the ledger's schema: everything that cannot be computed again. The read models are
not in it; after a restore they are built anew from the events.
"""

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import asyncpg
from msgspec import Struct

from adapters.output import require_writable
from adapters.postgres.connect import Server
from adapters.postgres.errors import BackupRefused, translated
from adapters.postgres.programs import login, programs_for, run
from adapters.settings import Settings


class Extent(Struct, frozen=True):
    """How much a register or a backup holds."""

    events: int
    bytes: int


async def back_up(server: Server, settings: Settings, file: Path) -> Extent:
    """Write the register to `file`, whole or not at all. Raises as `require_new`."""
    require_new(file)
    major, events = await state(server.owner_dsn, settings.schema)
    folder = programs_for(server.owner_dsn, major, settings, embedded=server.embedded)
    access = login(server.owner_dsn)
    draft = file.with_name(f"{file.name}.part")
    draft.unlink(missing_ok=True)  # of a backup that was cut off
    others_may = os.umask(0o077)  # also half a backup is nobody else's to read
    try:
        await run(
            folder / "pg_dump", "--format=custom", "--no-owner", "--no-privileges",
            f"--schema={settings.schema}", f"--file={draft}", "--dbname", access.dsn,
            login=access,
        )  # fmt: skip
        os.link(draft, file)  # unlike a rename, this never replaces a file that appeared meanwhile
    except FileExistsError:
        raise BackupRefused(f"{file} exists already.", "Choose another name.") from None
    finally:
        os.umask(others_may)
        draft.unlink(missing_ok=True)
    return Extent(events, size(file))


def require_new(file: Path) -> None:
    """Raise `BackupRefused` for a file that exists, `OutputRefused` where none can be written."""
    if os.path.lexists(file):
        raise BackupRefused(f"{file} exists already.", "Choose another name; nothing was written.")
    require_writable(file)


def shell(server: Server, settings: Settings, arguments: Sequence[str], *, major: int) -> int:
    """Run psql on the register as the application; its exit code."""
    folder = programs_for(server.app_dsn, major, settings, embedded=server.embedded)
    access = login(server.app_dsn)
    schemas = f"{settings.schema},{settings.schema}_views"
    # A pooler would refuse options; the embedded server knows none.
    names = {"PGOPTIONS": f"-c search_path={schemas}"} if server.embedded else {}
    before = signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is for psql
    try:
        return subprocess.run(  # noqa: S603 - psql, with what the operator asked of it
            [folder / "psql", "--dbname", access.dsn, *arguments],
            env={**os.environ, **access.environment, **names},
            check=False,
        ).returncode
    finally:
        signal.signal(signal.SIGINT, before)


async def state(dsn: str, schema: str) -> tuple[int, int]:
    """The major version of the server and the number of events of the register."""
    with translated(dsn):
        connection = await asyncpg.connect(dsn, timeout=15, statement_cache_size=0)
        try:
            sql = f"SELECT count(*) FROM {schema}.event"
            events = int(await connection.fetchval(sql))
            return connection.get_server_version().major, events
        finally:
            await connection.close()


async def holds_register(dsn: str, schema: str) -> bool:
    """Whether `init` or `demo` has made a register there, be it without an event. Reads only."""
    with translated(dsn):
        connection = await asyncpg.connect(dsn, timeout=15, statement_cache_size=0)
        try:
            sql = "SELECT to_regclass($1::text) IS NOT NULL"
            if not await connection.fetchval(sql, f"{schema}.register"):
                return False
            sql = f"SELECT EXISTS (SELECT FROM {schema}.register)"
            return bool(await connection.fetchval(sql))
        finally:
            await connection.close()


def size(file: Path) -> int:
    return file.stat().st_size
