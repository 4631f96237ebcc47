"""Whoever recorded something is led to its receipt."""

from adapters.signing.ed25519 import verify
from domain.transparency.proof_file import parse_proof, verify_proof
from domain.transparency.tree import leaf_hash
from tests.adapters.notary.desk import NotaryDesk
from tests.api.desk import PROPOSAL, Desk


async def test_the_page_after_recording_leads_to_a_receipt_that_verifies(
    desk: Desk, notary: NotaryDesk
) -> None:
    await desk.acts_as("clerk")
    done = await desk.record("/proposals/new", PROPOSAL)
    assert "/entries/1" in done.links
    assert "Not signed yet." in (await desk.get("/entries/1")).text

    await notary.sign()
    assert {"/entries/1/proof", "/entries/1/leaf"} <= set((await desk.get("/entries/1")).links)
    proof = parse_proof((await desk.client.get("/entries/1/proof")).content)
    leaf = (await desk.client.get("/entries/1/leaf")).content
    assert verify_proof(proof, leaf_hash(leaf), notary.policy, verify).checkpoint.size == 1


async def test_each_entry_of_a_history_leads_to_its_own_page(desk: Desk) -> None:
    page = await desk.get(await desk.agree())

    assert {f"/entries/{position}" for position in range(1, 6)} <= set(page.links)
