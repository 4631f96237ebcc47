"""An entry in whose place somebody put other bytes: every way in says so, and goes on."""

import msgspec
import pytest

from domain.ports import NewEvent
from tests.adapters.notary.desk import NotaryDesk, altered
from tests.adapters.submissions import submission
from tests.api.desk import Desk
from tests.api.rest.programs import PROPOSAL, WITHDRAWAL, a_program
from tests.api.transparency.restored import rewritten
from tests.conftest import Database

NO_ENTRIES = {
    "a byte": r"'\x00'",
    "nothing": "''",
    "another shape": """'{"a":1}'""",
    "no text in UTF-8": r"'\xff'::bytea || leaf",
}
no_entry = pytest.mark.parametrize("leaf", NO_ENTRIES.values(), ids=NO_ENTRIES.keys())
STREAM = {"accept": "text/event-stream"}
NOT_SIGNED = "This is not the entry that was signed."
NOT_SIGNED_OR_ANOTHER = "This is not the entry that was signed, or another one is not."


def put(leaf: str, position: int = 2, *, hash_too: bool = False) -> str:
    """Other bytes there, with the hash that goes with them or not."""
    also = rf", leaf_hash = sha256('\x00'::bytea || ({leaf})::bytea)" if hash_too else ""
    return f"update twinledger.event set leaf = ({leaf})::bytea{also} where position = {position}"


@pytest.fixture
async def signed(desk: Desk, notary: NotaryDesk) -> Desk:
    """A register of three records with one entry each, all of them signed."""
    for number in range(3):
        names = {"counterpart.community": f"us-town-{number}", "counterpart.country": "US"}
        await desk.propose(**names, **{"counterpart.name": f"Town {number}"})
    await notary.sign()
    return desk


async def _record_of(desk: Desk, position: int) -> str:
    (entry,) = await desk.services.ledger.read_after(position - 1, 1)
    return next(tag for tag in entry.tags if tag.startswith("partnership:")).partition(":")[2]


async def _kept_for(desk: Desk, address: str) -> str:
    answer = await desk.client.get(address)
    assert answer.status_code == 200, answer.text
    return str(answer.headers["cache-control"])


@no_entry
@pytest.mark.parametrize("hash_too", [False, True])
async def test_its_page_says_that_it_is_not_the_entry_that_was_signed(
    leaf: str, hash_too: bool, signed: Desk, database: Database
) -> None:
    await altered(database.owner_dsn, put(leaf, hash_too=hash_too))
    page = await signed.get("/entries/2")

    # Where its hash fits it, it may be signed so, and another one be changed.
    told = NOT_SIGNED_OR_ANOTHER if hash_too else NOT_SIGNED
    assert (page.status, told in page.text) == (200, True)
    assert 'class="notice fork" role="alert"' in page.html
    assert "Signed. Everything up to" not in page.text
    assert "Recorded by" not in page.text
    assert "\x00" not in page.html


async def test_its_page_says_so_also_before_it_is_signed(desk: Desk, database: Database) -> None:
    await desk.propose()
    await altered(database.owner_dsn, put(r"'\x00'", 1))
    page = await desk.get("/entries/1")

    assert page.status == 200
    assert "This is not the entry that was recorded: its bytes were changed" in page.text


async def test_where_the_hash_beside_it_was_changed_its_bytes_are_told_as_the_signed_ones(
    signed: Desk, database: Database
) -> None:
    changed = "update twinledger.event set leaf_hash = sha256('another') where position = 3"
    await altered(database.owner_dsn, changed)
    page = await signed.get("/entries/3")

    assert "Something beside this entry was changed. Its bytes are those that were signed" in (
        page.text
    )
    assert NOT_SIGNED not in page.text


@no_entry
async def test_its_bytes_are_handed_out_as_they_are_and_kept_by_no_cache(
    leaf: str, signed: Desk, database: Database
) -> None:
    assert "immutable" in await _kept_for(signed, "/entries/2/leaf")
    await altered(database.owner_dsn, put(leaf))

    assert await _kept_for(signed, "/entries/2/leaf") == "no-store"
    assert "immutable" in await _kept_for(signed, "/entries/1/leaf")


@pytest.mark.parametrize("changes", [rewritten(2)[:1], rewritten(2)], ids=["bytes", "hash too"])
async def test_another_word_in_it_is_kept_by_no_cache_either_nor_a_file_that_holds_it(
    changes: tuple[str, ...], signed: Desk, database: Database
) -> None:
    files = ("/tile/entries/000.p/3", "/tile/0/000.p/3")
    for address in files:
        assert "immutable" in await _kept_for(signed, address)
    await altered(database.owner_dsn, *changes)

    assert await _kept_for(signed, "/entries/2/leaf") == "no-store"
    assert await _kept_for(signed, files[0]) == "no-store"
    # The hashes are as they were signed where only the bytes were changed.
    assert ("immutable" in await _kept_for(signed, files[1])) == (len(changes) == 1)


