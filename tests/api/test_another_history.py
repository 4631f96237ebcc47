"""A register that was set back to an earlier copy and went on: whoever read what is lost is told.

Five entries are recorded and signed, a backup of the first three is put back, and two others are
recorded. Nobody who stands on the lost ones reads on in silence.
"""

from collections.abc import AsyncIterator
from itertools import combinations
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec import Struct

from adapters.ledger import PostgresLedger
from adapters.notary.lost import note_lost
from api import as_at, same_history
from api.exports import export
from api.refusals import AnotherHistory
from api.rest.ledger_watch import LedgerWatch
from api.rest.recorded import EntryRange
from api.rest.stream import stream
from api.services import Services
from projections.errors import Forked
from projections.runner import Runner
from projections.views import LogFilters
from tests.adapters.notary.desk import SCHEMA, at_the_notary
from tests.api.desk import Page, asked_of, services_on, today
from tests.api.set_back import Pool, cut, set_back
from tests.conftest import Database
from tests.projections.played import (
    KALININGRAD,
    LE_MANS,
    LODZ,
    MUNICH,
    NORFOLK,
    PADERBORN,
    Clerks,
    legacy,
)

PAIRS = list(combinations((NORFOLK, KALININGRAD, PADERBORN, LE_MANS, MUNICH, LODZ), 2))
FIGURE = "/reports/sister-city-transparency/figures/4.without_motive"
LISTS = ("/partnerships", "/communities", "/entries", FIGURE)


async def record(pool: Pool, first: int, entries: int) -> None:
    clerks = Clerks(PostgresLedger(pool))
    for home, other in PAIRS[first : first + entries]:
        await clerks.found(legacy(home, other))


class Read(Struct, frozen=True):
    """What readers have of the five entries."""

    places: list[str]  # `POSITION-LEAFHASH` of each
    nexts: list[str]  # the address of the second page of each list
    links: list[str]  # where pages lead on


async def reading(services: Services) -> Read:
    async with asked_of(services) as client:
        nexts = []
        for noun in LISTS:
            answer = await client.get(f"/api/v1{noun}?limit=1&as-of={today()}")
            nexts.append(str(answer.links["next"]["url"]))
        history = Page(await client.get("/history?before=5"))
        report = Page(await client.get(f"/reports/sister-city-transparency?as-of={today()}"))
        links = [one for page in (history, report) for one in page.links if "as-at=" in one]
        places = [str(as_at.of(one)) for one in await services.ledger.read_after(0, 5)]
        return Read(places, nexts, links)


@pytest.fixture
async def read(pool: Pool, database: Database, tmp_path: Path) -> Read:
    """What was read, of a register that was set back since and has recorded others."""
    await record(pool, 0, 5)
    async with at_the_notary(pool, tmp_path) as desk:
        await desk.sign()
    found = await reading(services_on(pool))
    await set_back(pool, database, 3)
    await note_lost(pool, tmp_path, SCHEMA)
    await record(pool, 5, 2)
    return found


@pytest.fixture
async def client(read: Read, pool: Pool) -> AsyncIterator[httpx.AsyncClient]:
    """Who asks the register as it is now."""
    async with asked_of(services_on(pool)) as opened:
        yield opened


async def refusal(client: httpx.AsyncClient, address: str, **headers: str) -> dict[str, Any]:
    answer = await client.get(address, headers=headers)
    assert answer.status_code == 409, (address, answer.text[:300])
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("number", range(len(LISTS)), ids=LISTS)
async def test_a_list_that_was_begun_before_names_the_first_entry_that_differs(
    read: Read, client: httpx.AsyncClient, number: int
) -> None:
    if "entries" in LISTS[number]:
        address = f"/api/v1/entries?cursor={read.places[4]}"
    else:
        address = read.nexts[number]
    problem = await refusal(client, address)

    assert (problem["code"], problem["differs_from"]) == ("another-history", 4)
    assert problem["errors"][0]["parameter"] == "cursor"
    assert "From entry 4 on this register is not the one that was read before." in problem["detail"]
    assert "read on behind entry 3" in problem["detail"]


async def test_what_both_histories_have_is_read_on_from(
    read: Read, client: httpx.AsyncClient
) -> None:
    answer = (await client.get(f"/api/v1/entries?cursor={read.places[2]}")).json()

    assert [one["position"] for one in answer["items"]] == [4, 5]
    assert f"5-{answer['leaf_hash']}" == (await client.get("/api/v1/entries")).headers["as-at"]
    assert f"5-{answer['leaf_hash']}" != read.places[4]


async def test_a_stream_that_is_taken_up_again_is_refused(
    read: Read, client: httpx.AsyncClient
) -> None:
    headers = {"accept": "text/event-stream", "last-event-id": read.places[3]}
    problem = await refusal(client, "/api/v1/entries", **headers)

    assert problem["differs_from"] == 4
    assert problem["errors"][0]["header"] == "Last-Event-ID"


@pytest.mark.parametrize(
    "address",
    ["/api/v1/partnerships?", "/api/v1/entries/1?", "/api/v1/claims?", "/api/v1/entries?"],
)
async def test_any_answer_can_be_held_to_the_entry_of_an_earlier_one(
    read: Read, client: httpx.AsyncClient, address: str
) -> None:
    assert (await refusal(client, f"{address}as-at={read.places[4]}"))["differs_from"] == 4
    same = await client.get(f"{address}as-at={read.places[2]}")
    assert same.status_code == 200
    assert "As-At" in same.headers["access-control-expose-headers"]
    assert (await client.get(f"{address}as-at=5-abc")).status_code == 422


