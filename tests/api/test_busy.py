"""What people and programs are told while all connections to the database are in use."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from adapters.notary.standing import Standing, Standings
from adapters.postgres.pool import PatientPool, open_pool
from tests.api.rest.programs import PROPOSAL, a_program
from tests.conftest import Database

ADDRESSES = (
    *("/partnerships", "/history", "/verify", "/healthz"),
    *("/checkpoint", "/bundle.zip", "/entries/1/proof", "/partnerships/TL-7K3Q-9FZM/record.json"),
    *("/api/v1/partnerships", "/api/v1/entries", "/api/v1/reviews"),
)


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[PatientPool]:
    async with await open_pool(database.app_dsn, size=3, patience=0.1) as opened:
        yield opened


@asynccontextmanager
async def in_use(pool: PatientPool) -> AsyncIterator[None]:
    """Others use every connection."""
    async with AsyncExitStack() as others:
        for _ in range(pool.get_max_size()):
            await others.enter_async_context(pool.acquire())
        yield


async def test_whoever_asks_is_told_to_come_again_and_then_is_answered(pool: PatientPool) -> None:
    async with a_program(pool) as program:
        async with in_use(pool):
            told = await asyncio.gather(*(program.client.get(one) for one in ADDRESSES * 5))
        read = await program.client.get("/partnerships")

    assert {(one.status_code, one.headers.get("retry-after")) for one in told} == {(503, "1")}
    assert read.status_code == 200
    assert pool.get_idle_size() == pool.get_size()


async def test_a_person_and_a_program_are_told_what_it_is_and_what_helps(pool: PatientPool) -> None:
    async with a_program(pool) as program, in_use(pool):
        page = await program.client.get("/partnerships", headers={"accept": "text/html"})
        document = await program.get("/partnerships")

    assert "All 3 connections to the database are in use here" in page.text
    assert "Try again in a moment; nothing is ever recorded twice." in page.text
    assert document.json()["code"] == "database-busy"
    assert document.json()["retryable"] is True


async def test_an_act_that_found_no_connection_is_done_when_it_is_sent_again(
    pool: PatientPool,
) -> None:
    async with a_program(pool) as program:
        async with in_use(pool):
            told = await program.act("/actions/submit-proposal", PROPOSAL, key="k")
        done = await program.act("/actions/submit-proposal", PROPOSAL, key="k")

        assert (told.status_code, told.json()["code"]) == (503, "database-busy")
        assert done.status_code == 201
        assert "idempotency-replayed" not in done.headers


class CountedStandings(Standings):
    looks = 0

    async def _look(self) -> Standing:
        self.looks += 1
        return await super()._look()


async def test_all_who_ask_how_the_ledger_stands_wait_for_one_look_in_vain(
    pool: PatientPool,
) -> None:
    standings = CountedStandings(pool, clock=lambda: 0.0)
    async with in_use(pool):
        await asyncio.gather(*(standings.now() for _ in range(50)))

    assert standings.looks == 1
