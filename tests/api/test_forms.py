"""Recording an act through the one form: fill in, check, record, and what is said when it fails."""

import pytest

from domain.answers import VERBS
from domain.history import entry_of
from domain.partnership.events import AnnualReportFiled
from tests.api.desk import APPROVAL, PROPOSAL, Desk


async def test_a_proposal_is_filled_in_checked_and_recorded_with_a_receipt(desk: Desk) -> None:
    await desk.acts_as("clerk")
    done = await desk.record("/proposals/new", PROPOSAL)

    assert "Recorded." in done.text
    assert "Entry 1 of this register" in done.text
    assert done.focused == "notice done"


async def test_the_check_page_says_what_will_be_recorded_and_records_nothing(desk: Desk) -> None:
    await desk.acts_as("clerk")
    page = await desk.send(await desk.get("/proposals/new"), PROPOSAL)

    assert "This is what will be recorded for ever" in page.text
    assert "2026-01-12, that is 12 January 2026" in page.text
    assert "demo-clerk-1, clerk" in page.text
    assert await desk.events() == 0


async def test_the_check_page_says_what_the_partnership_becomes(desk: Desk) -> None:
    address = await desk.agree()
    await desk.acts_as("clerk")
    form = await desk.get(f"{address}/acts/bring-into-force")
    page = await desk.send(form, {"on": "2026-05-01", "body": "council"})

    assert "Agreed becomes Active." in page.text


async def test_from_the_check_page_one_can_go_back_and_change_something(desk: Desk) -> None:
    await desk.acts_as("clerk")
    checked = await desk.send(await desk.get("/proposals/new"), PROPOSAL)
    form = await desk.send(checked, {}, step="edit")

    assert {name: form.fields[name] for name in PROPOSAL} == PROPOSAL
    assert form.fields["key"] == checked.fields["key"]


async def test_before_recording_one_reads_what_happens_then_and_who_must_act(desk: Desk) -> None:
    await desk.acts_as("clerk")
    checked = await desk.send(await desk.get("/proposals/new"), PROPOSAL)

    assert "The partnership will be: Proposed." in checked.text
    assert "Who: a clerk of Norfolk, not the one who submitted it." in checked.text
    assert "JP, that is Japan" in checked.text


async def test_a_mistake_says_in_which_of_the_two_communities_it_is(desk: Desk) -> None:
    await desk.acts_as("clerk")
    page = await desk.send(await desk.get("/proposals/new"), PROPOSAL | {"counterpart.name": ""})

    assert "Counterpart: Name is missing. Fill it in." in page.text


async def test_submitting_twice_records_once(desk: Desk) -> None:
    await desk.acts_as("clerk")
    checked = await desk.send(await desk.get("/proposals/new"), PROPOSAL)
    first = await desk.send(checked, {}, step="record")
    second = await desk.send(checked, {}, step="record")

    assert await desk.events() == 1
    assert "It was recorded already, and nothing was added." in second.text
    assert "Entry 1 of this register" in second.text
    assert first.address.partition("?")[0] == second.address.partition("?")[0]


async def test_submitting_twice_records_once_also_when_the_record_has_moved_on(desk: Desk) -> None:
    address = await desk.propose()
    await desk.acts_as("counterpart")
    form = await desk.get(f"{address}/acts/record-counterpart-approval")
    checked = await desk.send(form, APPROVAL)
    await desk.send(checked, {}, step="record")
    again = await desk.send(checked, {}, step="record")

    assert "It was recorded already" in again.text
    assert await desk.events() == 2


async def test_a_used_form_with_other_content_is_a_new_act_after_another_check(desk: Desk) -> None:
    await desk.acts_as("clerk")
    checked = await desk.send(await desk.get("/proposals/new"), PROPOSAL)
    await desk.send(checked, {}, step="record")
    other = {"counterpart.community": "de-halle", "counterpart.name": "Halle"}
    told = await desk.send(checked, other, step="record")
    await desk.send(await desk.send(told, {}), {}, step="record")

    assert told.status == 422
    assert told.fields["key"] != checked.fields["key"]
    assert await desk.events() == 2


async def test_all_mistakes_are_told_at_once_and_everything_typed_is_kept(desk: Desk) -> None:
    await desk.acts_as("clerk")
    typed = PROPOSAL | {"on": "next week", "home.name": "", "counterpart.country": "Japan"}
    page = await desk.send(await desk.get("/proposals/new"), typed)

    assert page.status == 422
    assert page.title.startswith("Error:")
    assert page.focused == "error-summary"
    assert {"#f-on", "#f-home-name", "#f-counterpart-country"} <= set(page.links)
    assert {"f-on", "f-home-name", "f-counterpart-country"} <= set(page.ids)
    assert {name: page.fields[name] for name in typed} == typed


async def test_what_the_rules_refuse_is_told_at_its_field(desk: Desk) -> None:
    await desk.acts_as("clerk")
    page = await desk.send(await desk.get("/proposals/new"), PROPOSAL | {"on": "2031"})

    assert page.status == 422
    assert "2031 lies in the future. Record an act when it has taken place." in page.text
    assert "#f-on" in page.links
    assert page.fields["on"] == "2031"


