"""A durable Postgres server for one run of the benchmarks, in a folder that is removed after it."""

import os
import pwd
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg

from adapters.migrate import migrate
from adapters.postgres.binaries import find_server
from adapters.postgres.cluster import memory, shared_buffers

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": shared_buffers(memory()),  # as the embedded server has it
    "fsync": "on",
    "synchronous_commit": "on",
    "jit": "off",
    # Whoever writes next pays for a checkpoint, and it would meet one of two that are compared.
    "checkpoint_timeout": "1h",
    "max_wal_size": "8GB",
}


@contextmanager
def durable_server() -> Iterator[str]:
    """The superuser's DSN. Only the system user that runs the server may connect, and root."""
    binaries = find_server()
    root = os.geteuid() == 0  # Postgres does not run as root
    user = pwd.getpwnam("postgres") if root else pwd.getpwuid(os.geteuid())
    identity: dict[str, Any] = (
        {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if root else {}
    )
    with tempfile.TemporaryDirectory(prefix="twl-") as folder:
        os.chown(folder, user.pw_uid, user.pw_gid)  # 0700: nobody else reaches the socket
        data = Path(folder) / "data"

        def run(program: str, *arguments: str) -> None:
            subprocess.run(
                [binaries.program(program), "-D", str(data), *arguments],
                check=True, cwd="/", stdout=subprocess.DEVNULL, **identity,
            )  # fmt: skip

        options = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
        run("initdb", "-U", "postgres", "-A", "trust", "--encoding=UTF8", "--no-locale")
        run("pg_ctl", "-w", "-l", f"{folder}/log", "-o", f"-k {folder} {options}", "start")
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-w", "-m", "fast", "stop")


@asynccontextmanager
async def database(server_dsn: str) -> AsyncIterator[str]:
    """A migrated database of its own, gone afterwards."""
    name = f"twinledger_benchmark_{uuid4().hex[:8]}"
    admin = await asyncpg.connect(server_dsn)
    await admin.execute(f"create database {name}")
    try:
        own = urlsplit(server_dsn)._replace(path=f"/{name}").geturl()
        connection = await asyncpg.connect(own)
        role = await connection.fetchval("select current_user::text")
        await migrate(connection, schema="twinledger", app_role=role)
        await connection.close()
        yield own
    finally:
        await admin.execute(f"drop database {name} with (force)")
        await admin.close()
