"""Private values at the desk: who says them, who reads them, who sees only that they are there."""

import pytest

from tests.adapters.private.everything import tables_with
from tests.api.desk import HASH, PROPOSAL, Desk
from tests.conftest import Database

CONTACT = "Ottilie Morgenstern-Özdemir, +49 5251 880"


async def proposed(desk: Desk) -> str:
    return await desk.propose(contact=CONTACT)


@pytest.mark.parametrize(
    ("role", "reads"),
    [
        ("clerk", True),
        ("second-clerk", True),
        ("oversight-officer", True),
        ("counterpart", False),
        ("approver", False),
        ("", False),
    ],
)
async def test_the_contact_of_a_proposal_is_for_staff_and_officers(
    desk: Desk, role: str, reads: bool
) -> None:
    record = await proposed(desk)

    await desk.acts_as(role)
    page = await desk.get(f"{record}/private")

    assert (CONTACT in page.text) is reads
    assert ("Not public." in page.text) is not reads
    assert page.response.headers["cache-control"] == "no-store"


async def test_before_recording_a_clerk_sees_what_will_not_be_public(desk: Desk) -> None:
    await desk.acts_as("clerk")
    form = await desk.get("/proposals/new")
    checked = await desk.send(form, PROPOSAL | {"contact": CONTACT})

    assert "Not public: the staff of your community and oversight officers read this" in form.text
    assert CONTACT in checked.text


async def test_what_was_typed_is_kept_where_something_else_is_wrong(desk: Desk) -> None:
    await desk.acts_as("clerk")
    form = await desk.get("/proposals/new")

    again = await desk.send(form, PROPOSAL | {"contact": CONTACT, "home.name": ""})

    assert again.status == 422
    assert again.fields["contact"] == CONTACT


async def test_no_public_page_and_no_table_shows_a_private_value(
    desk: Desk, database: Database
) -> None:
    record = await proposed(desk)
    await desk.acts_as("")

    for address in (
        *(record, "/entries/1", "/entries/1/leaf", "/history", "/history.csv", "/history.jsonl"),
        *(f"/api/v1{record}", f"/api/v1{record}/entries", f"/api/v1{record}/private"),
        *("/api/v1/entries", "/api/v1/entries/1", "/partnerships?q=Ottilie"),
    ):
        answer = await desk.client.get(address)
        assert answer.status_code == 200, address
        assert "Morgenstern" not in answer.text, address
    assert await tables_with(database.owner_dsn, "Morgenstern") == []


async def test_a_search_of_all_tables_would_find_what_is_public(
    desk: Desk, database: Database
) -> None:
    await desk.propose(statement="Ottilie Morgenstern proposes.")

    assert "twinledger.event" in await tables_with(database.owner_dsn, "Morgenstern")


async def test_the_name_behind_a_signature_is_read_by_its_own_side(desk: Desk) -> None:
    record = await desk.propose()
    await desk.acts_as("second-clerk")
    approval = {"text_sha256": HASH, "evidence[0].title": "Resolution"}
    await desk.record(
        f"{record}/acts/approve-by-council", approval | {"on": "2026-02-10", "vote.in_favour": "7"}
    )
    await desk.acts_as("counterpart")
    await desk.record(f"{record}/acts/record-counterpart-approval", approval | {"on": "2026-03-05"})
    signed = {"text_sha256": HASH, "signer_office": "Mayor", "on": "2026-04-01"}
    await desk.record(f"{record}/acts/sign-agreement", signed | {"signer_name": "北 太郎"})

    assert "北 太郎" in (await desk.get(f"{record}/private")).text
    await desk.acts_as("clerk")
    assert "北 太郎" not in (await desk.get(f"{record}/private")).text


async def test_a_record_with_private_values_leads_to_them_and_one_without_does_not(
    desk: Desk,
) -> None:
    record = await proposed(desk)
    other = await desk.propose(**{"counterpart.community": "fr-x", "counterpart.name": "X"})

    assert f"{record}/private" in (await desk.get(record)).links
    assert f"{other}/private" not in (await desk.get(other)).links
    assert "Nothing on this record is private." in (await desk.get(f"{other}/private")).text
