"""One command over HTTP beside a bare handler that does one INSERT, both asked by wrk."""

import asyncio
import os
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import msgspec
from msgspec import Struct

from adapters.postgres.pool import open_pool
from projections.register import RegisterProjection
from tests.benchmarks import table
from tests.benchmarks.plan import Plan
from tests.benchmarks.register import clerk_with_token, fill, write_list
from tests.benchmarks.server import database

CONNECTIONS = 32
RECORDS = 8_000  # as many as the sample register has: most records have few entries
STATEMENT = "A delegation of twelve visited the schools and the town hall. " * 7
BODY = msgspec.json.encode(
    {
        "on": "2026-11-20",
        "deciding_body": "staff",
        "command": {"kind": "visit", "statement": STATEMENT},
    }
)
COMMANDS = ("-m", "tests.benchmarks.command_server")
SERVED = ("-c", "from api.start import main; main()", "serve")
BARE = ("-m", "tests.benchmarks.bare_server")
_WAYS = {
    "command over HTTP": COMMANDS,
    "as served, with all projections": SERVED,
}
_SCRIPT = Path(__file__).parent / "command.lua"


class Asked(Struct, frozen=True):
    """What wrk found: answers a second, and the share of one core that wrk itself took."""

    a_second: float
    core: float


async def measure(server_dsn: str, plan: Plan) -> None:
    """Each command: gate, token, key, load, decide, append; then with the projections in the same
    process, as `twinledger serve` runs them.
    """
    if shutil.which("wrk") is None:
        print("\nhttp: wrk is not here, so nobody can ask. It is a package of Debian (wrk).")
        return
    async with database(server_dsn) as dsn, await open_pool(dsn) as pool:
        with tempfile.TemporaryDirectory() as folder:
            paths = await _records(pool, Path(folder))
            token = await clerk_with_token(pool)
            (Path(folder) / "body").write_bytes(BODY)
            (Path(folder) / "bare").write_text("/\n")
            async with _serving(BARE, dsn) as bare:
                table.headings("commands/s", "bare INSERTs/s")
                cores = []
                for name, how in _WAYS.items():
                    rounds = []
                    async with _serving(how, dsn) as ours:
                        for number in range(plan.rounds + 1):
                            theirs = await _ask(bare, Path(folder) / "bare", token, plan.seconds)
                            our = await _ask(ours, paths, token, plan.seconds)
                            if number:
                                rounds.append(table.Round(our.a_second, theirs.a_second))
                                cores += [our.core, theirs.core]
                    table.row(name, rounds)
                print(f"wrk took at most {max(cores):.2f} of a core")


async def _records(pool: "asyncpg.Pool[asyncpg.Record]", folder: Path) -> Path:
    """Partnerships in force, and the addresses at which an activity of each is reported."""
    write_list(folder / "list.csv", RECORDS, one=True)
    await fill(pool, folder / "list.csv")
    table = f"twinledger_views.register_state_v{RegisterProjection.version}"
    rows = await pool.fetch(f"select partnership from {table}")
    paths = folder / "paths"
    paths.write_text(
        "".join(f"/api/v1/partnerships/{row[0]}/actions/report-activity\n" for row in rows)
    )
    return paths


@asynccontextmanager
async def _serving(arguments: Sequence[str], dsn: str) -> AsyncIterator[str]:
    """A server in a process of its own, as it is in production; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryFile() as said, tempfile.TemporaryDirectory() as data:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, *arguments),
            stdout=said,
            stderr=said,
            env={
                **os.environ,
                "TWINLEDGER_DSN": dsn,
                "TWINLEDGER_DATA": data,
                "TWINLEDGER_PORT": str(port),
            },
        )
        try:
            while not await _connects(port):
                if process.returncode is not None:
                    said.seek(0)
                    raise RuntimeError(f"{arguments} ended: {said.read().decode()}")
                await asyncio.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def _connects(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def _ask(address: str, paths: Path, token: str, seconds: float) -> Asked:
    body = paths.parent / "body"
    command: Sequence[object] = (
        "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "-s", _SCRIPT, address,
        "--", paths, body, token, uuid4().hex,
    )  # fmt: skip
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = await asyncio.to_thread(
        subprocess.run, [str(part) for part in command], check=True, capture_output=True, text=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
    if refused or "Socket errors" in done.stdout:
        raise RuntimeError(f"not every request was answered as it should be:\n{done.stdout}")
    rate = re.search(r"Requests/sec: +([0-9.]+)", done.stdout)
    assert rate, done.stdout
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Asked(float(rate[1]), used / max(1, round(seconds)))
