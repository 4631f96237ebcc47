"""What programs read: each noun, at any moment of both clocks."""

from typing import Any

import pytest

from api.rest.router import described
from domain.review import commands as r
from domain.values import PartnershipId
from tests.api.rest.programs import APPROVAL, Program
from tests.projections.played import (
    LE_MANS,
    LODZ,
    MINUTE,
    MUNICH,
    NORFOLK,
    OFFICER,
    PADERBORN,
    RESUME,
    SUSPEND,
    Clerks,
    clerk,
    legacy,
)


@pytest.fixture
def clerks(program: Program) -> Clerks:
    return Clerks(program.services.ledger)


async def read(program: Program, path: str) -> Any:
    """The answer, once everything recorded is shown."""
    await program.services.wait_for(0)
    answer = await program.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_every_noun_of_the_index_can_be_read_in_an_empty_register(program: Program) -> None:
    for noun in (await read(program, ""))["nouns"]:
        answer = await program.client.get(noun["address"])
        assert (answer.status_code, answer.json()["position"]) == (200, 0), noun


async def test_the_index_names_every_noun_there_is(program: Program) -> None:
    named = {noun["address"] for noun in (await read(program, ""))["nouns"]}

    assert named | {"/api/v1"} == {
        path for path, item in described()["paths"].items() if "get" in item and "{" not in path
    }


async def test_a_partnership_says_its_version_in_the_etag_that_a_command_takes(
    program: Program,
) -> None:
    path = f"/partnerships/{(await program.propose()).json()['partnership']}"
    seen = await program.get(f"{path}?after=1")
    approval = await program.client.post(
        f"/api/v1{path}/actions/approve-by-council",
        json=APPROVAL,
        headers=program._headers(
            "second-clerk", {"if-match": seen.headers["etag"], "idempotency-key": "approval"}
        ),
    )

    assert (seen.headers["etag"], seen.headers["last-position"]) == ('"1"', "1")
    assert approval.status_code == 201, approval.text
    assert (await program.get(f"{path}?after=2")).headers["etag"] == '"2"'


async def test_the_past_has_no_etag_to_act_on(program: Program) -> None:
    path = f"/partnerships/{(await program.propose()).json()['partnership']}"

    assert "etag" not in (await program.get(f"{path}?position=1&after=1")).headers
    assert "etag" not in (await program.get(f"{path}?as-of=2026-01-12")).headers


async def test_a_day_is_asked_about_with_all_that_is_known_now(
    program: Program, clerks: Clerks
) -> None:
    reference = await clerks.found(legacy(since="1978"))
    by = clerk(NORFOLK)
    await clerks.record(SUSPEND, by, on="2022-03-08", partnership=reference)
    await clerks.record(RESUME, by, on="2023-02-01", partnership=reference)

    for day, status in (
        ("1970-01-01", []),
        ("2000-01-01", ["active"]),
        ("2022-06-01", ["suspended"]),
    ):
        answer = await read(program, f"/partnerships/{reference}?as-of={day}")
        assert (answer["as_of"], answer["position"]) == (day, 3)
        assert answer["partnership"]["statuses"] == status


async def test_what_was_known_at_an_entry_stays_what_it_was(
    program: Program, clerks: Clerks
) -> None:
    reference = await clerks.found(legacy())
    await clerks.record(SUSPEND, clerk(NORFOLK), on="2022-03-08", partnership=reference)

    before = await read(program, f"/partnerships/{reference}?position=1")
    assert before["partnership"]["statuses"] == ["active"]
    assert (before["position"], before["as_of"]) == (1, "2026-11-23")


async def test_known_at_a_day_is_all_that_was_recorded_by_its_end(
    program: Program, clerks: Clerks
) -> None:
    await clerks.found(legacy())

    assert (await read(program, "/partnerships?known-at=2026-11-22"))["items"] == []
    assert len((await read(program, "/partnerships?known-at=2026-11-23"))["items"]) == 1


async def test_a_record_that_began_later_is_not_found_and_says_where_it_begins(
    program: Program, clerks: Clerks
) -> None:
    await clerks.found(legacy())
    reference = await clerks.found(legacy(PADERBORN, LE_MANS))
    await program.services.wait_for(0)
    answer = await program.get(f"/partnerships/{reference}?position=1")

    assert answer.status_code == 404
    assert "its first entry is 2" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["tl-7k3q-9fzm", "TL7K3Q9FZM"])
async def test_a_reference_has_one_address_and_another_spelling_is_told_it(
    program: Program, path: str
) -> None:
    answer = await program.get(f"/partnerships/{path}")

    assert answer.status_code == 404
    assert "Ask for TL-7K3Q-9FZM." in answer.json()["detail"]


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


async def test_the_filters_of_the_register_go_together(program: Program, clerks: Clerks) -> None:
    suspended = await clerks.found(legacy())
    await clerks.record(SUSPEND, clerk(NORFOLK), on="2022-03-08", partnership=suspended)
    await clerks.found(legacy(NORFOLK, LODZ))
    await clerks.found(legacy(MUNICH, LODZ))

    async def found(query: str) -> list[str]:
        items = (await read(program, f"/partnerships?{query}"))["items"]
        return [item["counterpart"]["name"] for item in items]

    assert await found("q=norf&status=suspended") == ["Калининград"]
    assert await found("country=pl&community=Q49231") == ["Łódź"]
    assert await found("country=PL&tier=friendship") == []
    assert await found("under-review=yes") == []


