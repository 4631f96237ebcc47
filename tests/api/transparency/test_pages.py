"""What people read of the proofs: an entry's page, and how to check the register."""

from datetime import UTC, datetime

import pytest

from adapters.notary.lost import note_lost
from adapters.notary.rotation import retire, rotate
from adapters.signing.ed25519 import Ed25519Signer, verify
from adapters.witness.witnessing import Witnessings
from domain.transparency.cosignature import cosign
from domain.transparency.note import COSIGNATURE, format_signature, format_vkey, parse_note
from domain.transparency.policy import (
    AskedWitness,
    AskedWitnesses,
    Policy,
    verify_checkpoint,
)
from tests.adapters.notary.desk import SCHEMA, NotaryDesk, altered
from tests.api.desk import Desk
from tests.conftest import Database
from tests.projections.played import Clerks, legacy

KOBE = Ed25519Signer("witness.kobe.example", COSIGNATURE, bytes(32))


async def witnessed_by_kobe(notary: NotaryDesk) -> None:
    """The last checkpoint is signed by a witness that the register asks."""
    published = await notary.log.latest()
    assert published is not None
    line = format_signature(cosign(parse_note(published.note).text, KOBE, 1_795_000_000))
    witnessings, asked = Witnessings(notary.pool), AskedWitness(KOBE.key, "https://kobe.example")
    await witnessings.announce(AskedWitnesses((asked,), quorum=1))
    await witnessings.add(KOBE.key, published.origin, published.size, 1_795_000_000, line)


async def test_an_entry_says_what_it_is_and_that_it_is_signed_and_not_witnessed(
    desk: Desk, notary: NotaryDesk
) -> None:
    partnership = await desk.propose()
    await notary.sign()
    page = await desk.get("/entries/1")

    leaf_hash = (await desk.services.ledger.read_after(0, 1))[0].leaf_hash.hex()
    assert leaf_hash in page.text
    (told,) = await desk.services.timeline.of(partnership.rpartition("/")[2])
    assert told.sentence in page.text
    assert "Signed. Everything up to entry 1 was signed together" in page.text
    assert "Not witnessed. Nobody but the register itself has signed." in page.text
    assert {f"{partnership}#entry-1", "/entries/1/proof", "/entries/1/leaf"} <= set(page.links)


async def test_an_entry_that_is_not_signed_yet_says_so(desk: Desk) -> None:
    await desk.propose()
    page = await desk.get("/entries/1")

    assert page.status == 200
    assert "Not signed yet. That takes a second or two" in page.text
    assert "/entries/1/proof" not in page.links


async def test_an_entry_is_shown_before_the_read_models_know_it(desk: Desk) -> None:
    await Clerks(desk.services.ledger).found(legacy())

    assert "Legacy recorded" in (await desk.get("/entries/1")).text


async def test_entries_lead_to_their_neighbours(desk: Desk) -> None:
    await desk.agree()

    assert {"/entries/1", "/entries/3"} <= set((await desk.get("/entries/2")).links)
    assert "/entries/0" not in (await desk.get("/entries/1")).links


async def test_an_entry_that_is_not_there_is_told_with_those_that_are(desk: Desk) -> None:
    await desk.propose()
    page = await desk.get("/entries/7")

    assert page.status == 404
    assert "numbered from 1 to 1" in page.text


async def test_the_page_on_checking_shows_the_public_key_and_what_is_signed(
    desk: Desk, notary: NotaryDesk
) -> None:
    await desk.propose()
    await notary.sign()
    page = await desk.get("/verify")

    (key,) = await notary.log.keys()
    assert key.vkey in page.text
    assert "Everything up to entry 1, " in page.text
    assert "Not witnessed." in page.text
    assert {"/verify.py", "/log-policy", "/checkpoint"} <= set(page.links)


async def test_the_page_on_checking_is_there_before_anything_is_signed(desk: Desk) -> None:
    page = await desk.get("/verify")

    assert page.status == 200
    assert "Nothing yet." in page.text


async def test_every_page_leads_to_how_it_is_checked(desk: Desk) -> None:
    assert "/verify" in (await desk.get("/partnerships")).links


