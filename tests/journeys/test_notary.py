"""`serve` with its notary, or without one, and on a ledger that is not the one that was signed."""

import asyncio
import json
import os
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from adapters.ledger import PostgresLedger
from adapters.notary.standing import Notice, Notices
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


async def test_what_is_read_of_a_register_in_doubt_says_so_on_standard_error_and_check_says_no(
    database: Database, tmp_path: Path
) -> None:
    desk = Desk(database.only_dsn, str(tmp_path))
    await asyncio.to_thread(desk.done, "init", "--name", "Register of Norfolk")
    await asyncio.to_thread(desk.employs, "clerk-1", "clerk", "us-norfolk")
    reference = await asyncio.to_thread(_proposed, desk)
    await asyncio.to_thread(desk.done, "check")
    await _signs(database, tmp_path)
    await altered(database.owner_dsn, *BEHIND)

    doubt = "This register is read-only. The ledger ends at entry 1, but 2 entries were signed"
    report = ("report", "sister-city-transparency", "--as-of", "2026-11-01")
    for words in (("show", reference), ("history", reference), ("log",), ("search",), report):
        read = await asyncio.to_thread(desk.call, *words)
        assert (read.exit_code, read.stderr.count("\n")) == (0, 1), read.output
        assert read.stderr.startswith(doubt)
        assert "Restore the newest backup" in read.stderr
        assert "read-only" not in read.stdout
    checked = await asyncio.to_thread(desk.call, "check")
    assert checked.exit_code == 1
    assert checked.stdout.startswith(doubt)
    assert "Restore the newest backup" in checked.stdout
    assert "read-only" in checked.stderr
    in_json = await asyncio.to_thread(desk.call, "check", "--json")
    assert (in_json.exit_code, json.loads(in_json.stdout)["notice"]["closes"]) == (1, True)


async def test_a_register_behind_what_is_shown_says_that_it_is_read_only_before_it_gives_up(
    database: Database, tmp_path: Path
) -> None:
    desk = Desk(database.only_dsn, str(tmp_path))
    await asyncio.to_thread(desk.done, "init", "--name", "Register of Norfolk")
    async with await open_pool(database.only_dsn) as pool:
        await record(pool, 1)
    await _signs(database, tmp_path)
    await asyncio.to_thread(desk.done, "search")
    await altered(database.owner_dsn, *BEHIND)

    told = await asyncio.to_thread(desk.refused, "search", code=3)
    assert told.startswith("This register is read-only.")
    checked = await asyncio.to_thread(desk.refused, "check", code=1)
    assert checked.startswith("This register is read-only.")
    assert "twinledger rebuild" not in checked  # it would be built from what was altered
    refused = await asyncio.to_thread(desk.refused, "rebuild", "register", code=1)
    assert "Rebuild when that is done; or now with --anyway, and then once more." in refused
    told = await asyncio.to_thread(desk.done, "rebuild", "register", "--anyway")
    assert "register: rebuilt from" in told


async def test_the_trial_of_an_import_says_that_the_register_would_take_nothing(
    database: Database, tmp_path: Path
) -> None:
    desk, file = Desk(database.only_dsn, str(tmp_path)), tmp_path / "list.csv"
    file.write_text("a_name,a_country,b_name,b_country\nNorfolk,US,Halifax,CA\n")
    await asyncio.to_thread(desk.done, "init", "--name", "Register of Norfolk")
    await asyncio.to_thread(desk.employs, "admin-1", "administrator")
    await _noticed(database, Notice(True, "Entry 1 was changed.", "Keep it."))

    words = ("import", str(file), "--source", "A list", "--listed-on", "2026", "--dry-run")
    tried = await asyncio.to_thread(desk.call, *words, who="admin-1")
    assert "This register is read-only. Entry 1 was changed. Keep it.\n" in tried.stderr
    assert "new: 1 would be recorded" in tried.stdout


async def test_a_notary_that_waits_is_told_of_and_the_register_is_all_right(
    database: Database, tmp_path: Path
) -> None:
    desk = Desk(database.only_dsn, str(tmp_path))
    await asyncio.to_thread(desk.done, "init", "--name", "Register of Norfolk")
    await _noticed(database, Notice(False, "A standby does not answer.", "Start it."))

    told = await asyncio.to_thread(desk.done, "check")
    assert told.startswith("Nothing more is signed. A standby does not answer. Start it.\n")
    assert (await asyncio.to_thread(desk.call, "search")).stderr == ""


async def test_a_bundle_of_a_register_in_doubt_is_written_and_ends_with_a_warning(
    database: Database, tmp_path: Path
) -> None:
    desk, file = Desk(database.only_dsn, str(tmp_path)), tmp_path / "register.zip"
    await asyncio.to_thread(desk.done, "init", "--name", "Register of Norfolk")
    await _signs(database, tmp_path)
    await asyncio.to_thread(desk.done, "bundle", str(file))
    file.unlink()
    changed = "update twinledger.event set leaf_hash = sha256('another') where position = 1"
    await altered(database.owner_dsn, changed)

    told = await asyncio.to_thread(desk.refused, "bundle", str(file), code=1)
    assert file.exists()
    assert "1 entries, signed as" in told
    assert "This register is read-only. The first 1 entries of the ledger are not those" in told
    assert "What was written may not be what was signed: do not hand it out." in told
    file.unlink()
    await altered(database.owner_dsn, "delete from twinledger.event")
    told = await asyncio.to_thread(desk.refused, "bundle", str(file), code=3)
    assert told.startswith("This register is read-only.")
    assert not file.exists()


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


async def _noticed(database: Database, notice: Notice) -> None:
    async with await open_pool(database.only_dsn) as pool:
        await Notices(pool).give(notice)


async def _signs(database: Database, data: Path) -> None:
    async with (
        await open_pool(database.only_dsn) as pool,
        at_the_notary(pool, data / "notary" / SCHEMA) as notary,
    ):
        await record(pool, 1)
        await notary.sign()
