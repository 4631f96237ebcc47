"""What people read of the proofs: an entry's page, and how to check the register."""

from datetime import UTC, datetime

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
from tests.adapters.notary.desk import SCHEMA, NotaryDesk
from tests.api.desk import Desk
from tests.projections.played import Clerks, legacy


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
    witness = Ed25519Signer("witness.kobe.example", COSIGNATURE, bytes(32))
    published = await notary.log.latest()
    assert published is not None
    line = format_signature(cosign(parse_note(published.note).text, witness, 1_795_000_000))
    witnessings, asked = Witnessings(notary.pool), AskedWitness(witness.key, "https://kobe.example")
    await witnessings.announce(AskedWitnesses((asked,), quorum=1))
    await witnessings.add(witness.key, published.origin, 1, 1_795_000_000, line)

    for page in ("/entries/1", "/verify", "/partnerships"):
        assert "itnessed by witness.kobe.example" in (await desk.get(page)).text
    strict = Policy(notary.policy.logs, (witness.key,), 1)
    checkpoint = await desk.client.get("/checkpoint")
    assert verify_checkpoint(checkpoint.content, strict, verify).witnesses[0].time == 1_795_000_000
