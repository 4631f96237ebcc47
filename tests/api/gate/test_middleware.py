"""The gate before a small application: what reaches a route is what was sent, and in bounds."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from litestar import Litestar, Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import Message
from msgspec import Struct

from api.gate import gate, middleware
from api.gate.errors import BodyTooLarge, BodyTooSlow, GateRefusal
from tests.api.gate.bodies import REFUSED

JSON = {"content-type": "application/json"}


class Vote(Struct):
    in_favour: int = 0
    statement: str = ""


def moment(as_of: Annotated[str, QueryParameter(name="as-of")] = "") -> str:
    return as_of


@get("/votes", dependencies={"moment": Provide(moment, sync_to_thread=False)})
async def votes(
    moment: NamedDependency[str], limit: Annotated[int | None, QueryParameter()] = None
) -> list[Any]:
    return [moment, limit]


@post("/votes")
async def cast(data: JSONBody[Vote]) -> Vote:
    return data


@post("/letters", opt={"largest_body": 20})
async def letter(request: Request[Any, Any, Any]) -> bytes:
    return await request.body()


@get("/votes/{number:int}")
async def vote(number: FromPath[int]) -> int:
    return number


def told(request: Request[Any, Any, Any], refusal: GateRefusal) -> Response[str]:
    return Response(f"{refusal.code}: {refusal}", status_code=418)


@pytest.fixture
async def program() -> AsyncIterator[httpx.AsyncClient]:
    # httpx and litestar describe the same protocol by types of their own.
    app: Any = Litestar(
        [Router("/api", route_handlers=[votes, cast, letter, vote], middleware=[gate])],
        exception_handlers={GateRefusal: told},
        openapi_config=None,
        logging_config=None,
    )
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://register.test") as client:
        yield client


async def test_a_plain_body_reaches_the_route_as_it_was_sent(program: httpx.AsyncClient) -> None:
    answer = await program.post("/api/votes", json={"in_favour": 7, "statement": "北九州市"})

    assert answer.json() == {"in_favour": 7, "statement": "北九州市"}


async def test_a_body_in_pieces_reaches_the_route_whole(program: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for byte in b'{"in_favour":7}':
            yield bytes([byte])

    answer = await program.post("/api/votes", content=pieces(), headers=JSON)

    assert answer.json()["in_favour"] == 7


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/plain"},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
)
async def test_a_body_that_is_not_announced_as_json_reaches_no_route(
    program: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await program.post("/api/votes", content=b"{}", headers=headers)

    assert answer.text.startswith("not-json: ")


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
async def test_no_odd_body_reaches_a_route(program: httpx.AsyncClient, body: bytes) -> None:
    answer = await program.post("/api/votes", content=body, headers=JSON)

    assert answer.status_code == 418, answer.text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/votes?as-of=2026&limit=5", 200),
        ("/api/votes?moment=2026", 418),
        ("/api/votes?limit=1.0", 418),
        ("/api/votes/", 418),
        ("/api/votes/7", 200),
        ("/api/votes/7?limit=5", 418),
        ("/api/votes/0_7", 418),
        ("/api/votes/%D9%A7", 418),
        ("/api/votes/9007199254740992", 418),
        ("/api/votes/x", 404),
    ],
)
async def test_a_route_takes_the_parameters_that_it_and_its_dependencies_declare(
    program: httpx.AsyncClient, address: str, status: int
) -> None:
    answer = await program.get(address)

    assert answer.status_code == status, answer.text


async def test_two_routes_of_one_address_have_parameters_of_their_own(
    program: httpx.AsyncClient,
) -> None:
    refused = await program.post("/api/votes?limit=5", json={})
    taken = await program.get("/api/votes?limit=5")

    assert (refused.status_code, taken.status_code) == (418, 200)


@pytest.mark.parametrize(("size", "status"), [(18, 201), (19, 418), (1_000_000, 418)])
async def test_a_body_is_as_large_as_its_route_allows(
    program: httpx.AsyncClient, size: int, status: int
) -> None:
    body = b'"' + b"a" * size + b'"'
    announced = await program.post("/api/letters", content=body, headers=JSON)
    unannounced = await program.post("/api/letters", content=_once(body), headers=JSON)

    assert announced.status_code == unannounced.status_code == status


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body


async def test_a_question_has_no_body(program: httpx.AsyncClient) -> None:
    answer = await program.request("GET", "/api/votes", content=b"{}")

    assert answer.text.startswith("malformed: The header 'Content-Length' announces a body")


async def test_a_body_that_trickles_in_for_too_long_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(middleware, "SLOWEST_BODY", 0.01)

    async def receive() -> Any:
        await asyncio.sleep(0.004)
        return {"type": "http.request", "body": b" ", "more_body": True}

    with pytest.raises(BodyTooSlow):
        await middleware._read(receive, b"", 1_000)


async def test_a_body_that_breaks_off_is_told_so_and_leaves_no_fault(
    program: httpx.AsyncClient,
) -> None:
    sent: list[Message] = []
    # A client that hangs up while it sends cannot be had from httpx.
    app = program._transport.app  # type: ignore[attr-defined] # the application under test
    messages = [
        {"type": "http.disconnect"},
        {"type": "http.request", "body": b"{", "more_body": True},
    ]

    async def receive() -> Any:
        return messages.pop()

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/api/votes", "query_string": b""}
    await app({**scope, "headers": headers, "asgi": {"version": "3.0"}}, receive, send)

    assert sent[0]["type"] == "http.response.start"
    assert sent[0]["status"] == 418


async def test_a_body_that_is_too_large_is_read_to_its_end_within_bounds() -> None:
    pieces = [b" " * 1_000_000] * 5

    async def receive() -> Any:
        body = pieces.pop()
        return {"type": "http.request", "body": body, "more_body": bool(pieces)}

    with pytest.raises(BodyTooLarge):
        await middleware._read(receive, b"5000000", 1_000)
    assert pieces == []
    with pytest.raises(BodyTooLarge):
        await middleware._read(receive, b"1000000000000000000", 1_000)
