"""What programs take to check the register: public files in public formats, with nothing odd to
which the answer is a fault."""

from random import Random

import pytest

from adapters.signing.ed25519 import verify
from domain.transparency.checkpoint import parse_checkpoint
from domain.transparency.note import parse_note
from domain.transparency.policy import parse_policy, verify_checkpoint
from domain.transparency.proof_file import parse_proof, verify_proof
from domain.transparency.tiles import Bundle, entries_of, hashes_of, path_of, tiles_of
from domain.transparency.tree import leaf_hash, root_of
from tests.adapters.notary.desk import NotaryDesk, altered, record
from tests.api.desk import Desk
from tests.conftest import Database

FOR_EVER = "public, max-age=31536000, immutable"


@pytest.fixture
async def signed(desk: Desk, notary: NotaryDesk) -> Desk:
    """A visitor at a register of 600 entries, all of them signed."""
    await record(notary.pool, 600)
    await notary.sign()
    return desk


async def taken(desk: Desk, address: str) -> bytes:
    answer = await desk.client.get(address)
    assert answer.status_code == 200, (address, answer.text)
    return answer.content


async def test_the_checkpoint_is_the_one_that_was_signed_and_soon_another(
    signed: Desk, notary: NotaryDesk
) -> None:
    answer = await signed.client.get("/checkpoint")

    assert verify_checkpoint(answer.content, notary.policy, verify).checkpoint.size == 600
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=1"
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_the_whole_tree_is_there_as_tiles_and_leads_to_the_signed_root(
    signed: Desk,
) -> None:
    checkpoint = parse_checkpoint(parse_note(await taken(signed, "/checkpoint")).text)
    leaves: list[bytes] = []
    for tile in tiles_of(checkpoint.size):
        hashes = hashes_of(tile, await taken(signed, f"/{path_of(tile)}"))
        if tile.level == 0:
            bundle = Bundle(tile.index, tile.width)
            entries = entries_of(bundle, await taken(signed, f"/{path_of(bundle)}"))
            assert [leaf_hash(entry) for entry in entries] == hashes
            leaves += hashes
        else:
            assert hashes == [root_of(leaves[at : at + 256]) for at in (0, 256)]

    assert root_of(leaves) == checkpoint.root


@pytest.mark.parametrize("path", ["tile/0/000", "tile/0/002.p/88", "tile/entries/002.p/7"])
async def test_what_can_never_change_may_be_kept_for_ever(signed: Desk, path: str) -> None:
    answer = await signed.client.get(f"/{path}")

    assert answer.headers["cache-control"] == FOR_EVER
    assert answer.headers["content-type"] == "application/octet-stream"


async def test_an_entry_its_proof_and_the_key_are_all_that_a_verifier_needs(signed: Desk) -> None:
    policy = parse_policy((await taken(signed, "/log-policy")).decode())
    leaf = await signed.client.get("/entries/300/leaf")
    receipt = await signed.client.get("/entries/300/proof")
    proof = parse_proof(receipt.content)

    assert verify_proof(proof, leaf_hash(leaf.content), policy, verify).checkpoint.size == 600
    assert leaf.headers["content-type"] == "application/json"
    assert leaf.headers["cache-control"] == FOR_EVER
    # As the page with the verifier's commands calls them.
    assert leaf.headers["content-disposition"] == 'inline; filename="entry-300.json"'
    assert receipt.headers["content-disposition"] == 'inline; filename="entry-300.proof"'


@pytest.mark.parametrize("path", ["/checkpoint", "/log-policy", "/tile/0/000.p/1"])
async def test_before_the_first_signature_there_is_nothing_yet_and_that_passes(
    path: str, desk: Desk
) -> None:
    answer = await desk.client.get(path)

    assert (answer.status_code, answer.json()["code"]) == (404, "not-signed-yet")
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["cache-control"] == "no-cache"


async def test_a_receipt_asked_for_too_soon_says_so_and_is_there_a_moment_later(
    signed: Desk, notary: NotaryDesk
) -> None:
    await record(notary.pool, 1)
    soon = await signed.client.get("/entries/601/proof", headers={"accept": "text/html"})
    kept = await signed.client.get("/entries/601/leaf")

    assert soon.status_code == 404
    assert "Entry 601 is recorded and not yet signed; the first 600 are" in soon.text
    assert soon.headers["retry-after"] == "1"
    assert kept.headers["cache-control"] == "public, max-age=1"

    await notary.notary.step()
    assert (await signed.client.get("/entries/601/proof")).status_code == 200


