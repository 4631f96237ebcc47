"""One partnership as a visitor reads it, now and at other moments."""

import pytest

from tests.api.desk import APPROVAL, CITED, LEGACY, Desk


async def test_a_partnership_says_what_is_next_and_who_must_act(desk: Desk) -> None:
    page = await desk.get(await desk.propose())

    assert "The council of Norfolk decides on the proposal." in page.text
    assert "Who: a clerk of Norfolk, not the one who submitted it." in page.text
    assert "Entry 1 of this register - recorded" in page.text
    assert "not witnessed" in page.text


async def test_each_act_stands_in_the_history_with_its_date_and_basis(desk: Desk) -> None:
    page = await desk.get(await desk.activate())

    assert "10 February 2026, recorded" in page.text
    assert "Resolution 2026-41" in page.text
    assert "https://norfolk.example/41" in page.links
    assert [f"entry-{number}" for number in range(1, 7)] == [
        known for known in page.ids if known.startswith("entry-")
    ]


async def test_a_suspended_one_shows_its_condition(desk: Desk) -> None:
    address = await desk.activate()
    page = await desk.record(
        f"{address}/acts/suspend",
        CITED
        | {
            "on": "2026-08-01",
            "reason": "No contact.",
            "condition": "Until contact is restored.",
            "body": "council",
        },
    )

    assert "Suspended on a condition: Until contact is restored." in page.text
    assert "the council decides, a clerk of either community records it" in page.text


async def test_an_open_review_is_shown_beside_the_status(desk: Desk) -> None:
    address = await desk.activate()
    await desk.acts_as("oversight-officer")
    page = await desk.record(
        f"{address}/acts/open-review",
        {
            "ground": "complaint",
            "criteria": "us-sister-city-transparency-act/2025",
            "statement": "A resident complained.",
            "no_tie": "yes",
        },
    )
    listed = await desk.get("/partnerships?under-review=yes")

    assert "Under transparency review." in page.text
    assert "0 of 16 elements have a finding" in page.text
    assert address in listed.links


async def test_a_legacy_record_says_that_it_is_not_verified_and_where_it_is_from(
    desk: Desk,
) -> None:
    await desk.acts_as("clerk")
    page = await desk.record(
        "/legacy/new", LEGACY | {"since.on": "0836", "since.grade": "named_page"}
    )

    assert "Legacy record, not verified." in page.text
    assert "How good the source is: a page that names it." in page.text
    assert "City archive of Paderborn" in page.text
    assert "836 (known from a page that names it; written 0836)" in page.text


async def test_before_it_was_listed_a_legacy_record_is_undetermined(desk: Desk) -> None:
    await desk.acts_as("clerk")
    page = await desk.record("/legacy/new", LEGACY | {"listed_on": "2026-11-01"})
    before = await desk.get(page.address.partition("?")[0] + "?as-of=2001-01-01")

    assert "Undetermined:" in before.text
    assert "You see the past: what held on 1 January 2001" in before.text


async def test_at_an_earlier_position_the_record_is_as_it_was_known(desk: Desk) -> None:
    address = await desk.activate()
    page = await desk.get(f"{address}?position=1")
    too_far = await desk.get(f"{address}?position=999")

    assert "as known at entry 1" in page.text
    assert [known for known in page.ids if known.startswith("entry-")] == ["entry-1"]
    assert not any("/acts/" in link for link in page.links)
    assert too_far.status == 400
    assert "They are numbered from 1 to 6." in too_far.text


async def test_before_it_was_recorded_the_page_says_so(desk: Desk) -> None:
    address = await desk.propose()
    page = await desk.get(f"{address}?known-at=1999-01-01")

    assert page.status == 200
    assert "This partnership was not in the register at that moment." in page.text


async def test_allowed_acts_are_links_and_others_are_shown_with_the_reason(desk: Desk) -> None:
    address = await desk.propose()
    page = await desk.get(address)

    assert f"{address}/acts/withdraw" in page.links
    assert f"{address}/acts/approve-by-council" not in page.links
    assert "you submitted it. Ask somebody else to record it." in page.text
    assert "this needs it to be agreed" in page.text


async def test_who_only_reads_is_offered_no_act(desk: Desk) -> None:
    address = await desk.propose()
    await desk.acts_as("")
    page = await desk.get(address)
    form = await desk.get(f"{address}/acts/withdraw")

    assert "You only read here." in page.text
    assert not any("/acts/" in link for link in page.links)
    assert form.status == 403
    assert "This is recorded by: clerk." in form.text


@pytest.mark.parametrize("status", ["proposed", "declined", "withdrawn"])
async def test_what_was_never_agreed_on_has_the_date_of_its_proposal(
    desk: Desk, status: str
) -> None:
    await desk.acts_as("clerk")
    since = {"since.on": "2007", "since.grade": "minute", "status": status}
    page = await desk.record("/legacy/new", LEGACY | since)

    assert "<dt>Proposed</dt><dd>2007 " in page.html
    assert "Bond since" not in page.text


async def test_a_reference_is_found_as_people_type_it(desk: Desk) -> None:
    address = await desk.propose()
    typed = address.rpartition("/")[2].lower().replace("-", "")

    assert (await desk.get(f"/partnerships/{typed}")).address == address


async def test_a_text_that_the_legal_review_did_not_approve_is_told_before_and_after_it_is_approved(
    desk: Desk,
) -> None:
    page = await desk.propose()
    await desk.acts_as("second-clerk")
    review = {"reviewer_office": "City Attorney", "outcome": "not_approved"}
    text = {"on": "2026-02-01", "text_sha256": APPROVAL["text_sha256"]}
    await desk.record(f"{page}/acts/record-legal-review", review | text)
    form = await desk.get(f"{page}/acts/approve-by-council")

    checked = await desk.send(form, APPROVAL | {"vote.in_favour": "7", "vote.against": "1"})
    done = await desk.send(checked, {}, step="record")

    assert "; a legal review of this text asked for changes or did not approve it" in checked.text
    assert "A legal review of the text that Norfolk approved asked for changes or" in done.text


async def test_a_text_that_the_legal_review_did_not_see_is_told_before_and_after_it_is_approved(
    desk: Desk,
) -> None:
    page = await desk.propose()
    await desk.acts_as("second-clerk")
    review = {"reviewer_office": "City Attorney", "outcome": "approved_as_to_form"}
    await desk.record(
        f"{page}/acts/record-legal-review", review | {"on": "2026-02-01", "text_sha256": "e" * 64}
    )
    form = await desk.get(f"{page}/acts/approve-by-council")
    vote = {"vote.in_favour": "7", "vote.against": "1"}

    checked = await desk.send(form, APPROVAL | vote)
    done = await desk.send(checked, {}, step="record")

    unseen = "the legal review saw another text, not the one approved."
    assert unseen in checked.text
    assert unseen in done.text
    assert "The legal review saw another text, not the one that Norfolk approved." in done.text
