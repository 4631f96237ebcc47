"""One request over a line of its own, so that a test decides when the line ends.

`Gone` says that no answer came; whether the request was carried out is then unknown, unless nobody
was there to take it.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

PATIENCE = 90.0  # seconds; generous, for the service promises to answer long before


class Gone(Exception):
    """The line ended before the whole answer was there."""

    def __init__(self, *, taken: bool) -> None:
        super().__init__("no answer came" if taken else "nobody took the request")
        self.taken = taken
        """Whether somebody was there: then it may have been carried out."""


class Answer(Struct, frozen=True):
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """What a problem document calls its problem; empty where there is none."""
        return str(self.json().get("code", "")) if self.status >= 400 else ""

    def json(self) -> dict[str, Any]:
        """The body as an object; an empty one for what is no JSON."""
        try:
            return dict(msgspec.json.decode(self.body))
        except msgspec.DecodeError:
            return {}


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """The bytes of a request; underscores in the names of `headers` are hyphens."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def ask(port: int, sent: bytes, *, leaves_after: float | None = None) -> Answer:
    """Send the request, or what there is of it, and read its answer.

    Who `leaves_after` so many seconds closes the line then, whatever has come. Raises `Gone`.
    """
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError as error:
        raise Gone(taken=False) from error
    try:
        async with asyncio.timeout(PATIENCE):
            writer.write(sent)
            await writer.drain()
            if leaves_after is not None:
                await asyncio.sleep(leaves_after)
                raise Gone(taken=True)
            return _answer(await reader.read(-1))
    except (OSError, ValueError, TimeoutError) as error:
        raise Gone(taken=True) from error
    finally:
        writer.transport.abort()


def _answer(said: bytes) -> Answer:
    """Raises `ValueError` where some of it is missing."""
    head, end, body = said.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    if not end or len(body) < int(headers["content-length"]):
        raise ValueError("half an answer")
    return Answer(int(first.split()[1]), headers, body)
