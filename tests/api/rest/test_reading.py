"""What all reads have in common, and the nouns that are looked up."""

import pytest

from api.rest.router import described
from tests.api.desk import today
from tests.api.rest.programs import Program
from tests.projections.played import LODZ, NORFOLK, Clerks, legacy


async def test_every_noun_of_the_index_can_be_read_in_an_empty_register(program: Program) -> None:
    for noun in (await program.read(""))["nouns"]:
        answer = await program.client.get(noun["address"])
        assert (answer.status_code, answer.json()["position"]) == (200, 0), noun


async def test_the_index_names_every_noun_there_is(program: Program) -> None:
    named = {noun["address"] for noun in (await program.read(""))["nouns"]}

    assert named | {"/api/v1"} == {
        path for path, item in described()["paths"].items() if "get" in item and "{" not in path
    }


async def test_known_at_a_day_is_all_that_was_recorded_by_its_end(
    program: Program, clerks: Clerks
) -> None:
    await clerks.found(legacy())

    assert (await program.read("/partnerships?known-at=2026-11-22"))["items"] == []
    assert len((await program.read(f"/partnerships?known-at={today()}"))["items"]) == 1


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("as-of=2026-02-30", "as-of"),
        ("as-of=yesterday", "as-of"),
        ("known-at=2026-13-01", "known-at"),
        ("position=7", "position"),
        ("after=7", "after"),
        ("position=-1", "position"),
        ("after=-1", "after"),
        ("known-at=2026-01-01&position=0", "position"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("status=sleeping", "status"),
        ("tier=best", "tier"),
        ("country=GER", "country"),
        ("cursor=abc", "cursor"),
        ("q=" + "a" * 201, "q"),
    ],
)
async def test_what_cannot_be_asked_is_named_with_what_helps(
    program: Program, query: str, parameter: str
) -> None:
    answer = await program.get(f"/partnerships?{query}")

    assert answer.status_code == 422, answer.text
    fault = answer.json()["errors"][0]
    assert fault["parameter"] == parameter
    assert fault["hint"]


async def test_a_write_that_is_not_shown_in_time_is_told_so_and_may_be_asked_again(
    program: Program, clerks: Clerks, monkeypatch: pytest.MonkeyPatch
) -> None:
    await clerks.found(legacy())

    async def never(position: int) -> None:
        """The projections stand still."""

    monkeypatch.setattr("projections.runner.Runner.catch_up", lambda self: never(0))
    answer = await program.get("/partnerships?after=1")
    assert (answer.status_code, answer.json()["code"]) == (503, "not-shown-yet")
    assert answer.json()["retryable"] is True


async def test_a_community_is_read_with_its_names_and_its_partnerships(
    program: Program, clerks: Clerks
) -> None:
    await clerks.found(legacy(since="1978"))
    await clerks.found(legacy(NORFOLK, LODZ, since="1990"))

    assert (await program.read("/communities/Q49231"))["partnerships"] == 2
    early = await program.read("/communities/Q49231?as-of=1980-01-01")
    assert (early["community"]["name"], early["partnerships"]) == ("Norfolk", 1)
    listed = await program.read("/communities?q=lodz&total=yes")
    assert [(one["name"], listed["total"]) for one in listed["items"]] == [("Łódź", 1)]
    begun = await program.read("/communities?as-of=1980-01-01")
    assert [one["name"] for one in begun["items"]] == ["Norfolk", "Калининград"]


async def test_the_edition_of_a_list_that_counts_depends_on_the_day(program: Program) -> None:
    for day, edition in (("2020-06-01", "2019"), ("2026-06-01", "2023"), ("2012-12-31", None)):
        answer = await program.read(f"/lists/cpi?as-of={day}")
        assert answer["list"]["in_force"] == edition
        assert "change nothing" in answer["note"]
    scores = await program.read("/lists/cpi/2019?as-of=2020-06-01")
    assert (scores["in_force"], scores["scores"]["CN"]) == (True, 41)


async def test_a_bill_is_never_in_force_and_was_nothing_before_it_was_introduced(
    program: Program,
) -> None:
    path = "/regimes/us-sister-city-transparency-act-s1351-2025"

    assert (await program.read(path))["summary"]["standing"] == "bill"
    before = await program.read(f"{path}?as-of=2025-01-01")
    assert before["summary"]["standing"] == "not_introduced"
    assert before["rule_in_words"].startswith("all of: exactly one party lies in US")


@pytest.mark.parametrize(
    "path", ["/lists/none", "/lists/cpi/1999", "/regimes/none", "/reviews/none", "/communities/no"]
)
async def test_what_there_is_not_is_a_problem_that_says_what_there_is(
    program: Program, path: str
) -> None:
    answer = await program.get(path)

    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert len(answer.json()["detail"]) > len(path)
