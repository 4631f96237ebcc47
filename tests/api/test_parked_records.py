"""A record with an entry that cannot be shown: every way in says so, and from which entry on."""

import csv
import io
from typing import Any

import asyncpg

from adapters.ledger import PostgresLedger
from tests.adapters.notary.desk import altered
from tests.api.desk import Desk
from tests.conftest import Database
from tests.projections.played import NORFOLK, Clerks, legacy
from tests.projections.test_parked import unknown


async def waiting(desk: Desk, pool: "asyncpg.Pool[asyncpg.Record]") -> str:
    """The reference of a partnership of whose two entries the second cannot be shown."""
    ledger = PostgresLedger(pool)
    reference = await Clerks(ledger).found(legacy(NORFOLK))
    await unknown(ledger, reference)
    await desk.services.wait_for(2)
    return reference


async def read(desk: Desk, address: str) -> Any:
    return (await desk.client.get(address)).json()


async def test_the_page_says_from_which_entry_on_it_is_incomplete(
    desk: Desk, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    reference = await waiting(desk, pool)

    page = await desk.get(f"/partnerships/{reference}")
    assert "This page is incomplete from entry 2 on." in page.text
    before = await desk.get(f"/partnerships/{reference}?position=1")
    assert "incomplete" not in before.text


async def test_a_program_reads_it_in_a_field_of_its_own(
    desk: Desk, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    reference = await waiting(desk, pool)

    assert (await read(desk, f"/api/v1/partnerships/{reference}"))["incomplete_from"] == 2
    before = await read(desk, f"/api/v1/partnerships/{reference}?position=1")
    assert before["incomplete_from"] is None


async def test_the_register_and_what_is_found_in_it_say_so_too(
    desk: Desk, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    await waiting(desk, pool)

    for asked, entry in (("?", 2), ("?q=nothing-of-that-name", 2), ("?position=1", None)):
        page = await desk.get(f"/partnerships{asked}")
        assert ("This page is incomplete from entry 2 on." in page.text) == bool(entry)
        listed = await read(desk, f"/api/v1/partnerships{asked}")
        assert listed["incomplete_from"] == entry


async def test_the_log_says_so_also_of_its_newest_entry_and_by_itself_not_of_older_ones(
    desk: Desk, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    await waiting(desk, pool)

    for asked, entry in (("", 2), ("?position=2", 2), ("?kind=review", 2), ("?position=1", None)):
        page = await desk.get(f"/history{asked}")
        assert ("This page is incomplete from entry 2 on." in page.text) == bool(entry), asked


async def test_a_file_of_the_log_says_in_each_row_from_which_entry_on_it_is_incomplete(
    desk: Desk, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    await waiting(desk, pool)
    page = await desk.get("/history")
    [of_the_page] = [link for link in page.links if link.startswith("/history.csv")]

    for address in (of_the_page, "/history.csv"):
        answer = await desk.client.get(address)
        [row] = csv.DictReader(io.StringIO(answer.text, newline=""))
        assert (row["position"], row["incomplete_from"]) == ("1", "2")
        assert row["as_at"].startswith("2-")
    assert (await read(desk, "/history.jsonl"))["incomplete_from"] == 2
    assert (await read(desk, "/history.jsonl?position=1"))["incomplete_from"] is None


async def test_a_file_of_the_log_without_a_row_says_so_in_its_name(
    desk: Desk, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    await waiting(desk, pool)

    for position, name in ((2, "to-entry-2-incomplete-from-entry-2"), (1, "to-entry-1")):
        address = f"/history.csv?kind=review&position={position}"
        for answer in (await desk.client.get(address), await desk.client.head(address)):
            assert f'filename="audit-log-{name}.csv"' in answer.headers["content-disposition"]


async def test_a_log_of_which_nothing_can_be_shown_does_not_say_that_nothing_is_recorded(
    desk: Desk, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    await unknown(PostgresLedger(pool), "TL-7K3Q-9FZM")  # type: ignore[arg-type]  # a reference as text
    await desk.services.wait_for(1)

    page = await desk.get("/history")
    assert "This page is incomplete from entry 1 on." in page.text
    assert "Nothing is recorded yet" not in page.text


async def test_claims_that_were_checked_without_an_entry_say_so(
    desk: Desk, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    await waiting(desk, pool)

    assert "This page is incomplete from entry 2 on." in (await desk.get("/claims")).text
    assert (await read(desk, "/api/v1/claims"))["incomplete_from"] == 2


async def test_a_record_whose_first_entry_cannot_be_shown_is_not_said_to_be_missing(
    desk: Desk, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    await unknown(PostgresLedger(pool), "TL-7K3Q-9FZM")  # type: ignore[arg-type]  # a reference as text
    await desk.services.wait_for(1)

    answer = await desk.client.get("/api/v1/partnerships/TL-7K3Q-9FZM")
    assert answer.status_code == 404
    assert "It is recorded, but its entries from 1 on cannot be shown" in answer.json()["detail"]


async def test_nor_is_one_of_which_no_entry_says_whose_it_is(
    desk: Desk, pool: "asyncpg.Pool[asyncpg.Record]", database: Database
) -> None:
    reference = await Clerks(PostgresLedger(pool)).found(legacy(NORFOLK))
    put = r"update twinledger.event set leaf = '\x00' where position = 1"
    await altered(database.owner_dsn, put)
    await desk.services.wait_for(1)

    for address in ("", "/entries", "/reviews"):
        answer = await desk.client.get(f"/api/v1/partnerships/{reference}{address}")
        assert answer.status_code == 404
        assert (
            "It is recorded, but its entries from 1 on cannot be shown" in (answer.json()["detail"])
        )
    missing = await desk.client.get("/api/v1/partnerships/TL-0000-0000")
    assert "Check the reference" in missing.json()["detail"]


async def test_health_says_which_keys_wait_where_and_why(
    desk: Desk, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    reference = await waiting(desk, pool)

    health = await read(desk, "/healthz")
    assert (health["ledger"], health["shown"]) == (2, 2)
    (first,) = [one for one in health["parked"] if one["projection"] == "register"]
    assert (first["position"], first["keys"]) == (2, [f"partnership:{reference}"])
    assert "does not know the type 'partnership.renamed.v9'" in first["reason"]


async def test_a_report_that_would_lack_an_entry_is_not_issued_but_the_one_before_it_is(
    desk: Desk, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    await waiting(desk, pool)

    report = "/api/v1/reports/sister-city-transparency?as-of=2026-11-01&position="
    refused = await desk.client.get(f"{report}2")
    assert (refused.status_code, refused.json()["code"]) == (503, "not-shown-yet")
    assert "known at position 1, which is whole" in refused.json()["detail"]
    assert (await desk.client.get(f"{report}1")).status_code == 200
