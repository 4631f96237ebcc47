"""The event store Emmett (npm, MIT) doing the same work on the same server, where node is there."""

import asyncio
import shutil
import subprocess
from pathlib import Path

VERSION = "0.42.0"
_PROGRAM = Path(__file__).with_suffix(".mjs")


async def installed(folder: Path) -> bool:
    """Whether the packages could be fetched into `folder`; if not, says why."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        print("Emmett is left out: node and npm are not here.")
        return False
    packages = [f"@event-driven-io/{name}@{VERSION}" for name in ("emmett", "emmett-postgresql")]
    (folder / "package.json").write_text("{}")
    shutil.copy(_PROGRAM, folder)
    done = await _run("npm", "install", "--no-fund", "--no-audit", *packages, folder=folder)
    if done.returncode:
        print(f"Emmett is left out: npm could not fetch it.\n{done.stderr}")
    return not done.returncode


async def appends_a_second(folder: Path, dsn: str, *, clients: int, seconds: float) -> float:
    """A new stream with one event each, by one process of node."""
    done = await _run("node", _PROGRAM.name, dsn, str(clients), str(seconds), folder=folder)
    done.check_returncode()
    return float(done.stdout)


async def _run(*command: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    return await asyncio.to_thread(
        subprocess.run, command, cwd=folder, capture_output=True, text=True, timeout=300
    )
