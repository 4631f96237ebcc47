"""Commands over HTTP."""

import asyncio
from typing import Any

import pytest

from tests.api.rest.programs import APPROVAL, HASH, PROPOSAL, WITHDRAWAL, Program


async def test_a_proposal_is_recorded_and_says_where_it_is(program: Program) -> None:
    answer = await program.propose()
    done = answer.json()

    assert answer.headers["location"] == f"/api/v1/partnerships/{done['partnership']}"
    assert answer.headers["etag"] == done["etag"] == await program.etag(1)
    assert answer.headers["last-position"] == "1"
    assert done["entries"][0]["type"] == "partnership.proposal_submitted.v1"
    assert "Norfolk" in done["entries"][0]["sentence"]
    assert done["entries"][0]["proof"] == "/entries/1/proof"


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
    assert told.json()["etag"] == await program.etag(2)


async def test_a_version_that_the_record_never_had_is_another_history(program: Program) -> None:
    proposed = (await program.propose()).json()
    path = f"/{proposed['partnership']}/actions/withdraw"

    told = await program.act(path, WITHDRAWAL, seen=f'"99-{HASH}"')

    assert told.status_code == 412
    assert await program.head() == 1


async def test_the_version_of_another_record_is_told_from_an_older_one(program: Program) -> None:
    first = (await program.propose()).json()
    another = {"community": "fr-rouen", "name": "Rouen", "country": "FR"}
    body = PROPOSAL | {"command": PROPOSAL["command"] | {"counterpart": another}}
    second = (await program.act("/actions/submit-proposal", body)).json()

    told = await program.act(
        f"/{first['partnership']}/actions/withdraw", WITHDRAWAL, seen=second["etag"]
    )

    assert (told.status_code, told.json()["code"]) == (412, "record-changed")
    assert told.json()["detail"].startswith("Entry 2 is of another record")
    assert [change["position"] for change in told.json()["changes"]] == [1]
    assert told.json()["etag"] == first["etag"]


async def test_of_two_who_saw_the_same_one_is_told_what_the_other_did(program: Program) -> None:
    proposed = (await program.propose()).json()
    path, seen = f"/{proposed['partnership']}/actions", proposed["etag"]

    both = await asyncio.gather(
        program.act(f"{path}/approve-by-council", APPROVAL, who="second-clerk", seen=seen),
        program.act(f"{path}/withdraw", WITHDRAWAL, seen=seen),
    )

    assert sorted(answer.status_code for answer in both) == [201, 412]
    assert await program.head() == 2


async def test_the_same_command_sent_twice_at_once_is_recorded_once(program: Program) -> None:
    both = await asyncio.gather(
        *(program.act("/actions/submit-proposal", PROPOSAL, key="k" * 20) for _ in range(2))
    )

    assert both[0].content == both[1].content
    assert await program.head() == 1


async def test_a_lost_answer_is_given_again_when_the_record_has_moved_on(program: Program) -> None:
    first = await program.act("/actions/submit-proposal", PROPOSAL, key="k" * 20)
    path, seen = f"/{first.json()['partnership']}/actions/withdraw", first.json()["etag"]
    withdrawn = await program.act(path, WITHDRAWAL, key="w" * 20, seen=seen)

    again = await program.act("/actions/submit-proposal", PROPOSAL, key="k" * 20)
    withdrawn_again = await program.act(path, WITHDRAWAL, key="w" * 20, seen=seen)

    assert again.content == first.content
    assert withdrawn_again.content == withdrawn.content
    assert await program.head() == 2


async def test_a_key_with_another_body_is_refused(program: Program) -> None:
    await program.act("/actions/submit-proposal", PROPOSAL, key="k" * 20)
    other = PROPOSAL | {"on": "2026-01-13"}

    told = await program.act("/actions/submit-proposal", other, key="k" * 20)

    assert (told.status_code, told.json()["code"]) == (422, "idempotency-key-reused")


