"""Putting a backup into an empty register, in one transaction that also proves it empty."""

import asyncio
import os
import re
from pathlib import Path

from adapters.postgres.binaries import major, version_of
from adapters.postgres.connect import Server
from adapters.postgres.errors import RestoreRefused, ToolFailed
from adapters.postgres.programs import Login, failure, login, programs_for, run
from adapters.postgres.tools import Extent, size, state
from adapters.settings import Settings

NO_REGISTER = "holds no register"


async def restore(server: Server, settings: Settings, file: Path) -> Extent:
    """Put a backup into an empty register, in one transaction.

    Raises `RestoreRefused` when the register holds anything, an event or an account, also one that
    arrives meanwhile, and when the file is not a backup of a register of this name, or of none at
    all. The register is then as it was.
    """
    server_major, _ = await state(server.owner_dsn, settings.schema)
    folder = programs_for(server.owner_dsn, server_major, settings, embedded=server.embedded)
    access = login(server.owner_dsn)
    await _require_backup(folder, file, settings.schema, access)
    grants = await _privileges(folder, settings.schema, access)
    try:
        await _replace(
            folder, file, access,
            before=_emptied(settings.schema), after=_granted(settings.schema, grants),
        )  # fmt: skip
    except ToolFailed as error:
        if filled := re.search(r'table "(\w+)" holds rows', error.problem):
            raise RestoreRefused(
                f"The register is not empty: {filled.group(1)!r} has rows. A restore would replace "
                "them.",
                "Restore into an empty one: name a new folder in TWINLEDGER_DATA, or a new "
                "database in TWINLEDGER_DSN.",
            ) from error
        if NO_REGISTER in error.problem:
            raise RestoreRefused(
                f"{file} {NO_REGISTER}: it was made where none was. Nothing was restored.",
                "Name a backup of your register.",
            ) from error
        remedy = "The register is as it was: empty."
        if (own := _major_of(folder)) > server_major:
            remedy += (
                f" The programs used are of Postgres {own}, the server is Postgres {server_major}: "
                f"restore onto Postgres {own} or newer, or, for a backup that programs of Postgres "
                f"{server_major} wrote, name those in TWINLEDGER_PG_BIN."
            )
        raise RestoreRefused(f"The backup was not restored: {error.problem}", remedy) from error
    _, events = await state(server.owner_dsn, settings.schema)
    return Extent(events, size(file))


async def _replace(folder: Path, file: Path, access: Login, *, before: str, after: str) -> None:
    """Stream `before`, the backup and `after` through one psql. `after` holds the commit.

    It is sent only when the whole backup went before it, so half a backup is rolled back.
    """
    reading, writing = os.pipe()
    psql = await asyncio.create_subprocess_exec(
        folder / "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-",
        "--dbname", access.dsn,
        stdin=reading, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "LC_ALL": "C", **access.environment},
    )  # fmt: skip
    os.close(reading)
    answer = asyncio.create_task(psql.communicate())
    unpacked, unpacking_said = -1, b""
    try:
        await asyncio.to_thread(_write_all, writing, before)
        unpacking = await asyncio.create_subprocess_exec(
            folder / "pg_restore", "--no-owner", "--no-privileges", "--file=-", str(file),
            stdout=writing, stderr=asyncio.subprocess.PIPE, env={**os.environ, "LC_ALL": "C"},
        )  # fmt: skip
        _, unpacking_said = await unpacking.communicate()
        unpacked = unpacking.returncode or 0
        if unpacked == 0:
            await asyncio.to_thread(_write_all, writing, after)
    except BrokenPipeError:
        pass  # psql stopped at the first error; what it said follows
    finally:
        os.close(writing)
    _, said = await answer
    if psql.returncode != 0:
        raise failure("psql", said.decode(errors="replace"))
    if unpacked != 0:
        raise failure("pg_restore", unpacking_said.decode(errors="replace"))


def _write_all(handle: int, text: str) -> None:
    with os.fdopen(os.dup(handle), "w", encoding="utf-8") as stream:
        stream.write(text)


def require_readable(file: Path) -> None:
    """Raise `RestoreRefused` where there is nothing to read."""
    if not os.access(file, os.R_OK):
        raise RestoreRefused(
            f"There is no file {file} that this user can read.", "Correct the name or the rights."
        )


async def _require_backup(folder: Path, file: Path, schema: str, access: Login) -> None:
    require_readable(file)
    try:
        listed = (await run(folder / "pg_restore", "--list", str(file), login=access)).decode()
    except ToolFailed as error:
        if "unsupported version" in error.problem:
            raise _made_by_newer(file, _major_of(folder)) from error
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


def _made_by_newer(file: Path, own: int) -> RestoreRefused:
    """The sentence for a file of a form that came after these programs."""
    with file.open("rb") as opened:
        header = opened.read(4096)
    # It names, each behind its length in five bytes, the versions of the server and of pg_dump.
    versions = re.findall(rb"\x00.\x00{3}(\d+)(?:\.\d|[a-z])", header, re.DOTALL)
    maker = max((int(version) for version in versions[:2]), default=0)
    named = f"Postgres {maker}" if maker > own else "a newer Postgres"
    return RestoreRefused(
        f"{file} was made by {named}; the pg_restore used here is of Postgres {own} and cannot "
        "read it. Nothing was restored.",
        f"Restore it onto {named}{' or newer' if maker > own else ''}, with programs of that "
        "version (TWINLEDGER_PG_BIN names their folder).",
    )


def _major_of(folder: Path) -> int:
    version = version_of(folder / "pg_restore")
    return major(version) if version else 0


async def _privileges(folder: Path, schema: str, access: Login) -> list[str]:
    """What the application may do here, as statements. A backup may come from other roles."""
    structure = await run(
        folder / "pg_dump", "--schema-only", "--no-owner", f"--schema={schema}",
        f"--schema={schema}_views", "--dbname", access.dsn, login=access,
    )  # fmt: skip
    return re.findall(rf"^(?:GRANT|REVOKE) .*\b{schema}.*;$", structure.decode(), re.MULTILINE)


def _emptied(schema: str) -> str:
    """Lock everything, refuse if anything is there, and make room."""
    return f"""
begin;
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
drop schema if exists {schema}_views cascade;
"""


def _granted(schema: str, grants: list[str]) -> str:
    """Refuse a backup of no register; give the application here what it had here."""
    statements = "\n".join(
        # A backup of an older release lacks what the migrations add after this.
        f"do $grant$ begin {statement} exception when undefined_table or undefined_function or "
        "undefined_object or undefined_column then null; end $grant$;"
        for statement in grants
    )
    return f"""
do $check$ begin
    if not exists (select from {schema}.register) then raise '{NO_REGISTER}'; end if;
end $check$;
create schema {schema}_views;
{statements}
commit;
"""
