"""The rows of what was signed, changed by who owns the database: a sentence, and never a fault."""

import pytest

from adapters.bundles import to_hand_out
from adapters.notary.errors import LogUnreadable
from tests.adapters.notary.desk import NotaryDesk, altered
from tests.api.desk import Desk
from tests.conftest import Database

CANNOT = "The last checkpoint cannot be read as it stands in the database."
CHANGES = {
    r"checkpoint set note = '\xff'": CANNOT,
    "checkpoint set note = ''": CANNOT,
    "checkpoint set note = 'x'": CANNOT,
    "checkpoint set origin = 'x'": "The last checkpoint is stored as one over 1 entries of 'x'",
    "checkpoint set size = 9223372036854775807": "is stored as one over 9223372036854775807",
    "log_key set vkey = 'x'": "cannot be used.",
    "log_key set origin = 'x'": "cannot be used.",
    "log_key set last_size = 0": "cannot be used.",
}
every_change = pytest.mark.parametrize(("change", "told"), CHANGES.items(), ids=CHANGES.keys())


async def _changed(database: Database, change: str) -> None:
    table = change.partition(" ")[0]
    await altered(database.owner_dsn, f"update twinledger.{change}", tables=(table,))


@every_change
async def test_who_takes_it_home_is_told_what_is_wrong_and_that_it_is_to_be_restored(
    change: str, told: str, desk: Desk, notary: NotaryDesk, database: Database
) -> None:
    page = await desk.propose()
    await notary.sign()
    await _changed(database, change)

    of_keys = change.startswith("log_key")
    addresses = [] if of_keys else [f"{page}/record.json"]
    for address in ("/bundle.zip", *addresses, *(["/log-policy"] if of_keys else [])):
        answer = await desk.client.get(address, headers={"accept": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (503, "register-damaged"), address
        assert told in answer.json()["detail"]
        assert "Restore the newest backup" in answer.json()["detail"]
    for address in ("/healthz", "/metrics", "/partnerships", "/entries/1", "/entries/1/proof"):
        assert (await desk.client.get(address)).status_code < 500, address


async def test_before_the_first_signature_there_is_nothing_to_hand_out(notary: NotaryDesk) -> None:
    assert await to_hand_out(notary.log) is None


async def test_what_cannot_be_read_is_an_error_of_its_own(
    notary: NotaryDesk, desk: Desk, database: Database
) -> None:
    await desk.propose()
    await notary.sign()
    await _changed(database, "checkpoint set origin = 'x'")

    with pytest.raises(LogUnreadable, match="and says that it is over 1 of 'twinledger/"):
        await to_hand_out(notary.log)
