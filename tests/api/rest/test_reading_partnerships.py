"""Partnerships as programs read them, at any moment of both clocks."""

import pytest

from domain.partnership import commands as c
from tests.api.desk import today
from tests.api.rest.programs import APPROVAL, Program
from tests.projections.played import (
    LE_MANS,
    LODZ,
    MUNICH,
    NORFOLK,
    PADERBORN,
    RESUME,
    SUSPEND,
    Clerks,
    clerk,
    legacy,
)


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

    assert seen.headers["etag"] == await program.etag(1)
    assert seen.headers["last-position"] == "1"
    assert approval.status_code == 201, approval.text
    assert (await program.get(f"{path}?after=2")).headers["etag"] == await program.etag(2)


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
        answer = await program.read(f"/partnerships/{reference}?as-of={day}")
        assert (answer["as_of"], answer["position"]) == (day, 3)
        assert answer["partnership"]["statuses"] == status


async def test_what_was_known_at_an_entry_stays_what_it_was(
    program: Program, clerks: Clerks
) -> None:
    reference = await clerks.found(legacy())
    await clerks.record(SUSPEND, clerk(NORFOLK), on="2022-03-08", partnership=reference)

    before = await program.read(f"/partnerships/{reference}?position=1")
    assert before["partnership"]["statuses"] == ["active"]
    assert (before["position"], before["as_of"]) == (1, today())


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


async def test_the_filters_of_the_register_go_together(program: Program, clerks: Clerks) -> None:
    suspended = await clerks.found(legacy())
    await clerks.record(SUSPEND, clerk(NORFOLK), on="2022-03-08", partnership=suspended)
    await clerks.found(legacy(NORFOLK, LODZ))
    await clerks.found(legacy(MUNICH, LODZ))

    async def found(query: str) -> list[str]:
        items = (await program.read(f"/partnerships?{query}"))["items"]
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

    acts = await program.read(f"/partnerships/{reference}/entries?total=yes")
    assert [item["position"] for item in acts["items"]] == [1, 2]
    assert acts["total"] == 2
    assert acts["items"][1]["sentence"].startswith("Suspended by Norfolk City Council")
    early = await program.read(f"/partnerships/{reference}/entries?as-of=2000-01-01")
    assert [item["position"] for item in early["items"]] == [1]


async def test_the_acts_of_a_partnership_in_pages_are_those_of_one_list(
    program: Program, clerks: Clerks
) -> None:
    reference = await clerks.found(legacy(since="1978"))
    for on in ("2022-03-08", "2019", "2023"):
        seen = c.ReportActivity("visit", "A school came.")
        await clerks.record(seen, clerk(NORFOLK), on=on, partnership=reference)

    for day, positions in ((today(), [1, 2, 3, 4]), ("2022-12-31", [1, 2, 3])):
        path = f"/partnerships/{reference}/entries?as-of={day}&total=yes"
        whole = await program.read(path)
        one_by_one = [await program.read(f"{path}&limit=1")]
        while cursor := one_by_one[-1]["next"]:
            one_by_one.append(await program.read(f"{path}&limit=1&cursor={cursor}"))
        assert [item["position"] for item in whole["items"]] == positions
        assert [page["items"][0] for page in one_by_one] == whole["items"]
        assert {page["total"] for page in (whole, *one_by_one)} == {len(positions)}