async def test_while_a_key_is_replaced_both_are_shown_and_then_the_first_as_a_former_one(
    desk: Desk, notary: NotaryDesk
) -> None:
    first = notary.policy.logs[0].key
    second = rotate(notary.folder, schema=SCHEMA, origin=None)
    await desk.propose()
    both = NotaryDesk(notary.pool, notary.folder)
    await both.sign()
    overlapping = await desk.get("/verify")
    await retire(
        notary.folder, notary.log, schema=SCHEMA, origin=None, now=datetime.now(UTC), early=True
    )
    after = await desk.get("/verify")

    assert "The key is being replaced: both sign for a while" in overlapping.text
    assert f"{format_vkey(first)}, up to entry 1" in after.text
    assert format_vkey(second) in after.text
    assert "Former keys (1)" in after.text


async def test_who_has_witnessed_is_named_and_their_signature_handed_out(
    desk: Desk, notary: NotaryDesk
) -> None:
    await desk.propose()
    await notary.sign()
    await witnessed_by_kobe(notary)

    for page in ("/entries/1", "/verify", "/partnerships"):
        assert "itnessed by witness.kobe.example" in (await desk.get(page)).text
    strict = Policy(notary.policy.logs, (KOBE.key,), 1)
    checkpoint = await desk.client.get("/checkpoint")
    assert verify_checkpoint(checkpoint.content, strict, verify).witnesses[0].time == 1_795_000_000


async def test_on_a_witnessed_register_the_commands_ask_for_its_witnesses_first(
    desk: Desk, notary: NotaryDesk
) -> None:
    await desk.propose()
    await notary.sign()
    alone = (await desk.get("/verify")).text
    assert "bundle register.zip --key" in alone
    assert "--policy" not in alone

    await witnessed_by_kobe(notary)
    page = await desk.get("/verify")
    for command in ("receipt entry-1.proof entry-1.json", "bundle register.zip"):
        assert f"twinledger_verify.py {command} --policy policy" in page.text
    assert page.text.index("--policy policy") < page.text.index("--key")
    assert "take the file with its keys and its witnesses" in page.text
    assert "(--policy) asks for the one below" in page.text


SET_BACK = "delete from twinledger.event where position > {0}"
CHANGED = "update twinledger.event set leaf = leaf || ' ' where position in ({0})"
TAKEN_OUT = "delete from twinledger.event where position = {0}"


@pytest.mark.parametrize(
    ("done", "told"),
    [
        (
            [SET_BACK.format(4)],
            "This register was restored from an earlier copy: 1 signed entry is not in it any "
            "more, entry 5. It ends before it.",
        ),
        (
            [SET_BACK.format(3)],
            "This register was restored from an earlier copy: 2 signed entries are not in it any "
            "more, from entry 4 to 5. It ends before them.",
        ),
        (
            [CHANGED.format("2")],
            "This register was changed: 1 signed entry is not in it any more, entry 2. Another "
            "entry stands in its place now.",
        ),
        (
            [CHANGED.format("1, 2")],
            "This register was changed: 2 signed entries are not in it any more, from entry 1 to "
            "2. Other entries stand in their place now.",
        ),
        (
            [TAKEN_OUT.format(2)],
            "This register was changed: 1 signed entry is not in it any more, entry 2. Nothing "
            "stands in its place now.",
        ),
        (
            [SET_BACK.format(4), CHANGED.format("1")],
            "This register was restored from an earlier copy: 2 signed entries are not in it any "
            "more, among entries 1 to 5. It ends before 1 of them. In place of 1 of them another "
            "entry stands now.",
        ),
    ],
    ids=["ends before", "ends before two", "changed", "two changed", "taken out", "both"],
)
async def test_whether_the_register_ends_before_what_is_lost_or_has_another_entry_there_is_said(
    desk: Desk, notary: NotaryDesk, database: Database, done: list[str], told: str
) -> None:
    await desk.agree()
    await notary.sign()
    await altered(database.owner_dsn, *done)
    await note_lost(notary.pool, notary.folder, SCHEMA)

    assert f"{told} Whoever holds" in (await desk.get("/verify")).text
