"""A line to the database that a test can cut, before or after what was sent has arrived."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct

WHOLE = 1 << 20  # bytes; no message here is longer


class CutAt(Struct, frozen=True):
    """After so many bytes of a message; or, where it is no longer, after so many of its answer."""

    sent: int
    answered: int = 0


Plan = Literal["pass", "cut before it arrives", "cut after it is done"] | CutAt
SYNC = b"S\0\0\0\4"  # ends the messages of a statement that is carried out, in protocol 3.0
READY = b"Z\0\0\0\5I"  # ends the answer to it, outside of a transaction


class Proxy:
    """Forwards bytes. `once` is done with the next message that has a statement carried out, and
    until then all pass: what is not prepared takes a message before that. Then `always` is done.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self.dsn = ""
        self.always: Plan = "pass"
        self.once: Plan | None = None
        self.sent = 0
        """Bytes of the last message that had a statement carried out."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await self._connect()
        back = asyncio.create_task(self._pump(server_reader, writer))
        while message := await reader.read(WHOLE):
            if self.once is None:
                plan = self.always
            elif message.endswith(SYNC):
                plan, self.once = self.once, None
                self.sent = len(message)
            else:
                plan = "pass"
            if plan == "cut before it arrives":
                break
            if isinstance(plan, CutAt):
                back.cancel()
                await asyncio.gather(back, return_exceptions=True)
                server_writer.write(message[: plan.sent])
                if plan.sent >= len(message):
                    writer.write(await _first(plan.answered, server_reader))
                    await asyncio.sleep(0.01)  # so that it is not lost with the line
                break
            if plan == "cut after it is done":
                back.cancel()
            server_writer.write(message)
            if plan == "cut after it is done":
                await asyncio.gather(back, return_exceptions=True)
                await server_reader.read(1)  # Postgres answers once it has committed
                break
        back.cancel()
        await asyncio.gather(back, return_exceptions=True)
        server_writer.transport.abort()
        writer.transport.abort()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        parts = urlsplit(self._dsn)
        query = parse_qs(parts.query)
        host = query.get("host", [parts.hostname or "localhost"])[0]
        port = int(query.get("port", [parts.port or 5432])[0])
        if host.startswith("/"):
            return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        return await asyncio.open_connection(host, port)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(WHOLE):
            writer.write(data)
        writer.transport.abort()


async def _first(count: int, reader: asyncio.StreamReader) -> bytes:
    """So many bytes of an answer; it has begun when this returns, and may be shorter."""
    answer = await reader.read(WHOLE)
    while len(answer) < count and not answer.endswith(READY):
        answer += await reader.read(WHOLE)
    return answer[:count]


@asynccontextmanager
async def proxied(dsn: str) -> AsyncIterator[Proxy]:
    """A `Proxy` in front of the server of `dsn`; its own `dsn` leads through it."""
    proxy = Proxy(dsn)
    serving: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        try:
            await proxy.serve(reader, writer)
        finally:
            serving.discard(task)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    parts = urlsplit(dsn)
    login = parts.netloc.rpartition("@")[0]
    proxy.dsn = parts._replace(netloc=f"{login}@127.0.0.1:{port}", query="sslmode=disable").geturl()
    try:
        yield proxy
    finally:
        server.close()
        for task in list(serving):
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
