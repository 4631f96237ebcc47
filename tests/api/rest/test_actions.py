"""Commands over HTTP."""

from tests.api.rest.programs import APPROVAL, PROPOSAL, WITHDRAWAL, Program


async def test_a_proposal_is_recorded_and_says_where_it_is(program: Program) -> None:
    answer = await program.propose()
    done = answer.json()

    assert answer.headers["location"] == f"/api/v1/partnerships/{done['partnership']}"
    assert answer.headers["etag"] == done["etag"] == '"1"'
    assert answer.headers["last-position"] == "1"
    assert done["entries"][0]["type"] == "partnership.proposal_submitted.v1"
    assert "Norfolk" in done["entries"][0]["sentence"]


async def test_the_next_act_names_the_version_that_it_builds_on(program: Program) -> None:
    proposed = (await program.propose()).json()
    path = f"/{proposed['partnership']}/actions/approve-by-council"

    done = await program.act(path, APPROVAL, who="second-clerk", seen=proposed["etag"])

    assert done.status_code == 201
    assert done.json()["entries"][0]["position"] == 2


async def test_the_same_key_gives_the_same_bytes(program: Program) -> None:
    first = await program.act("/actions/submit-proposal", PROPOSAL, key="k" * 20)
    again = await program.act("/actions/submit-proposal", PROPOSAL, key="k" * 20)

    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert await program.head() == 1


async def test_who_saw_an_older_record_is_told_what_changed(program: Program) -> None:
    proposed = (await program.propose()).json()
    path = f"/{proposed['partnership']}/actions"
    await program.act(f"{path}/approve-by-council", APPROVAL, who="second-clerk")

    told = await program.act(f"{path}/withdraw", WITHDRAWAL, seen=proposed["etag"])

    assert told.status_code == 412
    assert [change["position"] for change in told.json()["changes"]] == [2]
    assert told.json()["etag"] == '"2"'
