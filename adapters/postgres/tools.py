"""Backup and restore of one register, and a shell on it, with Postgres's own programs.

A backup holds the ledger's schema: everything that cannot be computed again. The read models are
not in it; after a restore they are built anew from the events.
"""

import os
import re
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import asyncpg
from msgspec import Struct

from adapters.postgres.connect import Server
from adapters.postgres.errors import BackupRefused, RestoreRefused, ToolFailed, translated
from adapters.postgres.programs import Login, login, programs_for, run
from adapters.settings import Settings


class Extent(Struct, frozen=True):
    """How much a register or a backup holds."""

    events: int
    bytes: int = 0


async def back_up(server: Server, settings: Settings, file: Path) -> Extent:
    """Write the register to `file`, whole or not at all. Raises `BackupRefused` if it exists."""
    require_new(file)
    major, events = await state(server.owner_dsn, settings.schema)
    folder = programs_for(server.owner_dsn, major, settings, embedded=server.embedded)
    access = login(server.owner_dsn)
    draft = file.with_name(f"{file.name}.part")
    try:
        await run(
            folder / "pg_dump", "--format=custom", "--no-owner", "--no-privileges",
            f"--schema={settings.schema}", f"--file={draft}", "--dbname", access.dsn,
            login=access,
        )  # fmt: skip
        draft.chmod(0o600)
        os.link(draft, file)  # unlike a rename, this never replaces a file that appeared meanwhile
    except FileExistsError:
        raise BackupRefused(f"{file} exists already.", "Choose another name.") from None
    finally:
        draft.unlink(missing_ok=True)
    return Extent(events, size(file))


async def restore(server: Server, settings: Settings, file: Path) -> Extent:
    """Put a backup into an empty register, in one transaction.

    Raises `RestoreRefused` when the register holds anything, an event or an account, also one that
    arrives meanwhile, and when the file is not a backup of a register of this name. The register
    is then as it was.
    """
    major, _ = await state(server.owner_dsn, settings.schema)
    folder = programs_for(server.owner_dsn, major, settings, embedded=server.embedded)
    access = login(server.owner_dsn)
    await require_backup(folder, file, settings.schema, access)
    restored = await run(
        folder / "pg_restore", "--no-owner", "--no-privileges", "--file=-", str(file), login=access
    )
    script = in_place_of_an_empty_register(
        settings.schema, restored.decode(), await privileges(folder, settings.schema, access)
    )
    try:
        await run(
            folder / "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1",
            "--single-transaction", "--file=-", "--dbname", access.dsn,
            login=access, given=script.encode(),
        )  # fmt: skip
    except ToolFailed as error:
        if "holds rows" in error.problem:
            raise RestoreRefused(
                f"The register is not empty ({error.problem}); a restore would replace it.",
                "Restore into an empty one: name a new folder in TWINLEDGER_DATA, or a new "
                "database in TWINLEDGER_DSN.",
            ) from error
        raise RestoreRefused(
            f"The backup was not restored: {error.problem}", "The register is as it was: empty."
        ) from error
    _, events = await state(server.owner_dsn, settings.schema)
    return Extent(events, size(file))


def shell(server: Server, settings: Settings, arguments: Sequence[str], *, major: int) -> int:
    """Run psql on the register as the application; its exit code."""
    folder = programs_for(server.app_dsn, major, settings, embedded=server.embedded)
    access = login(server.app_dsn)
    before = signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is for psql
    try:
        return subprocess.run(  # noqa: S603 - psql, with what the operator asked of it
            [folder / "psql", "--dbname", access.dsn, *arguments],
            env={
                **os.environ,
                **access.environment,
                "PGOPTIONS": f"-c search_path={settings.schema},{settings.schema}_views",
            },
            check=False,
        ).returncode
    finally:
        signal.signal(signal.SIGINT, before)


async def state(dsn: str, schema: str) -> tuple[int, int]:
    """The major version of the server and the number of events of the register."""
    with translated(dsn):
        connection = await asyncpg.connect(dsn, timeout=15)
        try:
            sql = f"SELECT count(*) FROM {schema}.event"
            events = int(await connection.fetchval(sql))
            return connection.get_server_version().major, events
        finally:
            await connection.close()


def size(file: Path) -> int:
    return file.stat().st_size


def require_new(file: Path) -> None:
    folder = file.absolute().parent
    if file.exists():
        raise BackupRefused(f"{file} exists already.", "Choose another name; nothing was written.")
    if not os.access(folder, os.W_OK):
        raise BackupRefused(
            f"{folder} is not a folder that this user can write to.",
            "Choose another one; nothing was written.",
        )


async def require_backup(folder: Path, file: Path, schema: str, access: Login) -> None:
    if not os.access(file, os.R_OK):
        raise RestoreRefused(
            f"There is no file {file} that this user can read.", "Correct the name or the rights."
        )
    try:
        listed = (await run(folder / "pg_restore", "--list", str(file), login=access)).decode()
    except ToolFailed as error:
        raise RestoreRefused(
            f"{file} is not a backup, or not a whole one ({error.problem})",
            "Name a file that `twinledger db backup` wrote.",
        ) from error
    schemas = re.findall(r"^\d+;.* SCHEMA - (\S+)", listed, re.MULTILINE)
    if schemas != [schema] or not re.search(rf" TABLE DATA {schema} event ", listed):
        raise RestoreRefused(
            f"{file} is a backup of {', '.join(schemas) or 'something else'}, not of the register "
            f"{schema!r}.",
            "Name the backup of this register, or the register's name in TWINLEDGER_SCHEMA.",
        )


async def privileges(folder: Path, schema: str, access: Login) -> list[str]:
    """What the application may do here, as statements. A backup may come from other roles."""
    structure = await run(
        folder / "pg_dump", "--schema-only", "--no-owner", f"--schema={schema}",
        f"--schema={schema}_views", "--dbname", access.dsn, login=access,
    )  # fmt: skip
    return re.findall(rf"^(?:GRANT|REVOKE) .*\b{schema}.*;$", structure.decode(), re.MULTILINE)


def in_place_of_an_empty_register(schema: str, restored: str, grants: list[str]) -> str:
    """The whole restore as one script. It is run in one transaction."""
    views = f"{schema}_views"
    granted = "\n".join(
        # A backup of an older release lacks what the migrations add after this.
        f"do $grant$ begin {statement} exception when undefined_table or undefined_function or "
        "undefined_object then null; end $grant$;"
        for statement in grants
    )
    return f"""
do $check$
declare
    known text;
    filled boolean;
begin
    for known in
        select tablename from pg_tables
        where schemaname = '{schema}' and tablename not in ('head', 'migration') order by tablename
    loop
        execute format('lock table {schema}.%I in access exclusive mode', known);
        execute format('select exists (select from {schema}.%I)', known) into filled;
        if filled then raise 'table "%" holds rows', known; end if;
    end loop;
end $check$;
drop schema {schema} cascade;
drop schema if exists {views} cascade;
{restored}
create schema {views};
{granted}
"""