async def test_links_of_pages_and_files_say_so_to_people(
    read: Read, client: httpx.AsyncClient
) -> None:
    files = [one for one in read.links if ".csv" in one or ".jsonl" in one]
    assert len(files) >= 3
    for link in read.links:
        answer = await client.get(link, headers={"accept": "text/html"})
        assert answer.status_code == 409, link
        assert "From entry 4 on this register is not the one" in Page(answer).text


async def test_where_nothing_was_signed_it_says_what_it_knows_and_no_more(
    read: Read, client: httpx.AsyncClient
) -> None:
    other = await refusal(client, f"/api/v1/entries?cursor=5-{'ab' * 32}")
    beyond = await refusal(client, f"/api/v1/entries?cursor=9-{'ab' * 32}")

    assert "differs_from" not in other | beyond
    assert (other["differs_at"], beyond["differs_at"]) == (5, 6)
    assert "this register ends at entry 5" in beyond["detail"]
    assert "Entries before may differ too" in other["detail"]


async def test_what_was_lost_is_listed_for_programs_and_for_people(
    read: Read, client: httpx.AsyncClient
) -> None:
    first = (await client.get("/api/v1/entries/lost?limit=1&total=yes")).json()
    second = (await client.get(f"/api/v1/entries/lost?cursor={first['next']}")).json()
    listed = [f"{one['position']}-{one['leaf_hash']}" for one in first["items"] + second["items"]]

    assert (first["total"], second["next"], listed) == (2, None, read.places[3:])
    page = Page(await client.get("/verify"))
    assert "2 signed entries are not in it any more" in page.text
    assert read.places[4].partition("-")[2] in page.text


async def test_where_nothing_was_lost_nothing_is_said_of_it(pool: Pool) -> None:
    async with asked_of(services_on(pool)) as client:
        assert (await client.get("/api/v1/entries/lost")).json()["items"] == []
        assert "What was lost" not in Page(await client.get("/verify")).text


async def test_a_stream_that_is_open_while_it_happens_ends(pool: Pool, database: Database) -> None:
    await record(pool, 0, 3)
    services = services_on(pool)
    (_, _, last) = await services.ledger.read_after(0, 3)
    await set_back(pool, database, 1)
    await record(pool, 3, 4)
    asked_for = EntryRange(as_at.of(last), None, None)
    opened: Any = stream(services.ledger, LedgerWatch(services.ledger), asked_for).iterator
    said = b"".join([piece async for piece in opened])

    assert b"another history" in said
    assert b"id:" not in said


async def test_a_long_poll_that_waits_while_it_happens_is_refused(
    pool: Pool, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await record(pool, 0, 3)
    services = services_on(pool)
    (*_, last) = await services.ledger.read_after(0, 3)

    async def restored(_watch: LedgerWatch, _position: int, _seconds: float) -> bool:
        await set_back(pool, database, 1)
        await record(pool, 3, 4)
        return True

    monkeypatch.setattr(LedgerWatch, "beyond", restored)
    async with asked_of(services) as client:
        problem = await refusal(client, f"/api/v1/entries?cursor={as_at.of(last)}&wait=30")

    assert (problem["code"], problem["differs_at"]) == ("another-history", 3)


async def test_a_file_that_is_written_while_it_happens_breaks_off(
    pool: Pool, database: Database
) -> None:
    await record(pool, 0, 3)
    services = services_on(pool)
    await services.wait_for(3)
    known = await as_at.as_at(services.ledger, 3)

    async def require() -> None:
        await set_back(pool, database, 1)
        await same_history.require(services, known)

    entries = services.timeline.entries(LogFilters(position=3))
    with pytest.raises(AnotherHistory):
        [piece async for piece in export(entries, "csv", str(known), require)]


async def test_a_report_that_was_kept_is_made_again(pool: Pool, database: Database) -> None:
    await record(pool, 0, 3)
    services = services_on(pool)
    async with asked_of(services) as client:
        address = "/api/v1/reports/sister-city-transparency?as-of=2026-11-20&position=3"
        before = (await client.get(address)).json()["report"]["basis"]["ledger"]
        await set_back(pool, database, 1)
        await record(pool, 3, 2)
        await services.wait_for(3)
        after = (await client.get(address)).json()["report"]["basis"]["ledger"]

    assert before["last_position"] == after["last_position"] == 3
    assert before["leaf_hash"] != after["leaf_hash"]


@pytest.mark.parametrize(
    ("others", "told"), [(0, "it ends at entry 1"), (4, "another one stands in its place")]
)
async def test_a_read_model_stops_and_says_where(
    pool: Pool, database: Database, others: int, told: str
) -> None:
    await record(pool, 0, 3)
    runner = Runner(pool, PostgresLedger(pool))
    await runner.catch_up()
    await cut(database, 1)
    await record(pool, 3, others)

    with pytest.raises(Forked, match=told) as stopped:
        await runner.catch_up()
    assert (stopped.value.position, stopped.value.differs) == (3, 3 if others else 2)
