"""An erasure, from request to certificate: nothing is left to read, and every proof holds."""

import asyncio
import logging
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import asyncpg
import pytest
import structlog

from adapters.ledger.postgres import PostgresLedger
from adapters.log import configure_log
from adapters.private.erasing import Erasures
from adapters.private.values import PrivateValues, places_of
from domain.errors import UnknownEventType
from domain.history import ERASURES
from domain.ports import NewEvent
from projections.rebuild import rebuild
from tests.adapters.notary.desk import at_the_notary
from tests.adapters.private.everything import tables_with
from tests.adapters.private.keys import MemoryKeys
from tests.adapters.submissions import event, submission
from tests.api.desk import Desk
from tests.conftest import SCHEMA, Database

NAME = "Morgenstern"
CONTACT = f"Ottilie {NAME}, +49 5251 880"
REPORT = "/reports/sister-city-transparency"


async def request(desk: Desk, record: str) -> None:
    await desk.acts_as("clerk")
    asked = {"position": "1", "ground": "consent_withdrawn", "body": "staff"}
    await desk.record(f"{record}/acts/request-erasure", asked)


async def approve(desk: Desk, record: str, at: int = 2) -> None:
    await desk.acts_as("approver")
    await desk.record(f"{record}/acts/approve-erasure", {"request": str(at)})


def unpacked(content: bytes) -> bytes:
    """What is in a file, also where it is a ZIP."""
    if not content.startswith(b"PK"):
        return content
    with ZipFile(BytesIO(content)) as packed:
        return b"".join(packed.read(name) for name in packed.namelist())


def keys_of(desk: Desk) -> MemoryKeys:
    keys = desk.services.private._keys
    assert isinstance(keys, MemoryKeys)
    return keys


async def test_after_two_people_nobody_reads_it_and_everybody_is_told_since_when(
    desk: Desk,
) -> None:
    record = await desk.propose(contact=CONTACT)
    await request(desk, record)
    assert CONTACT in (await desk.get(f"{record}/private")).text
    await approve(desk, record)

    for role in ("clerk", "oversight-officer", ""):
        await desk.acts_as(role)
        page = await desk.get(f"{record}/private")
        assert NAME not in page.text
        assert "under certificate entry 3" in page.text
    assert keys_of(desk).kept == {}
    assert (await desk.client.get("/healthz")).json()["erasures_pending"] == 0


async def test_the_history_says_what_was_erased_and_why_and_not_what_it_was(desk: Desk) -> None:
    record = await desk.propose(contact=CONTACT)
    await request(desk, record)
    waiting = await desk.get(record)
    await approve(desk, record)

    assert "The erasure of the private values of entry 1 waits for a second person." in waiting.text
    page = await desk.get(record)
    assert "Private values of entry 1 (contact) erased for ever by" in page.text
    assert "because consent was withdrawn" in page.text


async def test_who_asked_does_not_approve(desk: Desk) -> None:
    record = await desk.propose(contact=CONTACT)
    await desk.acts_as("oversight-officer")
    asked = {"position": "1", "ground": "objection"}
    await desk.record(f"{record}/acts/request-erasure", asked)

    form = await desk.get(f"{record}/acts/approve-erasure")

    assert form.status == 403
    assert "you requested it" in form.text


async def test_every_old_proof_verifies_after_an_erasure(
    desk: Desk, pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path
) -> None:
    async with at_the_notary(pool, tmp_path / "notary") as notary:
        record = await desk.propose(contact=CONTACT)
        await notary.sign()
        old = (await desk.client.get("/entries/1/leaf")).content
        await request(desk, record)
        await approve(desk, record)
        await notary.sign()

        assert (await notary.verified(1)).size == 3
        assert (await desk.client.get("/entries/1/leaf")).content == old
        for position in (2, 3):
            await notary.verified(position)


async def test_erased_during_a_rebuild_and_a_report_nothing_of_it_is_anywhere(
    desk: Desk,
    pool: "asyncpg.Pool[asyncpg.Record]",
    database: Database,
    tmp_path: Path,
    usual_log: None,
) -> None:
    configure_log(tmp_path / "log")
    record = await desk.propose(contact=CONTACT)
    await desk.acts_as("clerk")
    await desk.get(f"{record}/private")
    await request(desk, record)

    rebuilt, report, _ = await asyncio.gather(
        rebuild(pool, desk.services.ledger, SCHEMA),
        desk.client.get(f"{REPORT}.json"),
        approve(desk, record),
    )

    async with at_the_notary(pool, tmp_path / "notary") as notary:
        await notary.sign()

    assert all(done.same for done in rebuilt)
    assert NAME not in report.text
    for address in (
        *("/history.csv", "/history.jsonl", f"{REPORT}.csv", f"{REPORT}.txt", f"{REPORT}.json"),
        *(record, f"{record}/private", f"{record}/record.json", "/partnerships?q=Ottilie"),
        *("/api/v1/entries", f"/api/v1{record}/private", "/entries/1", "/bundle.zip"),
    ):
        answer = await desk.client.get(address)
        assert answer.status_code == 200, address
        assert NAME.encode() not in unpacked(answer.content), address
    assert await tables_with(database.owner_dsn, NAME) == []
    log = (tmp_path / "log").read_text()
    assert "private_values_read" in log
    assert NAME not in log


