"""Reports for programs: the same lines as the file, each figure opened page by page."""

import json
from typing import Any

import pytest

from domain.partnership import commands as c
from domain.review import commands as r
from domain.review.criteria import TRANSPARENCY_ACT
from domain.values import PartnershipId, ReviewId
from projections.views import Moment
from tests.api.rest.programs import Program
from tests.projections.played import (
    LE_MANS,
    LODZ,
    MINUTE,
    MUNICH,
    NORFOLK,
    OFFICER,
    PADERBORN,
    Clerks,
    clerk,
    legacy,
)

REPORT = "/reports/sister-city-transparency"
FIGURE = f"{REPORT}/figures/2.partnerships_in_force"


@pytest.fixture
async def three(program: Program) -> Program:
    """A register of three partnerships."""
    clerks = Clerks(program.services.ledger)
    for home, other in ((NORFOLK, LODZ), (PADERBORN, LE_MANS), (MUNICH, NORFOLK)):
        await clerks.found(legacy(home, other, listed_on="2020"))
    await program.services.wait_for(3)
    return program


async def read(program: Program, path: str) -> Any:
    answer = await program.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_program_reads_what_the_file_says(three: Program) -> None:
    answer = await read(three, f"{REPORT}?as-of=2026-11-01&position=3")

    file = await three.client.get(f"{REPORT}.json?as-of=2026-11-01&position=3")
    assert answer["report"] == json.loads(file.content)
    assert (answer["as_of"], answer["position"]) == ("2026-11-01", 3)


async def test_a_report_is_the_same_after_more_was_recorded(three: Program) -> None:
    path = f"{REPORT}?as-of=2026-11-01&position=2"
    before = (await three.get(path)).content

    await Clerks(three.services.ledger).found(legacy(LODZ, MUNICH))

    assert (await three.get(path)).content == before


async def test_the_rows_behind_a_figure_come_in_pages(three: Program) -> None:
    first = await three.get(f"{FIGURE}?limit=2&total=yes&as-of=2026-11-01")
    link = first.headers["link"].partition(">")[0].lstrip("<")
    rest = (await three.client.get(link)).json()

    found = first.json()
    assert (len(found["items"]), found["total"], found["figure"]["value"]) == (2, 3, 3)
    assert len(rest["items"]) == 1
    assert rest["next"] is None
    references = [row["partnership"] for row in (*found["items"], *rest["items"])]
    assert references == sorted(set(references))


async def test_a_report_for_one_community_says_so(three: Program) -> None:
    answer = await read(three, f"{REPORT}?community={NORFOLK.community}")

    assert answer["report"]["basis"]["reporting_unit"] == f"Norfolk ({NORFOLK.community})"
    figures = answer["report"]["lines"][0]["figures"]
    assert figures[0]["value"] == 2


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/reports/twinning", 404),
        (f"{REPORT}/figures/5.score", 404),
        (f"{REPORT}?community=us-nofrolk", 404),
        (f"{REPORT}?since=summer", 422),
        (f"{REPORT}?since=2030-01-01&as-of=2026-11-01", 422),
    ],
)
async def test_what_cannot_be_asked_is_a_problem(three: Program, path: str, status: int) -> None:
    answer = await three.get(path)

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_claims_are_told_with_their_null_model(program: Program) -> None:
    await program.services.wait_for(0)

    answer = await read(program, "/claims")

    assert len(answer["claims"]["rows"]) == 13
    assert "20 runs" in answer["null_model"]


async def lived(program: Program) -> PartnershipId:
    """Norfolk and Kaliningrad: recognised from 2020 on, a visit, a review with one finding."""
    clerks = Clerks(program.services.ledger)
    reference = await clerks.found(legacy(since="1992"))
    listed = c.RecordRecognition("Sister Cities International", listed=True, evidence=(MINUTE,))
    by = clerk(NORFOLK, "association")
    await clerks.record(listed, by, on="2020-05-01", partnership=reference)
    visit = c.ReportActivity(kind="visit", statement="The choir came.")
    await clerks.record(visit, clerk(NORFOLK, "staff"), on="2021-05-12", partnership=reference)
    opening = r.OpenReview("complaint", TRANSPARENCY_ACT.id, "Asked.", no_tie=True)
    await clerks.record(opening, OFFICER, on="2022-01-10", partnership=reference)
    await program.services.wait_for(4)
    view = await program.services.register.get(reference, Moment())
    assert view is not None
    review = ReviewId(view.open_reviews[0].review)
    finding = r.RecordFinding(review, "2E", "no_evidence", "Nothing was found.")
    await clerks.record(finding, OFFICER, partnership=reference)
    await program.services.wait_for(5)
    return reference


async def figures(program: Program, query: str) -> dict[str, int]:
    report = (await read(program, f"{REPORT}?{query}"))["report"]
    return {figure["id"]: figure["value"] for line in report["lines"] for figure in line["figures"]}


async def test_recognition_counts_on_its_day_and_from_its_entry(program: Program) -> None:
    await lived(program)

    assert (await figures(program, "as-of=2021-01-01"))["2.pairs.applies"] == 1
    assert (await figures(program, "as-of=2019-12-31"))["2.recognised.unknown"] == 1
    known_before = await figures(program, "as-of=2021-01-01&position=1")
    assert known_before["2.recognised.unknown"] == 1


async def test_activities_and_reviews_count_from_their_day(program: Program) -> None:
    await lived(program)

    before, after = [await figures(program, f"as-of={day}") for day in ("2021-05-11", "2022-01-10")]
    assert (before["5.activities"], before["9.reviews"]) == (0, 0)
    assert (after["5.kind.visit"], after["9.reviews_open"]) == (1, 1)


async def test_every_figure_opens_to_entries_of_its_partnership(program: Program) -> None:
    reference = await lived(program)
    timeline = await program.services.timeline.of(reference)
    known = {item.position for item in timeline}

    for figure, value in (await figures(program, "as-of=2026-11-01")).items():
        opened = await read(program, f"{REPORT}/figures/{figure}?as-of=2026-11-01")
        assert len(opened["items"]) == value, figure
        for row in opened["items"]:
            assert row["partnership"] == reference
            assert set(row["entries"]) <= known, figure


async def test_the_row_of_a_finding_names_its_entry(program: Program) -> None:
    await lived(program)

    opened = await read(program, f"{REPORT}/figures/12.finding.2E.no_evidence")

    (row,) = opened["items"]
    assert row["entries"] == [5]
    assert row["because"] == "finding on 2E: no evidence found"