async def test_an_entry_that_is_not_there_is_told_with_those_that_are(signed: Desk) -> None:
    answer = await signed.client.get("/entries/601/proof")

    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert "numbered from 1 to 600" in answer.json()["detail"]
    assert "retry-after" not in answer.headers


async def test_a_tile_beyond_what_is_signed_is_not_there_yet(
    signed: Desk, notary: NotaryDesk
) -> None:
    await record(notary.pool, 200)
    for path in ("tile/0/002.p/89", "tile/0/003", "tile/entries/003.p/1", "tile/1/000.p/3"):
        answer = await signed.client.get(f"/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-signed-yet"), path


SPELLINGS = """
    tile tile/ tile/0 tile/0/ tile/0/0 tile/0/0000 tile/00/000 tile/0/x000/000 tile/-1/000
    tile/64/000 tile/99/999 tile/0/-01 tile/0/000.p tile/0/000.p/ tile/0/000.p/0 tile/0/000.p/256
    tile/0/000.p/257 tile/0/000.p/01 tile/0/000.p/-1 tile/0/x999/x999/x999/x999/x999/x999/999
    tile/0/x1/000 tile/0/000/001 tile/0//000 tile//0/000 tile/0/000/ tile/0/%30%30%30 tile/0/٠٠٠
    tile/entries tile/data/000 tile/entries/x999/x999/x999/x999/x999/x999/999.p/1 tile/0/000?p=1
    tile/0/%00 tile/0/%ff tile/0/000.P/1 Tile/0/000 tile/8/000.p/1 tile/0/x001/000 checkpoint/
    checkpoint?x checkpoint%20 log-policy/ entries entries/ entries/0 entries/-1 entries/01
    entries/1_0 entries/+1 entries/1.0 entries/1e2 entries/٣ entries/9007199254740993
    entries/9223372036854775808 entries/abc entries/%31/leaf entries/%00
    entries/%ff/proof entries/1%2F2 entries//1/leaf
    entries/1/leaf/ entries/1/proof?x=1 entries/1/leaves entries/%F0%9F%8F%9B entries/1%0A
    entries/1/leaf%00 entries/null/proof entries/0/leaf entries/99999/leaf
    """.split()  # noqa: SIM905 - addresses are read more easily without quotation marks
TOO_LARGE = f"entries/{'9' * 400}"


async def test_any_other_spelling_is_refused_with_a_remedy(signed: Desk) -> None:
    for path in (*SPELLINGS, TOO_LARGE):
        for accept in ("*/*", "text/html"):
            answer = await signed.client.get(f"/{path}", headers={"accept": accept})
            assert answer.status_code in (400, 404), (path, answer.text)
            assert answer.headers["cache-control"] == "no-cache", path


async def test_nothing_that_is_asked_for_is_a_fault(signed: Desk) -> None:
    chosen = Random(1962)  # noqa: S311 - it makes addresses, no secrets
    for _ in range(400):
        front = chosen.choice(("tile/", "tile/0/", "tile/entries/", "entries/", "checkpoint"))
        path = front + "".join(chosen.choices("0123456789x/.p-%2e", k=chosen.randint(0, 30)))
        answer = await signed.client.get(f"/{path}")
        assert answer.status_code < 500, path
        immutable = "immutable" in answer.headers["cache-control"]
        assert not immutable or answer.status_code == 200, path


async def test_a_program_is_told_in_a_document_and_a_person_on_a_page(signed: Desk) -> None:
    program = await signed.client.get("/tile/0/999")
    person = await signed.client.get("/tile/0/999", headers={"accept": "text/html"})

    assert program.headers["content-type"] == "application/problem+json"
    assert person.headers["content-type"].startswith("text/html")


async def test_where_stored_hashes_were_taken_away_that_is_no_fault(
    signed: Desk, database: Database
) -> None:
    await altered(database.owner_dsn, "delete from twinledger.tile_hash", tables=("tile_hash",))
    for path in ("tile/1/000.p/2", "entries/300/proof"):
        assert (await signed.client.get(f"/{path}")).status_code == 404


async def test_where_an_entry_was_taken_away_nothing_over_it_is_handed_out(
    signed: Desk, database: Database
) -> None:
    await altered(database.owner_dsn, "delete from twinledger.event where position = 300")
    for path in ("tile/0/001", "tile/entries/001", "entries/301/proof"):
        assert (await signed.client.get(f"/{path}")).status_code == 404
    assert (await signed.client.get("/tile/0/000")).status_code == 200
