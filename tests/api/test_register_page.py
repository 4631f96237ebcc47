"""The register as a visitor searches it, filters it and goes through its pages."""

import pytest

from api.web.rendering import thousands
from tests.api.desk import LEGACY, Desk


async def test_the_front_page_is_the_register(desk: Desk) -> None:
    page = await desk.get("/")

    assert page.address == "/partnerships"
    assert "This register is still empty" in page.text


async def test_a_row_of_the_register_leads_to_the_record(desk: Desk) -> None:
    address = await desk.propose()
    page = await desk.get("/partnerships")

    assert address in page.links
    assert "Norfolk – 北九州市" in page.text
    assert "1 partnership" in page.text


async def test_the_register_is_searched_by_name_status_and_country(desk: Desk) -> None:
    address = await desk.propose()
    found = await desk.get("/partnerships?q=norf&status=proposed&country=JP")
    not_found = await desk.get("/partnerships?q=norf&status=active")

    assert address in found.links
    assert address not in not_found.links


async def test_a_search_without_results_says_what_was_searched(desk: Desk) -> None:
    await desk.propose()
    page = await desk.get("/partnerships?q=Atlantis&country=US")

    assert "No partnership found." in page.text
    assert "the text “Atlantis” in names and references, the country United States" in page.text


async def test_countries_are_named_and_listings_stand_in_for_unknown_beginnings(desk: Desk) -> None:
    await desk.acts_as("clerk")
    await desk.record("/legacy/new", LEGACY | {"listed_on": "2022-01"})
    page = await desk.get("/partnerships?country=DE")

    assert "Germany – France" in page.text
    assert "not known (listed in January 2022)" in page.text
    assert "with the country Germany" in page.text


async def test_many_partnerships_come_in_pages(desk: Desk) -> None:
    for number in range(26):
        name = {"counterpart.community": f"c-{number}", "counterpart.name": f"C {number}"}
        await desk.propose(**name)
    first = await desk.get("/partnerships")
    following = next(link for link in first.links if "after=" in link)
    second = await desk.get(following)

    assert "26 partnerships" in first.text
    assert sum(link.startswith("/partnerships/TL-") for link in first.links) == 25
    assert sum(link.startswith("/partnerships/TL-") for link in second.links) == 1


async def test_a_wrong_day_is_told_beside_its_field_and_the_search_stays(desk: Desk) -> None:
    page = await desk.get("/partnerships?q=Norfolk&as-of=2026-13-01")

    assert page.status == 400
    assert page.title.startswith("Error:")
    assert page.fields["q"] == "Norfolk"
    assert page.fields["as-of"] == "2026-13-01"
    assert "#f-as-of" in page.links
    assert "f-as-of" in page.ids
    assert page.focused == "error-summary"


async def test_who_only_reads_is_told_who_proposes_instead_of_a_button_that_refuses(
    desk: Desk,
) -> None:
    page = await desk.get("/partnerships")

    assert "Who may submit a proposal: clerk. Choose a role at the top of the page" in page.text
    assert not {"/proposals/new", "/legacy/new"} & set(page.links)


@pytest.mark.parametrize("address", ["/proposals/new", "/legacy/new"])
async def test_a_button_and_the_heading_it_leads_to_say_the_same(desk: Desk, address: str) -> None:
    await desk.acts_as("clerk")
    form = await desk.get(address)
    register = await desk.get("/partnerships")

    button = register.html.partition(f'href="{address}">')[2].partition("</a>")[0]
    assert f"<h1>{button}</h1>" in form.html


def test_how_many_there_are_is_told_with_commas() -> None:
    assert thousands(25_917) == "25,917"
