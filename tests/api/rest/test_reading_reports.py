"""Reports for programs: the same lines as the file, each figure opened page by page."""

import json
from typing import Any

import pytest

from tests.api.rest.programs import Program
from tests.projections.played import (
    LE_MANS,
    LODZ,
    MUNICH,
    NORFOLK,
    PADERBORN,
    Clerks,
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
