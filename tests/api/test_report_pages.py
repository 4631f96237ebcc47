"""The report as a page: each number opens, each file comes again, each slip stays in the form."""

import json

from tests.api.desk import Desk, today

REPORT = "/reports/sister-city-transparency"


async def visited(desk: Desk) -> str:
    """A partnership of Norfolk in force, with one visit; its reference."""
    page = await desk.activate()
    await desk.acts_as("clerk")
    visit = {"on": "2026-06-01", "kind": "visit", "statement": "The choir came.", "body": "staff"}
    await desk.record(f"{page}/acts/report-activity", visit)
    return page.rpartition("/")[2]


async def test_the_report_answers_every_line_or_says_why_not(desk: Desk) -> None:
    await visited(desk)

    page = await desk.get(REPORT)

    assert page.status == 200
    for line in range(1, 16):
        assert f"line-{line}" in page.ids
    assert page.text.count("What would fill it:") == 5
    assert "never law" in page.text


async def test_a_number_opens_to_the_partnership_and_the_entry_that_says_so(desk: Desk) -> None:
    reference = await visited(desk)
    page = await desk.get(REPORT)
    (link,) = [link for link in page.links if "/figures/5.kind.visit?" in link]

    opened = await desk.get(link)

    last = await desk.events()
    assert "visit, 2026-06-01" in opened.text
    assert f"/partnerships/{reference}?position={last}#entry-{last}" in opened.links


async def test_a_file_is_the_same_after_more_was_recorded(desk: Desk) -> None:
    reference = await visited(desk)
    page = await desk.get(REPORT)
    (link,) = [link for link in page.links if link.startswith(f"{REPORT}.txt?")]
    before = (await desk.client.get(link)).content

    visit = {"on": "2026-07-01", "kind": "visit", "statement": "Again.", "body": "staff"}
    await desk.record(f"/partnerships/{reference}/acts/report-activity", visit)

    assert (await desk.client.get(link)).content == before
    assert before != (await desk.client.get(f"{REPORT}.txt?as-of={today()}")).content


async def test_the_json_file_has_the_number_of_the_page(desk: Desk) -> None:
    await visited(desk)

    answer = await desk.client.get(f"{REPORT}.json?as-of=2026-11-01&figure=5.activities")

    assert json.loads(answer.content)["figure"]["value"] == 1
    assert (
        'filename="sister-city-transparency-2026-11-01-entry-'
        in (answer.headers["content-disposition"])
    )


async def test_what_was_typed_wrongly_stays_and_is_told_at_its_field(desk: Desk) -> None:
    page = await desk.get(f"{REPORT}?as-of=2026-13-01&since=summer&community=us-norfolk")

    assert page.status == 400
    assert page.fields["as-of"] == "2026-13-01"
    assert page.fields["since"] == "summer"
    assert page.fields["community"] == "us-norfolk"
    assert "f-since-error" in page.ids


async def test_a_community_that_is_not_recorded_is_told(desk: Desk) -> None:
    page = await desk.get(f"{REPORT}?community=us-nofrolk")

    assert page.status == 404
    assert "us-nofrolk" in page.text
    assert page.fields["community"] == "us-nofrolk"


async def test_a_figure_that_there_is_not_is_not_found(desk: Desk) -> None:
    assert (await desk.get(f"{REPORT}/figures/5.score")).status == 404
    assert (await desk.get(f"{REPORT}.csv?figure=5.score")).status == 404


async def test_an_empty_register_has_a_report_that_says_zero(desk: Desk) -> None:
    page = await desk.get(f"{REPORT}?as-of=2026-11-01")

    assert page.status == 200
    assert "nothing: there are no entries" in page.text


async def test_claims_stand_beside_what_the_data_say(desk: Desk) -> None:
    page = await desk.get("/claims")

    assert page.status == 200
    assert page.text.count("The rule of the verdict") == 13
    assert page.text.count("Not borne out by the data") == 2


async def test_the_lists_of_the_claims_are_named_with_licence_and_link(desk: Desk) -> None:
    page = await desk.get("/claims")

    assert "the list from Wikipedia gives it 47 (7th)" in page.text
    assert "The list from Wikidata 8,182 pairs" in page.text
    assert page.text.count("relations.csv") == page.text.count("wikidata-cities.csv") == 1
    assert {
        "https://creativecommons.org/licenses/by-sa/4.0/",
        "https://github.com/Hekman/twincities",
    } <= set(page.links)


async def test_reports_lead_to_both(desk: Desk) -> None:
    page = await desk.get("/reports")

    assert {REPORT, "/claims"} <= set(page.links)
