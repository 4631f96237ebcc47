"""The feed of all entries: pages, long poll, stream; and one entry with its bytes."""

import asyncio
import hashlib
from typing import Any

import msgspec
import pytest

from api.rest.ledger_watch import LedgerWatch, watch_of
from tests.api.rest.programs import Program
from tests.projections.played import LODZ, NORFOLK, SUSPEND, Clerks, clerk, legacy


@pytest.fixture
async def clerks(program: Program) -> Clerks:
    """A register with two entries."""
    clerks = Clerks(program.services.ledger)
    reference = await clerks.found(legacy(since="1978"))
    await clerks.record(SUSPEND, clerk(NORFOLK), on="2022-03-08", partnership=reference)
    await program.services.wait_for(0)
    return clerks


async def stream(program: Program, query: str, **headers: str) -> list[dict[str, Any]]:
    """The events of a stream that ends, each with its id."""
    answer = await program.client.get(
        f"/api/v1/entries?{query}", headers={"accept": "text/event-stream", **headers}
    )
    assert answer.headers["content-type"].startswith("text/event-stream"), answer.text
    events = [part.split("\n") for part in answer.text.split("\n\n") if part.startswith("id:")]
    return [
        {"place": id_.removeprefix("id: "), **msgspec.json.decode(data.removeprefix("data: "))}
        for id_, data in events
    ]


async def test_every_entry_comes_in_order_with_its_public_data(
    program: Program, clerks: Clerks
) -> None:
    answer = await program.get("/entries?total=yes")
    found = answer.json()

    assert [one["position"] for one in found["items"]] == [1, 2]
    assert found["items"][1]["type"] == "partnership.suspended.v1"
    assert found["items"][1]["public"]["reason"] == "War"
    assert found["items"][1]["actor"]["recorder"] == "r-clerk"
    assert (found["total"], found["next"], answer.headers["last-position"]) == (2, None, "2")


async def test_an_entry_shows_the_bytes_that_its_hash_is_made_of(
    program: Program, clerks: Clerks
) -> None:
    found = (await program.get("/entries/1")).json()
    leaf_hash = hashlib.sha256(b"\0" + found["leaf"].encode()).hexdigest()

    assert leaf_hash == found["entry"]["leaf_hash"]
    assert msgspec.json.decode(found["leaf"])["public"] == found["entry"]["public"]


@pytest.mark.parametrize("path", ["/entries/3", "/entries/0", "/entries/2?position=1"])
async def test_an_entry_that_is_not_there_says_which_are(
    program: Program, clerks: Clerks, path: str
) -> None:
    answer = await program.get(path)

    assert answer.status_code == 404
    assert "numbered from 1 to" in answer.json()["detail"]


async def test_who_has_read_up_to_an_entry_gets_what_is_later(
    program: Program, clerks: Clerks
) -> None:
    assert [one["position"] for one in (await program.get("/entries?after=1")).json()["items"]] == [
        2
    ]
    assert (await program.get("/entries?after=2")).json()["items"] == []
    for unread in (3, -1):
        assert (await program.get(f"/entries?after={unread}")).status_code == 422


async def test_a_cursor_of_an_entry_tells_a_history_that_is_gone(
    program: Program, clerks: Clerks
) -> None:
    first = (await program.get("/entries?limit=1")).json()
    read_on = await program.get(f"/entries?cursor={first['next']}")
    forked = await program.get(f"/entries?cursor=1-{'ab' * 32}")
    beyond = await program.get(f"/entries?cursor=9-{'ab' * 32}")

    assert [one["position"] for one in read_on.json()["items"]] == [2]
    assert [answer.json()["code"] for answer in (forked, beyond)] == ["another-history"] * 2


async def test_on_a_day_and_at_a_position_the_feed_has_what_was_there(
    program: Program, clerks: Clerks
) -> None:
    async def positions(query: str) -> list[int]:
        answer = await program.get(f"/entries?{query}")
        return [one["position"] for one in answer.json()["items"]]

    assert await positions("as-of=2000-01-01") == [1]
    assert await positions("position=1") == [1]
    assert await positions("known-at=2026-11-22") == []


async def test_a_long_poll_is_answered_as_soon_as_something_is_recorded(
    program: Program, clerks: Clerks
) -> None:
    waiting = asyncio.create_task(program.get("/entries?after=2&wait=30"))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    await clerks.found(legacy(NORFOLK, LODZ))

    answer = await asyncio.wait_for(waiting, 20)
    assert [one["position"] for one in answer.json()["items"]] == [3]


