"""A program is told in the answer itself that the register is not the one that was signed."""

from itertools import count

import asyncpg
from msgspec.structs import replace

from adapters.notary.standing import Notice, Notices, Standing, Standings
from api.rest.router import described
from tests.api.desk import services_on
from tests.api.rest.programs import a_program

CHANGED = Notice(True, "Entry 1 was changed.", "Keep it.")


async def test_each_answer_has_the_header_while_the_register_is_in_doubt_and_none_before(
    pool: "asyncpg.Pool[asyncpg.Record]",
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


async def test_an_answer_goes_out_where_nobody_can_tell_how_the_register_stands(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    async def away() -> Standing:
        raise ConnectionResetError

    async with a_program(pool, replace(services_on(pool, demo=False), standing=away)) as program:
        answer = await program.get("/entries")

    assert (answer.status_code, "in-doubt" in answer.headers) == (200, False)


async def test_a_hundred_answers_within_a_second_ask_the_database_once(
    pool: "asyncpg.Pool[asyncpg.Record]",
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
