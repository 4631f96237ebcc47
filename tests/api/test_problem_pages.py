"""What a person reads where something was not done: the page of a problem says nothing false."""

import asyncio
from datetime import UTC, datetime
from typing import TypeAlias

import asyncpg
import pytest
from msgspec.structs import replace

from adapters.notary.standing import Notice, Standing
from adapters.postgres.pool import open_pool
from adapters.witness.witnessing import Witnessing, WitnessNotice, WitnessWord
from api import problem_pages
from api.services import Services
from tests.adapters.proxy import proxied
from tests.api.desk import Desk, Page, asked_of, services_on
from tests.conftest import Database

nowhere = pytest.mark.parametrize(
    "address", ["/nope", "/entries/999", "/partnerships/TL-0000-0000", "/partnerships?q=%00"]
)
CLOSED = Standing(
    notice=Notice(True, "Entry 2 was changed. 1 is lost, listed at /verify.", "Stop.")
)
KOBE = WitnessWord(
    "witness.kobe.example", "https://kobe.example", 7, datetime(2026, 11, 24, tzinfo=UTC)
)
UNWITNESSED = "No outside witness signs this register yet."

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


async def _read(services: Services, address: str) -> Page:
    async with asked_of(services) as client:
        return Page(await client.get(address, headers={"accept": "text/html"}))


@nowhere
async def test_it_bears_the_name_of_the_register(address: str, desk: Desk) -> None:
    page = await desk.get(address)

    assert page.status >= 400
    assert "Register of Norfolk" in page.text
    assert "Register of partnerships" not in page.text


@nowhere
async def test_it_names_the_witnesses_of_the_register(address: str, pool: Pool) -> None:
    async def witnessing() -> Witnessing:
        return Witnessing(1, (KOBE,))

    page = await _read(replace(services_on(pool), witnessing=witnessing), address)

    assert "This register is witnessed by witness.kobe.example up to entry 7" in page.text
    assert UNWITNESSED not in page.text


@nowhere
async def test_it_says_that_the_register_is_read_only_or_contradicted(
    address: str, pool: Pool
) -> None:
    async def standing() -> Standing:
        return CLOSED

    async def witnessing() -> Witnessing:
        return Witnessing(1, (replace(KOBE, notice=WitnessNotice(True, "Two.", "Ask.")),))

    services = replace(services_on(pool), standing=standing, witnessing=witnessing)
    page = await _read(services, address)

    assert "This register is read-only. Entry 2 was changed." in page.text
    assert "A witness contradicts this register. Two." in page.text
    assert page.html.count('class="notice fork" role="alert"') == 2


async def test_who_is_signed_in_stays_so(own_desk: Desk) -> None:
    assert "/sign-in" in (await own_desk.get("/nope")).links


async def test_who_chooses_a_role_there_is_led_to_a_page_that_there_is(desk: Desk) -> None:
    page = await desk.get("/nope/%22%3E%00")

    assert 'name="back" value="/partnerships"' in page.html
    assert "/nope" not in page.html


async def test_while_the_database_is_away_it_says_nothing_of_witnesses(database: Database) -> None:
    async with (
        proxied(database.app_dsn) as line,
        await open_pool(line.dsn) as pool,
        asked_of(services_on(pool)) as client,
    ):
        line.always = "cut before it arrives"
        await pool.expire_connections()
        away = Page(await client.get("/partnerships"))
        nope = Page(await client.get("/nope"))

    assert (away.status, nope.status) == (503, 404)
    for page in (away, nope):
        assert "Register of Norfolk" in page.text
        assert "itness" not in page.text


async def test_it_is_told_also_where_what_all_pages_say_cannot_be_had(pool: Pool) -> None:
    async def standing() -> Standing:
        raise RuntimeError("secret")

    page = await _read(replace(services_on(pool), standing=standing), "/nope")

    assert (page.status, "There is no such page" in page.text) == (404, True)
    assert "Register of Norfolk" in page.text
    assert "secret" not in page.text


async def test_it_is_told_also_where_that_takes_too_long(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def standing() -> Standing:
        await asyncio.sleep(3600)
        return Standing()

    monkeypatch.setattr(problem_pages, "AT_MOST", 0.01)
    async with asyncio.timeout(30):
        page = await _read(replace(services_on(pool), standing=standing), "/nope")

    assert (page.status, "There is no such page" in page.text) == (404, True)


async def test_a_form_from_another_site_is_refused_on_a_page_of_the_register(
    desk: Desk,
) -> None:
    answer = await desk.client.post(
        "/proposals/new", headers={"origin": "https://elsewhere.example"}
    )

    assert answer.status_code == 403
    assert "Register of Norfolk" in Page(answer).text
