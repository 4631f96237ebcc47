"""A pgbouncer in transaction mode: each transaction may run in another server process."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from adapters.postgres.system_user import server_user

# Round robin: two transactions of one client hardly ever meet the same server process.
CONFIGURATION = """
[databases]
* = host={host} port={server_port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {folder}/users
logfile = {folder}/log
pool_mode = transaction
default_pool_size = 20
max_client_conn = 1000
max_db_connections = 0
server_round_robin = 1
server_idle_timeout = 10
ignore_startup_parameters = extra_float_digits
"""


class Pgbouncer:
    """Stands before the server that the DSNs name and lets their users in; a context."""

    def __init__(self, *dsns: str) -> None:
        program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
        if program is None:
            pytest.skip("pgbouncer is not on this machine: it is a package of Debian.")
        self._program, self._users = program, [urlsplit(dsn) for dsn in dsns]
        self._folder = tempfile.TemporaryDirectory(prefix="twl-pgbouncer-")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])

    def through(self, dsn: str) -> str:
        """The DSN of the same database for the same user, by way of the pooler."""
        parts = urlsplit(dsn)
        login = parts.netloc.rpartition("@")[0]
        return parts._replace(netloc=f"{login}@127.0.0.1:{self._port}", query="").geturl()

    def __enter__(self) -> Self:
        folder = Path(self._folder.name)
        server = self._users[0]
        query = parse_qs(server.query)
        configuration = CONFIGURATION.format(
            folder=folder,
            host=query.get("host", [server.hostname or "localhost"])[0],
            server_port=query.get("port", [server.port or 5432])[0],
            port=self._port,
        )
        (folder / "pgbouncer.ini").write_text(configuration)
        names = [
            f'"{unquote(u.username or "")}" "{unquote(u.password or "")}"' for u in self._users
        ]
        (folder / "users").write_text("\n".join(names) + "\n")
        user = server_user(None, folder / "none")  # it too refuses to run as root
        for path in (folder, *folder.iterdir()):
            user.own(path)
        self._process = subprocess.Popen(
            [self._program, "-q", folder / "pgbouncer.ini"], cwd="/", **user.identity
        )
        self._wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()

    def _wait(self) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._port)).close()
                return
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
