"""A program is told in the answer itself that the register is not the one that was signed."""

import asyncio
from itertools import count
from typing import TypeAlias

import asyncpg
import pytest
from msgspec.structs import replace

from adapters.notary.standing import Notice, Notices, Standing, Standings
from api.rest.router import described
from tests.api.desk import services_on
from tests.api.rest.programs import a_program
from tests.conftest import Database

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
CHANGED = Notice(True, "Entry 1 was changed.", "Keep it.")


async def test_each_answer_has_the_header_while_the_register_is_in_doubt_and_none_before(
    pool: Pool,
) -> None:
    standings = Standings(pool, clock=count(step=10).__next__)
    services = replace(services_on(pool, demo=False), standing=standings.now)
    async with a_program(pool, services) as program:
        reference = (await program.propose()).json()["partnership"]
        record = f"/partnerships/{reference}"
        addresses = (
            *("/partnerships", record, "/entries", "/entries/1", "/communities", "/reviews"),
            *("/openapi.json", "/partnerships/TL-0000-0000", f"{record}/actions", "/nothing"),
        )
        for address in addresses:
            assert "in-doubt" not in (await program.get(address)).headers, address
        await Notices(pool).give(CHANGED)

        for address in addresses:
            answer = await program.get(address)
            assert answer.headers["in-doubt"] == "true", address
            assert "In-Doubt" in answer.headers["access-control-expose-headers"]
        refused = await program.act(f"{record}/actions/withdraw", {})
        assert refused.headers["in-doubt"] == "true"
        page = await program.client.get("/partnerships")
        assert "in-doubt" not in page.headers, "a page says it in words"


@pytest.mark.parametrize("problem", [ConnectionResetError(), asyncpg.OutOfMemoryError()])
async def test_what_was_recorded_is_answered_where_nobody_can_tell_how_the_register_stands(
    problem: Exception, pool: Pool
) -> None:
    async def unknown() -> Standing:
        raise problem

    async with a_program(pool, replace(services_on(pool, demo=False), standing=unknown)) as program:
        answer = await program.propose()

        assert (answer.status_code, "in-doubt" in answer.headers) == (201, False)
        assert await program.head() == 1


async def test_a_doubt_that_is_known_stays_where_nobody_can_tell_any_more(pool: Pool) -> None:
    known = iter([Standing(notice=CHANGED)])

    async def once() -> Standing:
        for standing in known:
            return standing
        raise asyncpg.InsufficientPrivilegeError

    async with a_program(pool, replace(services_on(pool, demo=False), standing=once)) as program:
        for _ in range(3):
            assert (await program.get("/openapi.json")).headers["in-doubt"] == "true"


async def test_a_doubt_that_is_known_stays_while_the_database_stalls_until_it_is_settled(
    pool: Pool, database: Database
) -> None:
    standings = Standings(pool, clock=count(step=10).__next__, patience=0.05)
    services = replace(services_on(pool, demo=False), standing=standings.now)
    async with a_program(pool, services) as program:
        await Notices(pool).give(CHANGED)
        await program.get("/openapi.json")
        owner = await asyncpg.connect(database.owner_dsn)
        async with owner.transaction():
            await owner.execute("lock table twinledger.notary_notice in access exclusive mode")
            async with asyncio.timeout(10):
                for _ in range(3):
                    assert (await program.get("/openapi.json")).headers["in-doubt"] == "true"
        await owner.close()
        await Notices(pool).give(Notice())

        async with asyncio.timeout(10):
            while "in-doubt" in (await program.get("/openapi.json")).headers:
                pass


async def test_a_hundred_answers_within_a_second_ask_the_database_once(
    pool: Pool,
) -> None:
    looks = 0

    class Counted(Standings):
        async def _look(self) -> Standing:
            nonlocal looks
            looks += 1
            return await super()._look()

    standings = Counted(pool, clock=lambda: 0.0)
    services = replace(services_on(pool, demo=False), standing=standings.now)
    async with a_program(pool, services) as asked:
        for _ in range(100):
            await asked.get("/openapi.json")

    assert looks == 1


def test_the_header_is_described_for_each_answer() -> None:
    document = described()
    shared = document["components"]["responses"]
    for path, item in document["paths"].items():
        for operation in item.values():
            for status, answer in operation["responses"].items():
                described_as = shared.get(answer.get("$ref", "").rpartition("/")[2], answer)
                assert "In-Doubt" in described_as["headers"], (path, status)
