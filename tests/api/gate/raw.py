"""Requests byte for byte, as a server hands them on; no client library that tidies them up."""

from typing import Any
from urllib.parse import unquote_to_bytes

from msgspec import Struct


class Answer(Struct, frozen=True):
    """What came back. `status` is 0 where nothing was answered."""

    status: int
    headers: dict[str, str]
    body: bytes


async def send(
    app: Any,  # httpx and litestar describe the same protocol by types of their own
    method: str,
    path: bytes,
    *,
    query: bytes = b"",
    headers: tuple[tuple[bytes, bytes], ...] = (),
    body: bytes = b"",
    whole: bool = True,
) -> Answer:
    """Ask `app` for `path` as it stands in the request line; the body breaks off unless `whole`."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote_to_bytes(path).decode("utf-8", "replace"),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [(b"host", b"register.test"), *headers],
        "client": ("127.0.0.1", 1),
        "server": ("register.test", 80),
    }
    told: list[dict[str, Any]] = []
    parts = [{"type": "http.request", "body": body, "more_body": not whole}]

    async def receive() -> dict[str, Any]:
        return parts.pop() if parts else {"type": "http.disconnect"}

    async def tell(message: dict[str, Any]) -> None:
        told.append(message)

    await app(scope, receive, tell)
    start: dict[str, Any] = next((m for m in told if m["type"] == "http.response.start"), {})
    return Answer(
        start.get("status", 0),
        {
            name.decode("latin-1").lower(): v.decode("latin-1")
            for name, v in start.get("headers", ())
        },
        b"".join(m.get("body", b"") for m in told if m["type"] == "http.response.body"),
    )