async def test_the_acts_of_a_partnership_are_sentences_and_a_day_leaves_out_what_came_later(
    program: Program, clerks: Clerks
) -> None:
    reference = await clerks.found(legacy(since="1978"))
    await clerks.record(SUSPEND, clerk(NORFOLK), on="2022-03-08", partnership=reference)

    acts = await read(program, f"/partnerships/{reference}/entries?total=yes")
    assert [item["position"] for item in acts["items"]] == [1, 2]
    assert acts["total"] == 2
    assert acts["items"][1]["sentence"].startswith("Suspended by Norfolk City Council")
    early = await read(program, f"/partnerships/{reference}/entries?as-of=2000-01-01")
    assert [item["position"] for item in early["items"]] == [1]


async def test_a_review_is_read_with_its_requests_answers_and_findings(
    program: Program, clerks: Clerks
) -> None:
    review, reference = await reviewed(clerks)
    opened, now = (
        await read(program, f"/reviews/{review}?position=2"),
        await read(program, f"/reviews/{review}"),
    )

    assert (opened["review"]["open"], opened["elements_missing"]) == (True, ["K"])
    assert (now["review"]["open"], now["review"]["outcome"]) == (False, "no_action")
    assert [(one["question"], one["answer"]["statement"]) for one in now["requests"]] == [
        ("Why?", "Because.")
    ]
    assert [(one["element"], one["result"]) for one in now["findings"]] == [("K", "met")]
    assert now["closing"]["statement"] == "Done."
    assert now["review"]["partnership"] == reference


async def test_reviews_are_listed_by_whether_they_are_open_and_by_ground(
    program: Program, clerks: Clerks
) -> None:
    review, reference = await reviewed(clerks)

    async def found(query: str) -> list[str]:
        return [item["review"] for item in (await read(program, query))["items"]]

    assert await found("/reviews") == [review]
    assert await found("/reviews?open=yes") == []
    assert await found("/reviews?open=yes&as-of=2023-06-01") == [review]
    assert await found("/reviews?open=no&ground=statute") == []
    assert await found(f"/partnerships/{reference}/reviews") == [review]


async def test_a_community_is_read_with_its_names_and_its_partnerships(
    program: Program, clerks: Clerks
) -> None:
    await clerks.found(legacy(since="1978"))
    await clerks.found(legacy(NORFOLK, LODZ, since="1990"))

    assert (await read(program, "/communities/Q49231"))["partnerships"] == 2
    early = await read(program, "/communities/Q49231?as-of=1980-01-01")
    assert (early["community"]["name"], early["partnerships"]) == ("Norfolk", 1)
    listed = await read(program, "/communities?q=lodz&total=yes")
    assert [(one["name"], listed["total"]) for one in listed["items"]] == [("Łódź", 1)]
    begun = await read(program, "/communities?as-of=1980-01-01")
    assert [one["name"] for one in begun["items"]] == ["Norfolk", "Калининград"]


async def test_the_edition_of_a_list_that_counts_depends_on_the_day(program: Program) -> None:
    for day, edition in (("2020-06-01", "2019"), ("2026-06-01", "2023"), ("2012-12-31", None)):
        answer = await read(program, f"/lists/cpi?as-of={day}")
        assert answer["list"]["in_force"] == edition
        assert "change nothing" in answer["note"]
    scores = await read(program, "/lists/cpi/2019?as-of=2020-06-01")
    assert (scores["in_force"], scores["scores"]["CN"]) == (True, 41)


async def test_a_bill_is_never_in_force_and_was_nothing_before_it_was_introduced(
    program: Program,
) -> None:
    path = "/regimes/us-sister-city-transparency-act-s1351-2025"

    assert (await read(program, path))["summary"]["standing"] == "bill"
    before = await read(program, f"{path}?as-of=2025-01-01")
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


async def reviewed(clerks: Clerks) -> tuple[str, PartnershipId]:
    """A review of a partnership, opened on 2 May 2023 and closed since, and the partnership."""
    reference = await clerks.found(legacy())
    opening = r.OpenReview("complaint", "continuation/1", "Does it go on?", no_tie=True)
    opened = await clerks.record(opening, OFFICER, on="2023-05-02", partnership=reference)
    review = opened.events[0].review  # type: ignore[union-attr]  # that is what was opened
    for command, by in (
        (r.RequestInformation(review, "Why?", "the council of Norfolk"), OFFICER),
        (r.RecordAnswer(review, 3, "Because."), clerk(NORFOLK)),
        (r.RecordFinding(review, "K", "met", "It is kept.", (MINUTE,)), OFFICER),
        (r.CloseReview(review, "no_action", "Done."), OFFICER),
    ):
        await clerks.record(command, by, partnership=reference)
    return review, reference
