"""Forms with a mistake in each line: all are named beside their fields, and nothing is lost."""

import re

import pytest

from tests.api.desk import LEGACY, Desk

_LINES = re.compile(r'<(?:textarea|input) id="[^"]*" name="([^"]+)"')
PROPOSED = {
    *("record-recommendation", "record-legal-review", "approve-by-council", "lapse", "decline"),
    *("record-counterpart-approval", "withdraw", "record-recognition", "request-correction"),
}
IN_FORCE = {
    *("vary", "renew", "promote", "demote", "mark-dormant", "give-notice", "suspend", "end"),
    *("report-activity", "file-annual-report", "open-review"),
}


async def try_the_form(desk: Desk, address: str) -> None:
    """Type something unreadable into each line, and see that all of it is still there."""
    form = await desk.get(address)
    typed = {
        name: f"Typed {number}"
        for number, name in enumerate(_LINES.findall(form.html))
        if form.fields.get(name) == ""
    }
    page = await desk.send(form, typed)
    assert (page.status, page.title[:6], page.focused) == (422, "Error:", "error-summary"), address
    assert {name: page.fields.get(name) for name in typed} == typed
    targets = {link[1:] for link in page.links if link.startswith("#f-")}
    assert targets
    assert targets <= set(page.ids)


async def forms_at(desk: Desk, record: str) -> set[str]:
    """The acts whose forms were tried: all that somebody may record on it."""
    found: set[str] = set()
    for role in ("clerk", "second-clerk", "counterpart", "oversight-officer"):
        await desk.acts_as(role)
        offered = {link for link in (await desk.get(record)).links if "/acts/" in link}
        for address in sorted(offered - found):
            await try_the_form(desk, address)
        found |= offered
    return {address.rpartition("/")[2] for address in found}


@pytest.mark.parametrize("address", ["/proposals/new", "/legacy/new"])
async def test_a_form_that_begins_a_record_keeps_what_was_typed(desk: Desk, address: str) -> None:
    await desk.acts_as("clerk")
    await try_the_form(desk, address)


async def test_each_form_at_a_proposal_keeps_what_was_typed(desk: Desk) -> None:
    assert await forms_at(desk, await desk.propose()) >= PROPOSED


async def test_each_form_of_one_in_force_keeps_what_was_typed(desk: Desk) -> None:
    await desk.acts_as("clerk")
    legacy = LEGACY | {"tier": "friendship", "term_end": "2030-01-01"}
    done = await desk.record("/legacy/new", legacy)
    assert await forms_at(desk, done.address.partition("?")[0]) >= IN_FORCE


async def test_a_mistake_in_the_date_of_an_act_names_its_field(desk: Desk) -> None:
    form = await desk.get(f"{await desk.propose()}/acts/withdraw")
    missing = await desk.send(form, {"body": "councillor", "on": ""})
    unreadable = await desk.send(form, {"body": "councillor", "on": "soon"})
    assert "Date of the act is missing." in missing.text
    assert "Date of the act: 'soon' is not a date" in unreadable.text
    assert "Something is missing or cannot be read" in unreadable.text