@pytest.mark.parametrize("query", ["", "?dry-run=yes"])
async def test_the_key_of_somebody_elses_proposal_is_refused_without_their_answer(
    query: str, program: Program
) -> None:
    first = await program.act("/actions/submit-proposal", PROPOSAL, key="k" * 20)
    told = await program.act(
        "/actions/submit-proposal", PROPOSAL, who="second-clerk", key="k" * 20, query=query
    )

    assert (told.status_code, told.json()["code"]) == (422, "idempotency-key-reused")
    assert told.json()["errors"][0]["header"] == "Idempotency-Key"
    assert first.json()["partnership"] not in told.text
    assert await program.head() == 1


async def test_a_dry_run_says_what_would_be_and_records_nothing(program: Program) -> None:
    foretold = await program.act("/actions/submit-proposal", PROPOSAL, query="?dry-run=yes")
    recorded = await program.propose()

    assert foretold.status_code == 200
    assert foretold.json()["dry_run"] is True
    assert foretold.json()["entries"][0]["position"] is None
    assert set(foretold.json()) == set(recorded.json())
    assert recorded.headers["last-position"] == "1", "nothing was recorded before"


@pytest.mark.parametrize(
    ("left_out", "status", "code"),
    [({"key": None}, 400, "idempotency-key-missing"), ({"seen": None}, 428, "if-match-missing")],
)
async def test_a_command_says_its_key_and_what_was_seen(
    left_out: dict[str, Any], status: int, code: str, program: Program
) -> None:
    proposed = (await program.propose()).json()
    path = f"/{proposed['partnership']}/actions/withdraw"

    told = await program.act(path, WITHDRAWAL, **left_out)

    assert (told.status_code, told.json()["code"]) == (status, code)
    assert told.json()["errors"][0]["header"]


@pytest.mark.parametrize(
    "seen",
    [f'W/"1-{HASH}"', f"1-{HASH}", f'"1-{HASH}", "2-{HASH}"', f'"01-{HASH}"', '"1-5be0"', ""],
)
async def test_what_is_no_version_is_not_guessed(seen: str, program: Program) -> None:
    proposed = (await program.propose()).json()
    path = f"/{proposed['partnership']}/actions/withdraw"

    told = await program.act(path, WITHDRAWAL, seen=seen)

    assert (told.status_code, told.json()["code"]) == (400, "if-match-unfit")


async def test_a_position_alone_is_refused_and_told_why(program: Program) -> None:
    proposed = (await program.propose()).json()

    told = await program.act(f"/{proposed['partnership']}/actions/withdraw", WITHDRAWAL, seen='"1"')

    assert (told.status_code, told.json()["code"]) == (400, "if-match-unfit")
    assert "A position alone does not do" in told.json()["errors"][0]["hint"]


async def test_nobody_records_without_a_token(program: Program) -> None:
    told = await program.act("/actions/submit-proposal", PROPOSAL, who="nobody")

    assert (told.status_code, told.json()["code"]) == (401, "not-signed-in")
    assert told.headers["www-authenticate"] == "Bearer"


async def test_who_proposed_is_told_that_a_second_person_approves(program: Program) -> None:
    proposed = (await program.propose()).json()

    told = await program.act(f"/{proposed['partnership']}/actions/approve-by-council", APPROVAL)

    assert (told.status_code, told.json()["code"]) == (403, "same-person")
    assert "Ask somebody else" in told.json()["detail"]


async def test_another_body_than_the_deciding_one_is_refused(program: Program) -> None:
    told = await program.act(
        "/actions/submit-proposal", PROPOSAL | {"deciding_body": "counterpart"}, who="officer"
    )

    assert (told.status_code, told.json()["code"]) == (403, "not-your-role")


async def test_who_decided_is_asked_where_several_may(program: Program) -> None:
    body = {name: value for name, value in PROPOSAL.items() if name != "deciding_body"}

    told = await program.act("/actions/submit-proposal", body)

    assert told.status_code == 422
    assert told.json()["errors"][0]["pointer"] == "/deciding_body"
    assert "councillor" in told.json()["errors"][0]["hint"]


