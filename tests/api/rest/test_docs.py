"""The reference for people who write programs."""

import re

import pytest

from api.problem_types import EXPLAINED
from api.rest.router import described
from domain.answers import VERBS, demands
from tests.api.desk import Desk


async def test_the_reference_names_every_address_and_every_shape(desk: Desk) -> None:
    page = await desk.get("/api/docs")

    assert page.status == 200
    assert set(VERBS) <= set(page.ids)
    assert {f"shape-{name}" for name in described()["components"]["schemas"]} <= set(page.ids)


async def test_every_link_within_the_reference_leads_somewhere(desk: Desk) -> None:
    page = await desk.get("/api/docs")
    inside = {link.removeprefix("#") for link in page.links if link.startswith("#")}

    assert inside
    assert inside <= set(page.ids)


async def test_what_recurs_is_said_once_and_everything_else_is_folded(desk: Desk) -> None:
    page = await desk.get("/api/docs")

    assert page.text.count("The day of the world that is asked about") == 1
    assert page.links.count("#parameter-as-of") > 20
    folded = len(described()["components"]["schemas"]) + page.links.count("#any-read")
    assert page.tags.count("details") == folded + page.links.count("#any-command") + 2


def test_all_reads_and_all_commands_refuse_alike_as_the_reference_says() -> None:
    refused: dict[str, set[str]] = {}
    for methods in described()["paths"].values():
        for method, told in methods.items():
            answers = (one["$ref"] for one in told["responses"].values() if "$ref" in one)
            refused.setdefault(method, set()).add(" ".join(answers))

    assert [len(sets) for sets in refused.values()] == [1, 1]


async def test_the_reference_says_what_the_rules_demand_of_persons(desk: Desk) -> None:
    page = await desk.get("/api/docs")
    approval = page.text.partition("/actions/approve-by-council ")[2][:900]

    assert "Possible while the partnership is proposed." in approval
    assert "Not by who submitted the proposal." in approval


@pytest.mark.parametrize("verb", VERBS)
def test_whatever_a_rule_refuses_by_is_demanded_in_words(verb: str) -> None:
    assert all(re.fullmatch("[A-Z].+[.]", sentence) for sentence in demands(verb))


async def test_every_problem_has_a_page_that_says_what_helps(desk: Desk) -> None:
    listed = await desk.get("/help/problems")
    for code, known in EXPLAINED.items():
        page = await desk.get(f"/help/problems/{code}")
        assert f"/help/problems/{code}" in listed.links
        assert known.title in page.text
        assert page.status == 200


async def test_an_unknown_problem_is_told_so(desk: Desk) -> None:
    page = await desk.get("/help/problems/no-such-problem")

    assert page.status == 404
    assert "/help/problems" in page.text
