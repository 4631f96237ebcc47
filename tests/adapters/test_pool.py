"""Nobody waits for ever for a connection, and none is lost to who gave up waiting."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from adapters.postgres.errors import LOST, NoFreeConnection
from adapters.postgres.pool import PatientPool, open_pool
from projections.reading import blames_an_event
from tests.conftest import Database

PATIENCE = 0.1
ASKS: tuple[Callable[[PatientPool], Awaitable[object]], ...] = (
    lambda pool: pool.fetchval("select 1"),
    lambda pool: pool.acquire(),
)


@pytest.fixture
async def small(database: Database) -> AsyncIterator[PatientPool]:
    async with await open_pool(database.app_dsn, size=2, patience=PATIENCE) as pool:
        yield pool


@pytest.mark.parametrize("asks", ASKS)
async def test_who_gets_no_connection_in_time_is_told_so(
    small: PatientPool, asks: Callable[[PatientPool], Awaitable[object]]
) -> None:
    async with small.acquire(), small.acquire():
        with pytest.raises(NoFreeConnection, match=r"All 2 connections .* 0\.1 sec.* Try again"):
            await asks(small)

    assert await small.fetchval("select 1") == 1


async def test_many_who_gave_up_leave_every_place_free(small: PatientPool) -> None:
    async with small.acquire(), small.acquire():
        crowd = [asyncio.ensure_future(small.fetchval("select 1")) for _ in range(100)]
        await asyncio.sleep(0)
        for one in crowd[::3]:
            one.cancel()
        answers = await asyncio.gather(*crowd, return_exceptions=True)

    assert all(isinstance(a, NoFreeConnection | asyncio.CancelledError) for a in answers)
    async with small.acquire(), small.acquire():
        assert small.get_idle_size() == 0
    assert small.get_idle_size() == small.get_size() == 2


async def test_who_waits_gets_the_connection_that_becomes_free(small: PatientPool) -> None:
    small.patience = 20.0
    async with small.acquire():
        async with small.acquire():
            waiting = asyncio.ensure_future(small.fetchval("select 1"))
            await asyncio.sleep(0)

        assert await waiting == 1


async def test_connecting_is_not_waiting_for_others(
    small: PatientPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = asyncpg.connect

    async def far_away(*where: Any, **settings: Any) -> Any:
        await asyncio.sleep(3 * PATIENCE)
        return await connect(*where, **settings)

    async with small.acquire(), small.acquire() as broken:
        waiting = asyncio.ensure_future(small.fetchval("select 1"))
        await asyncio.sleep(0)
        monkeypatch.setattr(asyncpg, "connect", far_away)
        broken.terminate()  # its place is free, and a new connection has to be made

        assert await waiting == 1


def test_a_busy_database_passes_as_a_lost_one_does_and_no_event_is_to_blame() -> None:
    busy = NoFreeConnection("All are in use.", "Try again.")

    assert isinstance(busy, LOST)
    assert not blames_an_event(busy)
