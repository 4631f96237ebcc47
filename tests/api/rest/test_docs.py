"""The reference for people who write programs."""

from api.problem_types import EXPLAINED
from api.rest.router import described
from domain.answers import VERBS
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
