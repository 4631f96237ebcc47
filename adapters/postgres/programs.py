"""Running pg_dump, pg_restore and psql: which ones suit a server, and without showing passwords."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from msgspec import Struct

from adapters.postgres.binaries import WHEELS, Binaries, find_server, in_wheel, major, version_of
from adapters.postgres.errors import BinariesMissing, DiskFull, ToolFailed, disk_was_full
from adapters.settings import Settings

TLS_NEEDED = frozenset({"require", "verify-ca", "verify-full"})


class Login(Struct, frozen=True):
    """A DSN for a command line, where others could read it, and the password beside it."""

    dsn: str
    environment: dict[str, str]


def login(dsn: str) -> Login:
    parts = urlsplit(dsn)
    query = parse_qsl(parts.query, keep_blank_values=True)
    password = unquote(parts.password or "") or dict(query).get("password", "")
    credentials, at, address = parts.netloc.rpartition("@")
    shown = parts._replace(
        netloc=f"{credentials.partition(':')[0]}{at}{address}",
        query=urlencode([item for item in query if item[0] != "password"]),
    )
    # urlsplit's own writing drops the empty host of postgresql:///name
    text = f"{shown.scheme}://{shown.netloc}{shown.path}{'?' if shown.query else ''}{shown.query}"
    return Login(text, {"PGPASSWORD": password} if password else {})


def programs_for(dsn: str, server_major: int, settings: Settings, *, embedded: bool) -> Path:
    """The folder of the programs that suit the server: of its version, else the next newer one.

    Raises `BinariesMissing` that names the version that is needed.
    """
    if embedded:
        return find_server(settings.pg_bin).folder
    found = [binaries for binaries in _installed(settings, dsn) if binaries.major >= server_major]
    if not found:
        raise BinariesMissing(
            f"The server is Postgres {server_major}, and no pg_dump, pg_restore and psql of that "
            "version or a newer one were found.",
            f"Install the client programs of Postgres {server_major}, or name their folder in "
            "TWINLEDGER_PG_BIN.",
        )
    return min(found, key=lambda binaries: binaries.major).folder


def _installed(settings: Settings, dsn: str) -> Iterator[Binaries]:
    """Folders with all three programs; the system's first, they know more ways to log in."""
    on_path = shutil.which("pg_dump")
    folders = [
        *([settings.pg_bin] if settings.pg_bin else []),
        *([Path(on_path).parent] if on_path else []),
        *sorted(Path("/usr/lib/postgresql").glob("*/bin")),  # Debian: all versions side by side
    ]
    if dict(parse_qsl(urlsplit(dsn).query)).get("sslmode") not in TLS_NEEDED:
        # The wheels' programs are built without TLS.
        folders += [found.folder for wheel in WHEELS if (found := in_wheel(wheel)) is not None]
    for folder in folders:
        versions = {version_of(folder / name) for name in ("pg_dump", "pg_restore", "psql")}
        if len(versions) == 1 and (version := versions.pop()) is not None:
            yield Binaries(folder, major(version), version)


async def run(program: Path, *arguments: str, login: Login) -> bytes:
    """Run to the end; its output. Raises `DiskFull` or `ToolFailed` with what it said."""
    process = await asyncio.create_subprocess_exec(
        program,
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "LC_ALL": "C", **login.environment},
    )
    try:
        output, errors = await process.communicate()
    except BaseException:
        process.terminate()
        await process.wait()
        raise
    if process.returncode != 0:
        raise failure(program.name, errors.decode(errors="replace"))
    return output


def failure(program: str, said: str) -> DiskFull | ToolFailed:
    if disk_was_full(said):
        return DiskFull(
            f"{program} found the disk full.", "Free some space and run the command again."
        )
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if "error:" in line.lower()] or lines[-1:]
    return ToolFailed(
        f"{program} failed: {' / '.join(telling[:2]) or 'it said nothing'}.",
        "Nothing was changed; correct the cause and run the command again.",
    )