@no_entry
async def test_no_page_falls_over_it(leaf: str, signed: Desk, database: Database) -> None:
    record = await _record_of(signed, 2)
    await altered(database.owner_dsn, put(leaf))

    page = await signed.get(f"/partnerships/{record}")
    assert page.status == 200
    assert "2" in page.text
    assert "Town 1" in page.text
    for address in ("/partnerships", "/history", "/verify", "/reports", "/healthz", "/metrics"):
        assert (await signed.get(address)).status == 200, address
    form = await signed.get(f"/partnerships/{record}/acts/withdraw")
    assert (form.status, "Entry 2 is not the one that was recorded" in form.text) == (409, True)


@no_entry
async def test_the_feed_goes_on_over_it_and_says_so(
    leaf: str, signed: Desk, database: Database
) -> None:
    await altered(database.owner_dsn, put(leaf))

    feed = (await signed.client.get("/api/v1/entries")).json()
    assert [(one["position"], one["unreadable"]) for one in feed["items"]] == [
        (1, False),
        (2, True),
        (3, False),
    ]
    assert feed["items"][1]["type"] == "unreadable"
    by_day = (await signed.client.get("/api/v1/entries?as-of=2020-01-01")).json()
    assert [one["position"] for one in by_day["items"]] == [2]
    one = (await signed.client.get("/api/v1/entries/2")).json()
    assert one["entry"]["unreadable"] is True
    lines = await signed.client.get("/api/v1/entries?position=3", headers=STREAM)
    assert [line for line in lines.text.splitlines() if '"unreadable":true' in line] != []
    assert lines.text.count("\nid: ") == 3


@pytest.mark.parametrize(
    "said",
    [
        {"public": 5},
        {"public": {}},
        {"effective": "never"},
        {"public": "x"},
        {"type": "partnership.tier_set.v1", "public": None},  # a shape that is written no more
        {"type": "partnership.tier_set.v1", "public": [1]},
    ],
    ids=str,
)
async def test_an_entry_that_says_what_no_act_says_stops_neither_feed_nor_pages(
    said: dict[str, object], desk: Desk, notary: NotaryDesk, database: Database
) -> None:
    record = (await desk.propose()).rpartition("/")[2]
    (entry,) = await desk.services.ledger.read_after(0, 1)
    other = msgspec.json.encode(msgspec.json.decode(entry.leaf) | said)
    await altered(database.owner_dsn, put(rf"'\x{other.hex()}'", 1, hash_too=True))

    for address in ("/entries/1", f"/partnerships/{record}", "/api/v1/entries/1", "/healthz"):
        assert (await desk.client.get(address)).status_code == 200, address
    by_day = (await desk.client.get("/api/v1/entries?as-of=2999-12-31")).json()
    assert [one["position"] for one in by_day["items"]] == [1]
    acts = await desk.client.get(f"/api/v1/partnerships/{record}/actions")
    assert (acts.status_code, acts.json()["code"]) == (409, "entry-unreadable")


async def test_nothing_is_decided_on_its_record_and_the_others_go_on(
    notary: NotaryDesk, database: Database
) -> None:
    async with a_program(notary.pool) as program:
        proposed = (await program.propose()).json()["partnership"]
        await altered(database.owner_dsn, put(r"'\x00'", 1))

        for query in ("", "?dry-run=yes"):
            refused = await program.act(f"/{proposed}/actions/withdraw", WITHDRAWAL, query=query)
            assert (refused.status_code, refused.json()["code"]) == (409, "entry-unreadable")
            assert "Entry 1 is not the one that was recorded" in refused.json()["detail"]
            assert "twinledger verify" in refused.json()["detail"]
        assert await program.head() == 1

        town = {"community": "us-town", "name": "Town", "country": "US"}
        other = {"community": "us-tampa", "name": "Tampa", "country": "US"}
        command = {**PROPOSAL["command"], "home": other, "counterpart": town}
        in_another_place = {**PROPOSAL, "command": command}
        answer = await program.act("/actions/submit-proposal", in_another_place)
        assert answer.status_code == 403, "by the rules: Tampa is not the clerk's own community"


async def test_an_entry_that_cannot_follow_those_before_it_is_told_in_a_sentence(
    desk: Desk, notary: NotaryDesk
) -> None:
    """As where it was decided while an entry of its record was filed elsewhere."""
    record = (await desk.propose()).rpartition("/")[2]
    said = msgspec.Raw(msgspec.json.encode({"attestation": "", "partnership": record}))
    tag = f"partnership:{record}"
    resumed = submission(NewEvent("partnership.resumed.v1", said, (tag,), "2026-11-30"))
    await desk.services.ledger.append(resumed)

    acts = await desk.client.get(f"/api/v1/partnerships/{record}/actions")
    assert (acts.status_code, acts.json()["code"]) == (409, "entry-unreadable")
    assert "cannot follow what stands before it" in acts.json()["detail"]
    for address in ("/entries/2", f"/partnerships/{record}", "/api/v1/entries", "/healthz"):
        assert (await desk.client.get(address)).status_code == 200, address
