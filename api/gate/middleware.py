"""The gate as ASGI middleware: what passes has one meaning, and litestar reads it from memory."""

import asyncio

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPRequestEvent, Receive, ReceiveMessage, Scope, Send

from api.gate.address import check_path, check_query
from api.gate.document import check_body
from api.gate.errors import BodyTooLarge, BodyTooSlow, Finding, Malformed
from api.gate.headers import check_headers, check_kind, check_no_body
from api.gate.route import Route, route_of

DISCARDED = 16_000_000
"""Bytes that are read and thrown away before a body is refused as too large: who still sends when
the connection is closed would never see why."""
SLOWEST_BODY = 30.0  # seconds from the first byte asked for to the last one there

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


def gate(app: ASGIApp) -> ASGIApp:
    """Refuse with a `GateRefusal`, or hand the request on unchanged. For routes that take JSON.

    Litestar stacks it once for each handler, so the route is looked at once.
    """
    seen: list[Route] = []

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            raise AssertionError("the gate stands before HTTP routes only")
        if not seen:
            seen.append(route_of(scope))
        route = seen[0]
        path = scope["path"]
        check_path(scope.get("raw_path") or path.encode(), path, scope["path_params"])
        headers = check_headers(scope["headers"])
        check_query(scope["query_string"], route)
        if scope["method"] not in _WITH_BODY:
            check_no_body(headers)
            await app(scope, receive, send)
            return
        check_kind(headers)
        body = await _read(receive, headers.get(b"content-length", b""), route.largest_body)
        check_body(body)
        await app(scope, _replayed(body, receive), send)

    return answer


async def _read(receive: Receive, announced: bytes, largest: int) -> bytes:
    """The body. Raises `BodyTooLarge`, `BodyTooSlow`, or `Malformed` where it breaks off."""
    if announced.isdigit() and (len(announced) > 15 or int(announced) > DISCARDED):
        raise _too_large(largest)
    chunks: list[bytes] = []
    size, more = 0, True
    try:
        async with asyncio.timeout(SLOWEST_BODY):
            while more:
                message = await receive()
                if message["type"] != "http.request":
                    raise Malformed(_finding("body-cut-short", "broke off", "Send it whole."))
                chunk = message.get("body", b"")
                size += len(chunk)
                if size <= largest:
                    chunks.append(chunk)
                elif size > DISCARDED:
                    raise _too_large(largest)
                more = message.get("more_body", False)
    except TimeoutError:
        problem = f"was not there after {SLOWEST_BODY:.0f} seconds"
        raise BodyTooSlow(
            _finding("body-too-slow", problem, "Send the same request again.")
        ) from None
    if size > largest:
        raise _too_large(largest)
    return b"".join(chunks)


def _too_large(largest: int) -> BodyTooLarge:
    problem = f"is larger than {largest:,} bytes"
    return BodyTooLarge(
        _finding("body-too-large", problem, "Cite long texts instead of quoting them.")
    )


def _finding(code: str, problem: str, remedy: str) -> Finding:
    return Finding("body", "", code, problem, remedy)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """The body in one piece, then whatever else comes: the client's going away."""
    message: HTTPRequestEvent = {"type": "http.request", "body": body, "more_body": False}
    waiting: list[ReceiveMessage] = [message]

    async def next_message() -> ReceiveMessage:
        return waiting.pop() if waiting else await receive()

    return next_message
