"""A line to the database that a test can cut, before or after what was sent has arrived."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal
from urllib.parse import parse_qs, urlsplit

Plan = Literal["pass", "cut before it arrives", "cut after it is done"]
SYNC = b"S\0\0\0\4"  # ends the messages of a statement that is carried out, in protocol 3.0


class Proxy:
    """Forwards bytes. `once` is done with the next message that has a statement carried out, and
    until then all pass: what is not prepared takes a message before that. Then `always` is done.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self.dsn = ""
        self.always: Plan = "pass"
        self.once: Plan | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await self._connect()
        back = asyncio.create_task(self._pump(server_reader, writer))
        while message := await reader.read(1 << 20):
            if self.once is None:
                plan = self.always
            elif message.endswith(SYNC):
                plan, self.once = self.once, None
            else:
                plan = "pass"
            if plan == "cut before it arrives":
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
        while data := await reader.read(1 << 20):
            writer.write(data)
        writer.transport.abort()


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
