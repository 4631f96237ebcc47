"""`serve` with its notary, or without one, and on a ledger that is not the one that was signed."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from adapters.ledger import PostgresLedger
from adapters.postgres.pool import open_pool
from tests.adapters.notary.desk import altered, at_the_notary, record
from tests.api.transparency.restored import BEHIND
from tests.conftest import SCHEMA, Database
from tests.journeys.test_command_line import Desk, _proposed
from tests.journeys.test_stopping import _free_port
from tests.journeys.test_workers import line_with, started
from tests.projections.played import LODZ, NORFOLK, Clerks, legacy

PATIENCE = 60.0


@pytest.fixture
async def clerks(database: Database) -> AsyncIterator[Clerks]:
    """Who record as the commands do: with one DSN for everything."""
    async with await open_pool(database.only_dsn) as pool:
        yield Clerks(PostgresLedger(pool))


@asynccontextmanager
async def served(database: Database, data: Path) -> AsyncIterator[tuple[int, httpx.AsyncClient]]:
    """A service in a process of its own: its id, and who asks it."""
    desk, port = Desk(database.only_dsn, str(data)), _free_port()
    await asyncio.to_thread(desk.done, "init", "--name", "Register of Norfolk")
    async with started(database, data, "serve", "--no-worker", port=port) as service:
        assert service.stdout is not None
        assert b"http://127.0.0.1" in await service.stdout.readline()
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            yield service.pid, client
        service.send_signal(signal.SIGTERM)
        assert await service.wait() == 0


async def signed(client: httpx.AsyncClient, size: int) -> None:
    """Return when so many entries are signed."""
    async with asyncio.timeout(PATIENCE):
        while (await client.get("/healthz")).json()["signed"] < size:  # noqa: ASYNC110 - far away
            await asyncio.sleep(0.05)


def notaries_of(process_id: int) -> list[int]:
    """The processes that a service has started as its notary."""
    children = Path(f"/proc/{process_id}/task/{process_id}/children").read_text()
    return [
        int(child)
        for child in children.split()
        if b"api.notary_program" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


def runs(process_id: int) -> bool:
    return Path(f"/proc/{process_id}").exists()


async def test_what_is_recorded_is_signed_soon_also_when_the_notary_was_killed(
    database: Database, clerks: Clerks, tmp_path: Path
) -> None:
    async with served(database, tmp_path) as (service, client):
        await clerks.found(legacy())
        await signed(client, 1)
        (notary,) = notaries_of(service)
        os.kill(notary, signal.SIGKILL)
        await clerks.found(legacy(NORFOLK, LODZ))
        await signed(client, 2)
        assert (await client.get("/entries/2/proof")).status_code == 200
        (replaced,) = notaries_of(service)
    assert not runs(replaced)


async def test_a_service_whose_notary_is_elsewhere_signs_nothing_and_says_so(
    database: Database, clerks: Clerks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWINLEDGER_NOTARY", "elsewhere")
    async with served(database, tmp_path) as (service, client):
        await clerks.found(legacy())
        assert notaries_of(service) == []
        assert "Not signed yet." in (await client.get("/entries/1")).text
    assert not (tmp_path / "notary").exists()


async def test_an_old_backup_takes_no_act_on_the_command_line_either_and_says_so_when_it_starts(
    database: Database, tmp_path: Path
) -> None:
    desk = Desk(database.only_dsn, str(tmp_path))
    await asyncio.to_thread(desk.done, "init", "--name", "Register of Norfolk")
    await asyncio.to_thread(desk.employs, "clerk-1", "clerk", "us-norfolk")
    reference = await asyncio.to_thread(_proposed, desk)
    async with (
        await open_pool(database.only_dsn) as pool,
        at_the_notary(pool, tmp_path / "notary" / SCHEMA) as notary,
    ):
        await record(pool, 2)
        await notary.sign()
    await altered(database.owner_dsn, *BEHIND)

    withdrawal = ("do", reference, "withdraw", "--body", "staff", "reason=Postponed.")
    told = await asyncio.to_thread(desk.refused, *withdrawal, who="clerk-1", code=3)
    assert "this register is read-only. The ledger ends at entry 1, but 3 entries were" in told
    assert "Norfolk" in await asyncio.to_thread(desk.done, "search", "Norfolk")
    async with started(database, tmp_path, "serve", port=_free_port()) as service:
        assert "This register is read-only." in await line_with(service, "read-only")


async def test_a_key_is_replaced_and_a_log_renewed_on_the_command_line(
    database: Database, tmp_path: Path
) -> None:
    desk = Desk(database.only_dsn, str(tmp_path))
    await asyncio.to_thread(desk.done, "init", "--name", "Register of Norfolk")
    await _signs(database, tmp_path)
    made = await asyncio.to_thread(desk.done, "notary", "rotate")
    await _signs(database, tmp_path)
    too_soon = await asyncio.to_thread(desk.refused, "notary", "retire", code=3)
    retired = await asyncio.to_thread(desk.done, "notary", "retire", "--early")
    doubted = await asyncio.to_thread(desk.refused, "notary", "renew", code=1)
    renewed = await asyncio.to_thread(desk.done, "notary", "renew", "--yes", "--trusted", "1")

    (key,) = re.findall(r"twinledger/twinledger/\S+", made)
    assert "Both keys sign together until" in too_soon
    assert "The first key counts up to entry 2" in retired
    assert key in retired
    assert "Aborted" in doubted
    assert "has ended; it counts up to entry 1" in renewed
    await _signs(database, tmp_path)


async def _signs(database: Database, data: Path) -> None:
    async with (
        await open_pool(database.only_dsn) as pool,
        at_the_notary(pool, data / "notary" / SCHEMA) as notary,
    ):
        await record(pool, 1)
        await notary.sign()