async def test_a_long_poll_without_news_ends_empty(program: Program, clerks: Clerks) -> None:
    answer = await program.get("/entries?after=2&wait=1")

    assert (answer.status_code, answer.json()["items"]) == (200, [])


async def test_who_waits_holds_no_connection(program: Program, clerks: Clerks, pool: Any) -> None:
    waiting = [asyncio.create_task(program.get("/entries?after=2&wait=30")) for _ in range(40)]
    await asyncio.sleep(0.5)
    in_use = pool.get_size() - pool.get_idle_size()
    await clerks.found(legacy(NORFOLK, LODZ))
    answers = await asyncio.wait_for(asyncio.gather(*waiting), 30)

    assert in_use <= 1
    assert all(len(answer.json()["items"]) == 1 for answer in answers)


async def test_as_many_wait_as_may_and_the_next_is_told(
    program: Program, clerks: Clerks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.rest.ledger_watch.MOST_WAITING", 1)
    waiting = asyncio.create_task(program.get("/entries?after=2&wait=30"))
    await asyncio.sleep(0.3)
    refused = await program.get("/entries?after=2&wait=1")
    stream = await program.get("/entries?position=2", accept="text/event-stream")
    await clerks.found(legacy(NORFOLK, LODZ))

    for answer in (refused, stream):
        assert (answer.status_code, answer.json()["code"]) == (503, "too-many-waiting")
    assert (await asyncio.wait_for(waiting, 20)).status_code == 200


async def test_who_has_gone_waits_no_more(program: Program, clerks: Clerks) -> None:
    watch = LedgerWatch(program.services.ledger)
    with watch.waiting():
        assert await watch.beyond(1, 5.0)
        assert not await watch.beyond(2, 0.2)

    assert watch._waiting == 0


async def test_who_hangs_up_gives_up_the_place_of_a_long_poll(
    program: Program, clerks: Clerks
) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(_message: dict[str, Any]) -> None: ...

    app: Any = program.client._transport.app  # type: ignore[attr-defined]  # of an ASGITransport
    asked = scope(b"after=2&wait=30") | {"headers": [(b"host", b"test")]}

    async with asyncio.timeout(15):
        await app(asked, receive, send)


async def test_a_server_that_is_to_end_lets_go_who_waits(program: Program, clerks: Clerks) -> None:
    waiting = [
        asyncio.create_task(program.get("/entries?after=2&wait=30")),
        asyncio.create_task(program.get("/entries?after=2", accept="text/event-stream")),
    ]
    await asyncio.sleep(0.3)
    assert not any(one.done() for one in waiting)
    app: Any = program.client._transport.app  # type: ignore[attr-defined]  # of an ASGITransport
    watch_of(app).close()

    for answer in await asyncio.wait_for(asyncio.gather(*waiting), 10):
        assert answer.status_code == 200


async def test_a_stream_gives_each_entry_with_the_id_behind_which_it_goes_on(
    program: Program, clerks: Clerks
) -> None:
    events = await stream(program, "position=2")
    rest = await stream(program, "position=2", **{"last-event-id": events[0]["place"]})

    assert [one["place"] for one in events] == [
        f"{one['position']}-{one['leaf_hash']}" for one in events
    ]
    assert [one["position"] for one in rest] == [2]


async def test_a_stream_that_goes_on_from_another_history_is_refused(
    program: Program, clerks: Clerks
) -> None:
    answer = await program.client.get(
        "/api/v1/entries",
        headers={"accept": "text/event-stream", "last-event-id": f"1-{'ab' * 32}"},
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "another-history")
    assert answer.json()["errors"][0]["header"] == "Last-Event-ID"


async def test_a_stream_gives_what_is_recorded_while_it_is_open(
    program: Program, clerks: Clerks
) -> None:
    seen, gone = asyncio.Event(), asyncio.Event()

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if b"id: 3-" in message.get("body", b""):
            seen.set()

    # httpx would wait for the end of the stream: this is what a server does.
    app: Any = program.client._transport.app  # type: ignore[attr-defined]  # of an ASGITransport
    serving = asyncio.ensure_future(app(scope(b"after=2"), receive, send))
    await asyncio.sleep(0.3)
    await clerks.found(legacy(NORFOLK, LODZ))
    async with asyncio.timeout(20):
        await seen.wait()
        gone.set()
        await serving


def scope(query: bytes) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/api/v1/entries",
        "raw_path": b"/api/v1/entries",
        "root_path": "",
        "query_string": query,
        "headers": [(b"host", b"test"), (b"accept", b"text/event-stream")],
        "client": ("127.0.0.1", 1),
        "server": ("test", 80),
    }
