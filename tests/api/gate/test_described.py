"""The interface does what its OpenAPI document says, for requests that fit it and for others."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import httpx
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.identity import bodies_for
from api.rest.router import described
from domain.values import mint_partnership_id
from tests.api.rest.programs import PEOPLE, PROPOSAL, Program, Who

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SCHEMA = schemathesis.openapi.from_dict(described())
OPERATIONS = [one.ok() for one in SCHEMA.get_all_operations() if isinstance(one, Ok)]


# One register for all examples.
some = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
# The record that the examples are about; its reference is minted from the key.
FOUNDED_WITH = "of-the-described-interface"
REF = mint_partnership_id(FOUNDED_WITH)


def cases(mode: GenerationMode) -> st.SearchStrategy[Case[Any]]:
    """Requests that fit the document, or do not; half of those about a record find one."""
    known = {"path_parameters": {"ref": REF}}
    return st.tuples(st.sampled_from(OPERATIONS), st.booleans()).flatmap(
        lambda one: one[0].as_strategy(
            generation_mode=mode, **(known if one[1] and "{ref}" in one[0].path else {})
        )
    )


def tidied(value: Any) -> Any:
    """The same with texts that pass the gate and days that are days: now the rules are asked."""
    if isinstance(value, str):
        return "".join(c for c in value if " " <= c <= "~") or "x"
    if isinstance(value, list):
        return [tidied(item) for item in value]
    if isinstance(value, dict):
        return {key: "2026-03-05" if key == "on" else tidied(item) for key, item in value.items()}
    return value


async def found(program: Program) -> None:
    answer = await program.act("/actions/submit-proposal", PROPOSAL, key=FOUNDED_WITH)
    assert answer.json()["partnership"] == REF


async def answered(
    program: Program, case: Case[Any], who: Who, more: Mapping[str, str] = MappingProxyType({})
) -> httpx.Response:
    if "wait" in (case.query or {}):
        case.query["wait"] = 0
    sent = case.as_transport_kwargs(base_url="http://test", headers=program._headers(who, more))
    sent["content"] = sent.pop("data", None)  # what httpx calls it
    sent.pop("cookies")  # which mean nothing here
    # As bytes: httpx would refuse to send what is beyond ASCII, and the register is to be asked.
    sent["headers"] = {name: value.encode("latin-1") for name, value in sent["headers"].items()}
    return await program.client.request(**sent)


people = st.sampled_from(("clerk", "officer", "nobody"))


@some
@given(cases(GenerationMode.POSITIVE) | cases(GenerationMode.NEGATIVE), people)
async def test_every_answer_is_one_that_the_document_tells_of(
    program: Program, case: Case[Any], who: Who
) -> None:
    await found(program)
    before = await program.head()
    answer = await answered(program, case, who)

    case.validate_response(answer, checks=[*CHECKS, negative_data_rejection])
    assert answer.status_code == 201 or await program.head() == before


@some
@given(cases(GenerationMode.POSITIVE).filter(lambda case: case.method == "POST"), people)
async def test_a_dry_run_of_any_command_answers_and_records_nothing(
    program: Program, case: Case[Any], who: Who
) -> None:
    await found(program)
    before = await program.head()
    verb = case.path.rpartition("/")[2]
    role = PEOPLE[who][0] if who in PEOPLE else "clerk"
    case.body = tidied(case.body)
    if isinstance(case.body, dict):
        case.body["deciding_body"] = bodies_for(verb, role)[0]
    case.query = {"dry-run": "yes"}
    case.path_parameters = {"ref": REF}
    case.headers.clear()
    answer = await answered(program, case, who, {"idempotency-key": "k", "if-match": "*"})

    case.validate_response(answer, checks=CHECKS)
    assert await program.head() == before
