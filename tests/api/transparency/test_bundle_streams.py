"""The whole register is handed out to few at once, and nobody else has to wait for that."""

import asyncio
import threading
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest

from api.app import create_app
from api.verifier.bundle_stream import MOST_AT_ONCE
from tests.adapters.notary.desk import NotaryDesk, altered, record
from tests.api.desk import services_on
from tests.conftest import Database

SCOPE = {
    "type": "http",
    "http_version": "1.1",
    "method": "GET",
    "scheme": "http",
    "path": "/bundle.zip",
    "raw_path": b"/bundle.zip",
    "query_string": b"",
    "root_path": "",
    "headers": [(b"host", b"register.test")],
}


class Download:
    """Who downloads the register, over a line of which the test decides what it lets through."""

    def __init__(self, app: Any) -> None:
        self.takes, self.leaves = asyncio.Event(), asyncio.Event()
        self.begun = asyncio.Event()
        self.status = self.taken = 0
        self.ends = asyncio.ensure_future(app(dict(SCOPE), self._says, self._is_sent))

    async def _says(self) -> dict[str, Any]:
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def _is_sent(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.begun.set()
            return
        await self.takes.wait()
        self.taken += len(message["body"])
        if not message["more_body"]:
            self.leaves.set()  # the line is closed behind the last byte


class Register:
    """A signed register that is served."""

    def __init__(self, app: Any, client: httpx.AsyncClient) -> None:
        self.app, self.client = app, client

    async def downloads(self, number: int) -> list[Download]:
        """So many have begun, and have not yet taken anything."""
        begun = [Download(self.app) for _ in range(number)]
        await asyncio.gather(*(one.begun.wait() for one in begun))
        assert [one.status for one in begun] == [200] * number
        return begun

    async def status(self) -> int:
        """What the next one is answered."""
        return (await self.client.get("/bundle.zip")).status_code


@pytest.fixture
async def register(
    pool: "asyncpg.Pool[asyncpg.Record]", notary: NotaryDesk
) -> AsyncIterator[Register]:
    await record(pool, 600)
    await notary.sign()
    app: Any = create_app(services_on(pool))  # httpx and litestar have types of their own for it
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://register.test") as client:
        yield Register(app, client)


async def test_who_comes_when_the_places_are_taken_is_told_when_to_come_again(
    register: Register,
) -> None:
    begun = await register.downloads(MOST_AT_ONCE)

    told = await register.client.get("/bundle.zip")

    assert (told.status_code, told.json()["code"]) == (503, "too-many-bundles")
    assert (told.json()["retryable"], told.headers["retry-after"]) == (True, "60")
    assert "Ask again in a minute." in told.json()["detail"]
    page = await register.client.get("/bundle.zip", headers={"accept": "text/html"})
    assert (page.status_code, page.headers["retry-after"]) == (503, "60")
    assert "Ask again in a minute." in page.text
    await leave(begun)


async def test_who_has_it_whole_makes_room(register: Register) -> None:
    first, second = await register.downloads(2)
    first.takes.set()
    await first.ends

    assert first.taken > 10_000
    assert await register.status() == 200
    await leave([second])


async def test_who_leaves_in_the_middle_makes_room(register: Register) -> None:
    begun = await register.downloads(MOST_AT_ONCE)
    await leave(begun)

    await leave(await register.downloads(MOST_AT_ONCE))
    assert await register.status() == 200


async def test_who_takes_nothing_any_more_makes_room(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.verifier.bundle_stream.PATIENCE", 0.05)
    begun = await register.downloads(MOST_AT_ONCE)
    answers = await asyncio.gather(*(one.ends for one in begun), return_exceptions=True)
    monkeypatch.undo()

    assert all(isinstance(answer, Exception) for answer in answers)  # none of them looks whole
    assert await register.status() == 200


async def test_a_register_that_lacks_an_entry_keeps_no_place(
    register: Register, database: Database
) -> None:
    await altered(database.owner_dsn, "delete from twinledger.event where position = 400")
    for _ in range(MOST_AT_ONCE + 1):
        (download,) = await register.downloads(1)
        download.takes.set()
        with pytest.raises(Exception, match="after response started"):
            await download.ends

    assert await register.status() == 200


async def test_others_are_served_while_it_is_packed(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    packing, served = asyncio.Event(), threading.Event()
    loop, pack = asyncio.get_running_loop(), zipfile.ZipFile.writestr

    def pack_when_served(*file: Any) -> None:
        loop.call_soon_threadsafe(packing.set)
        assert served.wait(10), "nobody was served meanwhile"
        pack(*file)

    monkeypatch.setattr(zipfile.ZipFile, "writestr", pack_when_served)
    (download,) = await register.downloads(1)
    await packing.wait()
    answer = await register.client.get("/checkpoint")
    served.set()
    download.takes.set()
    await download.ends

    assert answer.status_code == 200
    assert download.taken > 10_000


async def leave(downloads: list[Download]) -> None:
    """Their lines are closed, and the service has noticed."""
    for one in downloads:
        one.leaves.set()
    await asyncio.gather(*(one.ends for one in downloads), return_exceptions=True)
