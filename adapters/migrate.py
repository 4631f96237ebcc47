"""Brings a database to this release: the plain SQL files of `migrations/`, in order, once each.

MigrationError              (a CannotRun: problem and remedy) the database was left as it was
  NameRefused               a schema or role name that would need quoting
  RoleMissing               the application's role does not exist
  MigrationChanged          a file differs from what this database was given
  DatabaseIsNewer           the database knows files that this release does not have
"""

import hashlib
import re
from pathlib import Path

import asyncpg

from adapters.problems import CannotRun

MIGRATIONS = Path(__file__).parent / "migrations"
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,40}", re.ASCII)


class MigrationError(CannotRun):
    """The database was left as it was."""


class NameRefused(MigrationError):
    """Names are put into SQL as they are, so they must be plain identifiers."""

    def __init__(self, *, what: str, name: str) -> None:
        super().__init__(
            f"{name!r} cannot be the name of the {what}.",
            "Use at most 41 lower-case letters, digits and underscores; begin with a letter.",
        )
        self.name = name


class RoleMissing(MigrationError):
    """A role belongs to the whole server, so it is the operator who creates it."""

    def __init__(self, *, role: str) -> None:
        super().__init__(
            f"The database role {role!r} does not exist.",
            f"Create it: CREATE ROLE {role} LOGIN.",
        )
        self.role = role


class MigrationChanged(MigrationError):
    """A file that was applied must never change: its tables exist as it said then."""

    def __init__(self, *, name: str) -> None:
        super().__init__(
            f"The migration {name} differs from the one that was applied to this database.",
            "Run the Twinledger that made this register. Who changes Twinledger: restore the file "
            "and put the change into a new one.",
        )
        self.name = name


class DatabaseIsNewer(MigrationError):
    """A newer release was here; this one does not know what it changed."""

    def __init__(self, *, names: list[str]) -> None:
        super().__init__(
            f"This database was migrated by a newer release ({', '.join(names)}).",
            "Run that release, or restore a backup made before it.",
        )
        self.names = names


def check_name(what: str, name: str) -> None:
    """Raise `NameRefused` unless `name` may stand in SQL as it is."""
    if not _NAME.fullmatch(name):
        raise NameRefused(what=what, name=name)


async def migrate(
    connection: asyncpg.Connection,
    *,
    schema: str,
    app_role: str,
    folder: Path = MIGRATIONS,
) -> list[str]:
    """Apply what is missing and return the names of the files applied, in order.

    All or nothing. Of several starters one applies and the others wait, then find nothing to do.
    The connection's role becomes the owner of the schema; `app_role` may be the same role.
    """
    check_name("schema", schema)
    check_name("application's role", app_role)
    files = _read(folder)
    digests = {name: hashlib.sha256(text.encode()).digest() for name, text in files.items()}
    lock = int.from_bytes(hashlib.sha256(f"migrate {schema}".encode()).digest()[:8], signed=True)

    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", lock)
        if not await connection.fetchval("select 1 from pg_roles where rolname = $1", app_role):
            raise RoleMissing(role=app_role)
        await connection.execute(
            f"create schema if not exists {schema}; create table if not exists {schema}.migration ("
            "name text primary key, sha256 bytea not null, applied_at timestamptz not null)"
        )
        rows = await connection.fetch(f"select name, sha256 from {schema}.migration order by name")
        applied = {row["name"]: row["sha256"] for row in rows}
        if unknown := [name for name in applied if name not in files]:
            raise DatabaseIsNewer(names=unknown)
        for name, digest in applied.items():
            if digest != digests[name]:
                raise MigrationChanged(name=name)

        missing = [name for name in files if name not in applied]
        for name in missing:
            sql = files[name].replace("{schema}", schema).replace("{app_role}", app_role)
            await connection.execute(sql)
            await connection.execute(
                f"insert into {schema}.migration values ($1, $2, clock_timestamp())",
                name,
                digests[name],
            )
        return missing


def _read(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.sql"))}
