"""A partner city's witness and a register, each as its own process."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from adapters.ledger import PostgresLedger
from adapters.postgres.pool import open_pool
from adapters.signing.ed25519 import verify
from domain.transparency.note import parse_vkey
from domain.transparency.policy import parse_policy, verify_checkpoint
from tests.conftest import Database
from tests.journeys.test_command_line import Desk
from tests.journeys.test_notary import PATIENCE, served
from tests.journeys.test_stopping import _free_port
from tests.projections.played import LODZ, NORFOLK, Clerks, legacy

ROOT = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-c", "from api.start import main; main()")


@asynccontextmanager
async def witnessing(folder: Path, port: int) -> AsyncIterator[tuple[Process, str]]:
    """`twinledger witness` in a folder of its own; the process and its public key."""
    witness = await asyncio.create_subprocess_exec(
        *(*PROGRAM, "witness"),
        stdout=PIPE,
        cwd=ROOT,
        env=os.environ | {"TWINLEDGER_WITNESS_FOLDER": str(folder), "TWINLEDGER_PORT": str(port)},
    )
    try:
        assert witness.stdout is not None
        async with asyncio.timeout(PATIENCE):
            assert b"Its public key:" in await witness.stdout.readline()
            yield witness, (await witness.stdout.readline()).decode().strip()
    finally:
        if witness.returncode is None:
            witness.send_signal(signal.SIGTERM)
        await witness.wait()


async def told(folder: Path, *words: str) -> tuple[int, str]:
    """What a further command of the witness's keeper says."""
    process = await asyncio.create_subprocess_exec(
        *(*PROGRAM, "witness", *words),
        stdout=PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=ROOT,
        env=os.environ | {"TWINLEDGER_WITNESS_FOLDER": str(folder)},
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def witnessed(client: httpx.AsyncClient, size: int) -> None:
    """Return when so many entries are witnessed."""
    async with asyncio.timeout(PATIENCE):
        while (await client.get("/healthz")).json()["witnessed"] < size:  # noqa: ASYNC110 - far away
            await asyncio.sleep(0.05)


async def test_a_partner_city_witnesses_a_register_also_after_its_witness_was_killed(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, port, file = tmp_path / "witness", _free_port(), tmp_path / "witnesses"
    async with witnessing(folder, port) as (witness, vkey):
        file.write_text(f"witness lodz {vkey} http://127.0.0.1:{port}\nquorum lodz\n")
        monkeypatch.setenv("TWINLEDGER_WITNESSES", str(file))
        async with (
            served(database, tmp_path / "register") as (_, client),
            await open_pool(database.only_dsn) as pool,
        ):
            clerks = Clerks(PostgresLedger(pool))
            await clerks.found(legacy())
            async with asyncio.timeout(PATIENCE):
                while (await client.get("/log-policy")).status_code != 200:  # noqa: ASYNC110 - far away
                    await asyncio.sleep(0.05)
            key = (await client.get("/log-policy")).text.split()[1]
            assert (await told(folder, "trust", key))[0] == 0
            await witnessed(client, 1)

            witness.send_signal(signal.SIGKILL)
            await witness.wait()
            await clerks.found(legacy(NORFOLK, LODZ))
            async with witnessing(folder, port):
                await witnessed(client, 2)
                code, status = await told(folder, "status")
                policy = parse_policy((await client.get("/log-policy")).text)
                checkpoint = (await client.get("/checkpoint")).content
                page = (await client.get("/verify")).text

    verified = verify_checkpoint(checkpoint, policy, verify)
    assert policy.witnesses == (parse_vkey(vkey),)
    assert (verified.checkpoint.size, len(verified.witnesses)) == (2, 1)
    assert code == 0
    assert "witnessed up to entry 2" in status
    assert f"witnessed by {parse_vkey(vkey).name} up to entry 2" in page
    assert "bundle register.zip --policy policy" in page


async def test_a_file_of_witnesses_with_a_slip_is_told_at_the_start(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(database.only_dsn, str(tmp_path))
    await asyncio.to_thread(desk.done, "init", "--name", "Register of Norfolk")
    file = tmp_path / "witnesses"
    file.write_text("witness lodz https://lodz.example\n")
    monkeypatch.setenv("TWINLEDGER_WITNESSES", str(file))

    said = await asyncio.to_thread(desk.refused, "notary", code=3)
    assert "TWINLEDGER_WITNESSES names" in said
