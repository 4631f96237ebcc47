"""Evidence in a form: citations, and files that are hashed and not kept."""

import hashlib

from domain.history import entry_of
from domain.partnership.events import CounterpartApprovalRecorded
from tests.api.desk import APPROVAL, CITED, HASH, Desk


async def test_empty_rows_of_evidence_do_not_count_and_more_can_be_had(desk: Desk) -> None:
    address = await desk.propose()
    await desk.acts_as("counterpart")
    form = await desk.get(f"{address}/acts/record-counterpart-approval")
    wider = await desk.send(form, {}, step="more")
    typed = {"on": "2026-03-05", "text_sha256": HASH, "evidence[5].title": "Minute"}
    checked = await desk.send(wider, typed)
    await desk.send(checked, {}, step="record")
    event = entry_of((await desk.services.ledger.read_after(1, 1))[0]).event

    assert sum(name.endswith(".title") for name in form.fields) == 3
    assert sum(name.endswith(".title") for name in wider.fields) == 6
    assert isinstance(event, CounterpartApprovalRecorded)
    assert [citation.title for citation in event.evidence] == ["Minute"]


async def test_a_missing_citation_is_told(desk: Desk) -> None:
    address = await desk.propose()
    await desk.acts_as("counterpart")
    form = await desk.get(f"{address}/acts/record-counterpart-approval")
    page = await desk.send(form, {"on": "2026-03-05", "text_sha256": HASH})

    assert "Evidence: at least one is needed." in page.text
    assert "#f-evidence" in page.links


async def test_the_hash_of_a_chosen_file_is_computed_and_the_file_is_not_kept(desk: Desk) -> None:
    address = await desk.propose()
    await desk.acts_as("counterpart")
    form = await desk.get(f"{address}/acts/record-counterpart-approval")
    text = b"The agreement.\n" * 100_000
    typed = CITED | {"on": "2026-03-05"}
    page = await desk.send(form, typed, files={"text_sha256.file": ("agreement.pdf", text)})

    assert "Its SHA-256 is computed here and the file is not kept." in form.text
    assert page.fields["text_sha256"] == hashlib.sha256(text).hexdigest()
    assert "This is what will be recorded for ever" in page.text


async def test_a_file_that_is_not_the_text_of_the_typed_hash_is_told(desk: Desk) -> None:
    address = await desk.propose()
    await desk.acts_as("counterpart")
    form = await desk.get(f"{address}/acts/record-counterpart-approval")
    page = await desk.send(form, APPROVAL, files={"text_sha256.file": ("a.pdf", b"other")})

    assert page.status == 422
    assert hashlib.sha256(b"other").hexdigest() in page.text
    assert page.fields["text_sha256"] == HASH


async def test_a_file_that_is_too_large_is_told(desk: Desk) -> None:
    address = await desk.propose()
    await desk.acts_as("counterpart")
    form = await desk.get(f"{address}/acts/record-counterpart-approval")
    files = {"text_sha256.file": ("a.pdf", bytes(28_000_000))}
    page = await desk.send(form, APPROVAL, files=files)

    assert page.status == 413
    assert "at most 25 MB" in page.text
