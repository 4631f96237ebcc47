"""Programs that send odd bodies, texts and addresses get problems that name the place."""

import json
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import asyncpg
import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.rest.router import described
from tests.api.gate.bodies import REFUSED
from tests.api.gate.raw import send
from tests.api.gate.texts import TEXTS
from tests.api.gate.untouched import stored
from tests.api.rest.programs import PROPOSAL, Program

FOUND = "/actions/submit-proposal"
# One register for all examples: each of them leaves it as it was.
some = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
QUESTIONS: list[tuple[str, list[str]]] = [
    (
        path,
        [one["name"] for one in ways["get"].get("parameters", []) if one.get("in") == "query"],
    )
    for path, ways in described()["paths"].items()
    if "get" in ways
]
"""Every address that is read, and what can be asked there."""
PARAMETERS = [(path, name) for path, names in QUESTIONS for name in names if name != "wait"]
texts = (
    st.sampled_from(sorted({text[:500] for text in TEXTS.values()}))
    | st.text(max_size=20)
    | st.integers().map(str)
)
HEADERS = (
    *(b"authorization", b"idempotency-key", b"if-match", b"if-none-match", b"content-type"),
    *(b"content-encoding", b"content-length", b"last-event-id", b"cookie", b"accept", b"host"),
)


CURSORS = (
    b"[]",
    b"null",
    b"\xff",
    b'["\xff"]',
    b"[" * 4_000,
    b'[1,"","2026-01-01","q",' + b"[" * 2_900 + b"]" * 2_900 + b"]",
    b'[1,"","2026-01-01","q",{"a":' * 200,
    b'[99999999999999999999,"","2026-01-01","q",1]',
    b'[-1,"","2026-01-01","q",1]',
    b'[1,"","9999-99-99","q",1]',
    b'[1.0,"AA==","2026-01-01","q",1]',
    b'[1,"not base 64","2026-01-01","q",1]',
)
"""What a list's `cursor` could be made to hold: no JSON, no end of nesting, no such moment."""


@pytest.fixture
async def proposed(program: Program) -> str:
    """The reference of a proposal."""
    return str((await program.propose()).json()["partnership"])


def encoded(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def named(answer: httpx.Response, statuses: Iterable[int] = (400, 413, 422)) -> list[Any]:
    """What a refusal names, after a look at its form."""
    assert answer.status_code in statuses, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["code"]
    errors = list(problem.get("errors", ()))
    assert errors or answer.status_code not in (400, 413, 422)
    assert all(error["message"] and error["hint"] for error in errors)
    return errors


async def sent(program: Program, body: bytes, path: str = FOUND, **more: str) -> httpx.Response:
    """The answer to a command of a clerk, with a key of its own."""
    headers = {
        "authorization": f"Bearer {program._tokens['clerk']}",
        "content-type": "application/json",
        "idempotency-key": secrets.token_hex(16),
        "if-match": "*",
        **more,
    }
    return await program.client.post(f"/api/v1/partnerships{path}", content=body, headers=headers)


async def test_no_odd_body_becomes_an_act(
    program: Program, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    before = await stored(pool)
    for kind, body in REFUSED.items():
        answer = await sent(program, body)

        assert "pointer" in named(answer)[0], kind
    assert await stored(pool) == before


async def test_a_name_is_recorded_as_it_was_sent_or_pointed_at(program: Program) -> None:
    recorded = 0
    for number, (kind, text) in enumerate(TEXTS.items()):
        home, counterpart = PROPOSAL["command"]["home"], PROPOSAL["command"]["counterpart"]
        command = PROPOSAL["command"] | {
            "home": home | {"name": text},
            "counterpart": counterpart | {"community": f"jp-{number}", "name": f"Place {number}"},
        }
        answer = await sent(program, json.dumps(PROPOSAL | {"command": command}).encode())

        if answer.status_code == 201:
            recorded += 1
            (event,) = await program.services.ledger.read_after(recorded - 1, 1)
            assert msgspec.json.decode(event.public)["home"]["name"] == text
        else:
            assert named(answer)[0]["pointer"] == "/command/home/name", kind
        assert await program.head() == recorded
    assert recorded > len(TEXTS) // 2


@some
@given(st.sampled_from(PARAMETERS), texts)
async def test_a_question_with_an_odd_text_is_answered(
    program: Program, proposed: str, question: tuple[str, str], text: str
) -> None:
    path, name = question
    plain = re.sub("{.*?}", "1", path.replace("{ref}", proposed))
    answer = await program.client.get(f"{plain}?{name}={encoded(text)}")

    if answer.status_code != 200:
        named(answer, (400, 404, 409, 422))


@some
@given(st.sampled_from([path for path, _ in QUESTIONS if "{" in path]), texts)
async def test_an_odd_reference_is_told_to_be_none(program: Program, path: str, text: str) -> None:
    answer = await program.client.get(re.sub("{.*?}", encoded(text) or "%20", path))

    named(answer, (400, 404, 422))


@some
@given(
    st.sampled_from(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW")),
    st.sampled_from([path for path, _ in QUESTIONS] + [f"/api/v1/partnerships{FOUND}", "/api/"]),
    st.tuples(st.binary(max_size=20), st.binary(max_size=30)),
    st.tuples(
        st.lists(st.tuples(st.sampled_from(HEADERS), st.binary(max_size=30)), max_size=4),
        st.binary(max_size=60),
    ),
)
async def test_a_request_of_any_bytes_is_answered(
    program: Program,
    method: str,
    start: str,
    rest: tuple[bytes, bytes],
    sent: tuple[list[tuple[bytes, bytes]], bytes],
) -> None:
    app: Any = program.client._transport.app  # type: ignore[attr-defined] # what is under test
    path, query = start.encode() + rest[0], rest[1]
    headers, body = sent
    answer = await send(app, method, path, query=query, headers=tuple(headers), body=body)

    assert 200 <= answer.status < 500, answer
    if answer.status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
    assert await program.head() == 0


async def test_a_cursor_that_is_none_is_named(program: Program) -> None:
    await program.propose()
    for stored_in_it in CURSORS:
        cursor = urlsafe_b64encode(stored_in_it).decode().rstrip("=")
        for path in ("partnerships", "communities", "reviews", "entries"):
            answer = await program.client.get(f"/api/v1/{path}?cursor={cursor}")

            assert named(answer)[0]["parameter"] == "cursor", stored_in_it