HOME = PROPOSAL["command"]["home"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (PROPOSAL | {"on": "last spring"}, "/on"),
        (PROPOSAL | {"on": "2999-01-01"}, "/on"),
        (PROPOSAL | {"colour": "red"}, "/colour"),
        (PROPOSAL | {"command": PROPOSAL["command"] | {"a/b~c": 1}}, "/command/a~1b~0c"),
        (
            PROPOSAL | {"command": PROPOSAL["command"] | {"home": HOME | {"country": "usa"}}},
            "/command/home/country",
        ),
        (
            PROPOSAL | {"command": PROPOSAL["command"] | {"home": HOME | {"latitude": "91"}}},
            "/command/home/latitude",
        ),
        (
            PROPOSAL | {"command": PROPOSAL["command"] | {"motives": ["trade", "greed"]}},
            "/command/motives/1",
        ),
    ],
)
async def test_what_cannot_be_is_named_by_its_place(
    body: dict[str, Any], pointer: str, program: Program
) -> None:
    told = await program.act("/actions/submit-proposal", body)

    assert told.status_code == 422
    assert [fault["pointer"] for fault in told.json()["errors"]] == [pointer]
    assert told.json()["errors"][0]["hint"]
    assert await program.head() == 0


async def test_all_that_does_not_fit_is_told_at_once(program: Program) -> None:
    wrong = {
        "on": "",
        "deciding_body": "choir",
        "command": PROPOSAL["command"] | {"home": {}, "statment": "x", "motives": "trade"},
    }

    told = await program.act("/actions/submit-proposal", wrong)

    faults = {fault["pointer"]: fault for fault in told.json()["errors"]}
    assert (told.status_code, len(faults)) == (422, 7)
    assert faults["/on"]["message"] == "This is empty."
    assert faults["/command/home/name"]["message"] == "This is missing."
    assert faults["/command/statment"]["hint"] == "Did you mean 'statement'?"
    assert "councillor" in faults["/deciding_body"]["hint"]
    assert "And 6 more" in told.json()["detail"]


async def test_a_body_of_thousands_of_mistakes_is_told_the_first_of_them(program: Program) -> None:
    wrong = {f"field-{number}": number for number in range(5000)}

    told = await program.act("/actions/submit-proposal", wrong)

    assert (told.status_code, len(told.json()["errors"])) == (422, 50)


async def test_an_unknown_record_and_a_mistyped_one_are_told_apart(program: Program) -> None:
    unknown = await program.act("/TL-0000-0000/actions/withdraw", WITHDRAWAL)
    mistyped = await program.act("/norfolk/actions/withdraw", WITHDRAWAL)

    assert (unknown.status_code, unknown.json()["code"]) == (404, "not-found")
    assert (mistyped.status_code, mistyped.json()["errors"][0]["parameter"]) == (422, "ref")


async def test_what_is_allowed_is_what_the_page_says(program: Program) -> None:
    proposed = (await program.propose()).json()
    path = f"/{proposed['partnership']}/actions"

    listed = (await program.get(f"/partnerships{path}", who="clerk")).json()
    told = await program.act(f"{path}/approve-by-council", APPROVAL)
    answer = next(one for one in listed["actions"] if one["verb"] == "approve-by-council")

    assert listed["etag"] == proposed["etag"]
    assert not answer["allowed"]
    assert (answer["code"], answer["because"]) == (told.json()["code"], told.json()["detail"])


async def test_who_only_reads_is_told_who_may(program: Program) -> None:
    listed = (await program.get("/partnerships/actions")).json()

    assert [action["allowed"] for action in listed["actions"]] == [False, False]
    assert "recorded by: clerk" in listed["actions"][0]["because"]


async def test_what_was_allowed_at_an_earlier_moment_can_be_asked(program: Program) -> None:
    proposed = (await program.propose()).json()
    path = f"/partnerships/{proposed['partnership']}/actions"
    await program.act(path.removeprefix("/partnerships") + "/withdraw", WITHDRAWAL)

    now = (await program.get(f"{path}?after=2", who="clerk")).json()
    before = (await program.get(f"{path}?position=1", who="clerk")).json()
    allowed = [{one["verb"] for one in told["actions"] if one["allowed"]} for told in (now, before)]

    assert "withdraw" in allowed[1] - allowed[0]
    assert (now["etag"], before["etag"]) == (await program.etag(2), None)


async def test_a_record_of_later_is_not_there_at_an_earlier_moment(program: Program) -> None:
    proposed = (await program.propose()).json()

    told = await program.get(f"/partnerships/{proposed['partnership']}/actions?position=0")

    assert (told.status_code, told.json()["code"]) == (404, "not-found")