async def test_a_copy_of_the_database_from_before_stays_unreadable(
    desk: Desk, pool: "asyncpg.Pool[asyncpg.Record]", database: Database
) -> None:
    record = await desk.propose(contact=CONTACT)
    row = await pool.fetchrow("select * from twinledger.private_value")
    entries = await PostgresLedger(pool).read_after(0, 1)
    await request(desk, record)
    await approve(desk, record)

    await put_back(database, row)
    values = PrivateValues(pool, keys_of(desk))
    (opened,) = (await values.read(places_of(entries[0]))).values()

    assert opened.found == "unreadable"
    assert await tables_with(database.owner_dsn, NAME) == []


async def put_back(database: Database, row: asyncpg.Record | None) -> None:
    """What a restored table holds: the sealed value, as it stood before the erasure."""
    assert row is not None
    owner = await asyncpg.connect(database.owner_dsn)
    try:
        await owner.execute("insert into twinledger.private_value values ($1, $2, $3)", *row)
    finally:
        await owner.close()


async def test_what_a_restore_brings_back_is_destroyed_again(
    desk: Desk, pool: "asyncpg.Pool[asyncpg.Record]", database: Database
) -> None:
    record = await desk.propose(contact=CONTACT)
    row = await pool.fetchrow("select * from twinledger.private_value")
    kept = dict(keys_of(desk).kept)
    await request(desk, record)
    await approve(desk, record)
    await put_back(database, row)
    keys_of(desk).kept = kept

    assert (await desk.client.get("/healthz")).json()["erasures_pending"] == 1
    assert NAME not in (await desk.get(f"{record}/private")).text
    assert await desk.services.erasures.carry_out() == 1

    assert keys_of(desk).kept == {}
    assert await pool.fetchval("select count(*) from twinledger.private_value") == 0


class Stubborn(MemoryKeys):
    """Keys that cannot be destroyed for now, or whose keeper dies once it is done."""

    fails = ""

    async def destroy(self, name: str) -> None:
        if self.fails == "before":
            raise OSError("the folder is not there")
        await super().destroy(name)
        if self.fails == "after":
            raise OSError("the power is gone")


@pytest.mark.parametrize("fails", ["before", "after"])
async def test_an_erasure_that_was_cut_short_is_pending_and_goes_on_later(
    desk: Desk, pool: "asyncpg.Pool[asyncpg.Record]", fails: str
) -> None:
    stubborn = Stubborn()
    desk.services.private._keys = stubborn
    record = await desk.propose(contact=CONTACT)
    stubborn.fails = fails
    await request(desk, record)
    await approve(desk, record)

    assert (await desk.client.get("/healthz")).json()["erasures_pending"] == 1
    assert "twinledger_erasures_pending 1" in (await desk.client.get("/metrics")).text
    assert "under certificate entry 3" in (await desk.get(f"{record}/private")).text
    stubborn.fails = ""
    await desk.services.erasures.carry_out()

    assert stubborn.kept == {}
    assert (await desk.client.get("/healthz")).json()["erasures_pending"] == 0


async def pending_beside(
    desk: Desk, pool: "asyncpg.Pool[asyncpg.Record]", certificate: NewEvent
) -> Erasures:
    """What starts where one erasure was cut short and `certificate` stands behind it."""
    stubborn = Stubborn()
    desk.services.private._keys = stubborn
    record = await desk.propose(contact=CONTACT)
    stubborn.fails = "before"
    await request(desk, record)
    await approve(desk, record)
    stubborn.fails = ""
    ledger = PostgresLedger(pool)
    await ledger.append(submission(certificate))
    return Erasures(ledger, desk.services.private)


async def test_beside_a_certificate_of_a_newer_release_nothing_is_said_to_be_erased(
    desk: Desk, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    newer = event(ERASURES, type="partnership.private_values_erased.v9")
    erasures = await pending_beside(desk, pool, newer)

    for _ in range(2):
        with pytest.raises(UnknownEventType, match="Run the newer release"):
            await erasures.count()
    assert len(keys_of(desk).kept) == 1


async def test_a_certificate_that_nobody_can_read_holds_up_no_other(
    desk: Desk, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    says_nothing = event(ERASURES, type="partnership.private_values_erased.v1", public=b"{}")
    erasures = await pending_beside(desk, pool, says_nothing)

    assert await erasures.carry_out() == 1
    assert keys_of(desk).kept == {}


@pytest.fixture
def usual_log() -> Iterator[None]:
    """Put back what the log was: it belongs to the whole process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    for handler in root.handlers[:]:
        if handler not in handlers:
            root.removeHandler(handler)
            handler.close()
    root.setLevel(level)
    structlog.reset_defaults()