async def test_a_vote_without_majority_is_told_at_the_vote(desk: Desk) -> None:
    address = await desk.propose()
    await desk.acts_as("second-clerk")
    form = await desk.get(f"{address}/acts/approve-by-council")
    page = await desk.send(form, APPROVAL | {"vote.in_favour": "2", "vote.against": "7"})

    assert "#f-vote" in page.links
    assert "f-vote" in page.ids


async def test_a_limit_is_said_before_it_is_met_and_when_it_is_exceeded(desk: Desk) -> None:
    await desk.acts_as("clerk")
    form = await desk.get("/proposals/new")
    page = await desk.send(form, PROPOSAL | {"statement": "x" * 2001})

    assert "everyone will read this for ever, at most 2,000 characters, no personal" in form.text
    assert "has 2,001 characters, at most 2,000 are possible. Shorten it." in page.text
    assert len(page.fields["statement"]) == 2001


async def test_when_somebody_was_quicker_the_change_is_shown_and_nothing_typed_is_lost(
    desk: Desk,
) -> None:
    address = await desk.propose()
    await desk.acts_as("counterpart")
    slow = await desk.get(f"{address}/acts/decline")
    await desk.record(f"{address}/acts/record-counterpart-approval", APPROVAL)
    told = await desk.send(slow, {"on": "2026-03-06", "reason": "No money."})
    checked = await desk.send(told, {})

    assert told.status == 409
    assert "What changed meanwhile" in told.text
    assert "entry-2" in told.ids
    assert "entry-1" not in told.ids
    assert told.fields["reason"] == "No money."
    assert checked.status == 200


async def test_who_proposed_is_told_that_another_must_approve(desk: Desk) -> None:
    address = await desk.propose()
    page = await desk.get(f"{address}/acts/approve-by-council")

    assert page.status == 403
    assert "you submitted it. Ask somebody else to record it." in page.text


async def test_a_second_live_partnership_of_a_pair_is_refused_with_a_link_to_the_first(
    desk: Desk,
) -> None:
    address = await desk.propose()
    page = await desk.send(await desk.get("/proposals/new"), PROPOSAL)

    assert page.status == 409
    assert address in page.links


async def test_line_breaks_become_spaces_and_letters_their_one_form(desk: Desk) -> None:
    await desk.acts_as("clerk")
    typed = PROPOSAL | {"statement": "One\r\n\r\ntwo\tthree ", "counterpart.name": "I\u0307zmir"}
    done = await desk.record("/proposals/new", typed)

    assert "One two three" in done.text
    assert "Norfolk – \u0130zmir" in done.text


@pytest.mark.parametrize(
    ("text", "told"), [("a\x00b", "U+0000"), ("a\x07b", "U+0007"), ("\ue000", "U+E000")]
)
async def test_a_character_that_cannot_be_recorded_is_told_at_its_field(
    desk: Desk, text: str, told: str
) -> None:
    await desk.acts_as("clerk")
    page = await desk.send(await desk.get("/proposals/new"), PROPOSAL | {"home.name": text})

    assert page.status == 422
    assert told in page.text
    assert "#f-home-name" in page.links


async def test_marks_that_come_along_when_text_is_copied_are_left_out(desk: Desk) -> None:
    address = await desk.propose(**{"home.name": "\ufeffNor\u00adfolk\u200b"})

    assert "Norfolk – 北九州市" in (await desk.get(address)).text


async def test_money_is_typed_as_amounts_and_recorded_in_hundredths(desk: Desk) -> None:
    address = await desk.activate()
    money = {"currency": "EUR", "received": "1250", "spent": "1200.50", "carried_over": "49.50"}
    typed = {f"money[0].{name}": value for name, value in money.items()}
    report = {"on": "2026-06-01", "year": "2026", "statement": "An exchange.", "body": "staff"}
    await desk.record(f"{address}/acts/file-annual-report", typed | report)
    event = entry_of((await desk.services.ledger.read_after(6, 1))[0]).event

    assert isinstance(event, AnnualReportFiled)
    assert (event.money[0].received, event.money[0].spent) == (125_000, 120_050)


async def test_a_correction_is_requested_by_one_and_approved_by_another(desk: Desk) -> None:
    address = await desk.propose()
    waiting = await desk.record(
        f"{address}/acts/request-correction",
        {
            "position": "1",
            "field": "party_name",
            "community": "us-norfolk",
            "value": "City of Norfolk",
            "reason": "Its full name.",
            "body": "staff",
        },
    )
    await desk.acts_as("approver")
    done = await desk.record(f"{address}/acts/approve-correction", {"request": "2"})

    assert "A correction waits for a second person:" in waiting.text
    assert "City of Norfolk – 北九州市" in done.text


@pytest.mark.parametrize("verb", VERBS)
async def test_every_act_has_a_form_or_a_reason_for_each_role(desk: Desk, verb: str) -> None:
    address = await desk.activate()
    seen = {}
    for role in ("clerk", "counterpart", "oversight-officer", "approver", ""):
        await desk.acts_as(role)
        seen[role] = (await desk.get(f"{address}/acts/{verb}")).status

    assert set(seen.values()) <= {200, 403, 409}
    assert seen[""] == 403
