"""Lists in pages: nothing twice, nothing missed, and always the same moment."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

import msgspec
import pytest

from tests.api.desk import today
from tests.api.rest.programs import Program
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

PAIRS = [(NORFOLK, KALININGRAD), (PADERBORN, LE_MANS), (MUNICH, LODZ), (NORFOLK, LODZ)]
NAMES = ["München", "Norfolk", "Norfolk", "Paderborn"]


@pytest.fixture
async def clerks(program: Program) -> Clerks:
    clerks = Clerks(program.services.ledger)
    for home, counterpart in PAIRS:
        await clerks.found(legacy(home, counterpart))
    await program.services.wait_for(0)
    return clerks


async def test_pages_follow_each_other_without_gap_or_repetition(
    program: Program, clerks: Clerks
) -> None:
    names: list[str] = []
    address = "/api/v1/partnerships?limit=1"
    while address:
        answer = await program.client.get(address)
        names += [item["home"]["name"] for item in answer.json()["items"]]
        address = str(answer.links.get("next", {}).get("url", ""))

    assert names == NAMES


async def test_what_is_recorded_meanwhile_does_not_come_into_a_list_that_was_begun(
    program: Program, clerks: Clerks
) -> None:
    first = (await program.get("/partnerships?limit=2&total=yes")).json()
    await clerks.found(legacy(PADERBORN, LODZ))
    await program.services.wait_for(0)
    rest = (await program.get(f"/partnerships?total=yes&cursor={first['next']}")).json()

    assert (first["total"], rest["total"]) == (4, 4)
    assert (rest["position"], rest["next"]) == (4, None)
    assert [one["home"]["name"] for one in first["items"] + rest["items"]] == NAMES


async def test_nothing_is_counted_unless_somebody_asks(program: Program, clerks: Clerks) -> None:
    assert (await program.get("/partnerships")).json()["total"] is None


@pytest.mark.parametrize("noun", ["partnerships", "communities", "entries"])
async def test_every_list_has_a_next_page_in_its_link(
    program: Program, clerks: Clerks, noun: str
) -> None:
    answer = await program.get(f"/{noun}?limit=3")
    rest = await program.client.get(str(answer.links["next"]["url"]))

    assert len(answer.json()["items"]) == 3
    assert rest.json()["items"]
    assert rest.json()["items"][0] not in answer.json()["items"]


async def test_a_cursor_belongs_to_its_question(program: Program, clerks: Clerks) -> None:
    cursor = (await program.get("/partnerships?limit=1")).json()["next"]
    for question in (f"/partnerships?country=DE&cursor={cursor}", f"/communities?cursor={cursor}"):
        answer = await program.get(question)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["parameter"] == "cursor"


async def test_a_cursor_of_a_history_that_is_gone_says_so(program: Program, clerks: Clerks) -> None:
    cursor = (await program.get("/partnerships?limit=1")).json()["next"]
    stored = msgspec.json.decode(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    stored[1] = "AAAA"
    forked = urlsafe_b64encode(msgspec.json.encode(stored)).rstrip(b"=").decode()
    answer = await program.get(f"/partnerships?limit=1&cursor={forked}")

    assert (answer.status_code, answer.json()["code"]) == (409, "another-history")


async def test_a_cursor_that_was_changed_is_refused_or_harmless(
    program: Program, clerks: Clerks
) -> None:
    first = (await program.services.ledger.read_after(0, 1))[0].leaf_hash
    ends: tuple[object, ...] = (0, -5, 2**60, None, "x", "\0", "é", [1, 2], ["\0", "b"], {"a": 1})
    for path in ("/partnerships", "/communities", "/reviews", "/entries"):
        for last in ends:
            stored = [1, first, today(), question(path), last]
            changed = urlsafe_b64encode(msgspec.json.encode(stored)).rstrip(b"=").decode()
            answer = await program.get(f"{path}?cursor={changed}")
            assert answer.status_code in (200, 422), (path, last, answer.text)


def question(path: str) -> bytes:
    return sha256(msgspec.json.encode((f"/api/v1{path}", []))).digest()[:6]
