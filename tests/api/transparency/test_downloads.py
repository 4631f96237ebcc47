"""What anybody downloads is verified by the file that is downloaded beside it, and that alone."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from api.verifier import twinledger_verify as standalone
from domain.transparency.note import format_vkey
from tests.adapters.notary.desk import NotaryDesk, altered, record
from tests.api.desk import Desk
from tests.conftest import Database
from tests.projections.played import LODZ, NORFOLK, SUSPEND, Clerks, clerk, legacy

SHIPPED = Path(standalone.__file__).read_bytes()


class Visitor:
    """Downloads, and verifies at home, where nothing of ours is installed."""

    def __init__(self, desk: Desk, key: str, home: Path) -> None:
        self.desk, self.key, self.home = desk, key, home

    async def takes(self, *addresses: str) -> list[Path]:
        files = []
        for number, address in enumerate(addresses):
            answer = await self.desk.client.get(address)
            assert answer.status_code == 200, answer.text
            files.append(self.home / f"{number}-{address.rpartition('/')[2]}")
            files[-1].write_bytes(answer.content)
        return files

    async def verifies(self, kind: str, *addresses: str | Path) -> str:
        """What the verifier says of it, where it says yes."""
        (program,) = await self.takes("/verify.py")
        taken = [each for each in addresses if isinstance(each, str)]
        files = iter(await self.takes(*taken))
        words = [str(next(files) if isinstance(each, str) else each) for each in addresses]
        words += ["--key", self.key, "--state", str(self.home / "state")]
        done = subprocess.run(  # noqa: ASYNC221 - nothing else is to be done meanwhile
            [sys.executable, "-I", "-S", str(program), kind, *words],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return str(done.stdout)


@pytest.fixture
async def reference(desk: Desk, notary: NotaryDesk) -> str:
    """A partnership with two entries, among 600 others, all of them signed."""
    clerks = Clerks(desk.services.ledger)
    partnership = await clerks.found(legacy(since="1978"))
    await record(notary.pool, 300)
    await clerks.record(SUSPEND, clerk(NORFOLK), on="2022-03-08", partnership=partnership)
    await record(notary.pool, 300)
    await notary.sign()
    return partnership


@pytest.fixture
async def visitor(desk: Desk, notary: NotaryDesk, reference: str, tmp_path: Path) -> Visitor:
    (key,) = (log.key for log in notary.policy.logs)
    return Visitor(desk, format_vkey(key), tmp_path)


async def test_the_whole_register_is_verified_at_home(visitor: Visitor) -> None:
    told = await visitor.verifies("bundle", "/bundle.zip")

    assert told.startswith("VERIFIED. All 602 entries are there")


async def test_a_receipt_and_a_record_are_verified_at_home(
    visitor: Visitor, reference: str
) -> None:
    told = await visitor.verifies("receipt", "/entries/302/proof", "/entries/302/leaf")
    assert told.startswith("VERIFIED. This is entry 302")

    (bundle,) = await visitor.takes("/bundle.zip")
    record = f"/partnerships/{reference}/record.json"
    told = await visitor.verifies("record", record, Path("--bundle"), bundle)
    assert told.startswith(f"VERIFIED. All entries of {reference} in this file (2)")
    assert "There are no others" in told


async def test_a_report_and_each_entry_that_it_names_is_of_the_register(
    desk: Desk, notary: NotaryDesk, tmp_path: Path
) -> None:
    clerks = Clerks(desk.services.ledger)
    await clerks.found(legacy(since="1978"))
    await clerks.found(legacy(NORFOLK, LODZ, since="1980"))
    await desk.services.wait_for(0)
    await notary.sign()
    visitor = Visitor(desk, format_vkey(notary.policy.logs[0].key), tmp_path)
    (bundle,) = await visitor.takes("/bundle.zip")

    report = "/reports/sister-city-transparency"
    opened = f"/api/v1{report}/figures/2.partnerships_in_force?as-of=2026-01-01"
    assert len((await desk.client.get(opened)).json()["items"]) == 2
    for address in (f"{report}.json?as-of=2026-01-01", opened):
        told = await visitor.verifies("report", address, Path("--bundle"), bundle)
        assert told.startswith("VERIFIED. Entries 1 to 2, on which the report says that it rests")
        assert "figures were NOT computed again" in told


async def test_the_verifier_is_always_the_same_bytes(desk: Desk) -> None:
    answer = await desk.client.get("/verify.py")
    again = await desk.client.get("/verify.py", headers={"if-none-match": answer.headers["etag"]})

    assert answer.content == SHIPPED
    assert answer.headers["content-type"].startswith("text/x-python")
    assert "twinledger_verify.py" in answer.headers["content-disposition"]
    assert (again.status_code, again.content) == (304, b"")
    assert (await desk.client.head("/verify.py")).headers["etag"] == answer.headers["etag"]


async def test_a_download_that_is_only_asked_about_is_not_written(visitor: Visitor) -> None:
    answer = await visitor.desk.client.head("/bundle.zip")

    assert (answer.status_code, answer.content) == (200, b"")
    assert "register.zip" in answer.headers["content-disposition"]


async def test_before_the_first_signature_there_is_nothing_to_take(desk: Desk) -> None:
    for address in ("/bundle.zip", "/partnerships/TL-7K3Q-9FZM/record.json"):
        assert (await desk.client.get(address)).json()["code"] == "not-signed-yet"


async def test_a_record_that_is_none_is_told_as_such(visitor: Visitor) -> None:
    for ref, status in (("TL-7K3Q-9FZM", 404), ("no-reference", 422)):
        answer = await visitor.desk.client.get(f"/partnerships/{ref}/record.json")
        assert answer.status_code == status, answer.text


async def test_a_bundle_of_a_ledger_that_lacks_an_entry_breaks_off_and_is_none(
    visitor: Visitor, database: Database
) -> None:
    await altered(database.owner_dsn, "delete from twinledger.event where position = 400")

    answer = await visitor.desk.client.get("/bundle.zip")

    assert not zipfile.is_zipfile(io.BytesIO(answer.content))
