"""The OpenAPI document says what the server does."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from api.problem_types import EXPLAINED
from api.problems import codes_of
from api.rest.router import described
from domain.answers import VERBS
from tests.api.rest.programs import PROPOSAL, Program


def references(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for one in part:
            yield from references(one)
    elif isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for one in part.values():
            yield from references(one)


def operations() -> dict[str, Any]:
    return {
        operation["operationId"]: operation
        for item in described()["paths"].values()
        for operation in item.values()
    }


async def test_it_is_served_as_openapi_3_1(program: Program) -> None:
    answer = await program.get("/openapi.json")

    assert answer.json() == json.loads(json.dumps(described()))
    assert answer.json()["openapi"].startswith("3.1")


def test_every_verb_is_an_operation_with_a_body_of_its_own() -> None:
    bodies = {
        verb: operations()[verb]["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        for verb in VERBS
    }

    assert len(set(bodies.values())) == len(VERBS)


def test_every_operation_has_a_name_of_its_own() -> None:
    count = sum(len(item) for item in described()["paths"].values())

    assert len(operations()) == count


def test_every_reference_leads_somewhere() -> None:
    for reference in set(references(described())):
        found = described()
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        assert found


@pytest.mark.parametrize("verb", VERBS)
def test_no_command_takes_a_field_that_it_does_not_name(verb: str) -> None:
    components = described()["components"]["schemas"]
    sent = components[f"{VERBS[verb].__name__}Request"]
    reachable = {reference.rpartition("/")[2] for reference in references(sent)}

    assert sent["additionalProperties"] is False
    assert all(components[name]["additionalProperties"] is False for name in reachable)


def test_every_refusal_of_a_command_is_announced() -> None:
    announced = {int(status) for status in operations()["suspend"]["responses"]}
    statuses = {status for status in range(400, 600) if codes_of(status)}

    assert statuses - announced == {405}, "which no operation answers: it is another's method"


def test_what_is_read_announces_no_code_that_only_a_command_has() -> None:
    responses = described()["components"]["responses"]
    announced = {
        code
        for answer in operations()["actions"]["responses"].values()
        for code in responses.get(answer.get("$ref", "").rpartition("/")[2], {}).get("x-codes", ())
    }

    assert "not-found" in announced
    assert not announced & {"already-recorded", "if-match-unfit", "idempotency-key-reused"}


def test_every_code_is_explained_and_every_explanation_is_of_a_code() -> None:
    codes = {code for status in range(400, 600) for code in codes_of(status)}

    assert codes == set(EXPLAINED)


async def test_an_action_names_a_schema_that_is_there(program: Program) -> None:
    answer = await program.get("/partnerships/actions", who="clerk")
    names = {action["body"]["$ref"].rpartition("/")[2] for action in answer.json()["actions"]}

    assert names == {"SubmitProposalRequest", "RecordLegacyPartnershipRequest"}
    assert names <= set(described()["components"]["schemas"])


async def test_what_is_answered_is_of_the_shape_that_is_announced(program: Program) -> None:
    done = (await program.act("/actions/submit-proposal", PROPOSAL)).json()
    shape = described()["components"]["schemas"]["Done"]

    assert set(done) == set(shape["properties"])
