"""A partnership's beginning in a real browser: what people do, and that they can see and reach it.

Whoever has no Chromium skips it; `tests/api` follows the same ways without one.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress

import asyncpg
import pytest
from granian.constants import Interfaces
from granian.server.embed import Server

from api.app import create_app
from tests.api.desk import HASH, services_on
from tests.journeys.browser import CHROMIUM, NO_CHROMIUM, Tab, browsing

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM)


@pytest.fixture
async def site(pool: "asyncpg.Pool[asyncpg.Record]") -> AsyncIterator[str]:
    """The address of an empty register of the demo's kind."""
    services = services_on(pool)
    await services.wait_for(0)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(
        create_app(services),
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGI,
        websockets=False,
        log_enabled=False,
    )
    serving = asyncio.create_task(server.serve())
    while not _listens(port):  # noqa: ASYNC110 - it begins to listen in threads of its own
        await asyncio.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.stop()  # type: ignore[no-untyped-call] # granian has no annotation for it
    with suppress(asyncio.CancelledError):
        await serving


@pytest.fixture
async def tab(site: str) -> AsyncIterator[Tab]:
    """A browser at the register."""
    async with browsing() as opened:
        await opened.go(f"{site}/partnerships")
        yield opened


async def test_a_clerk_proposes_and_a_second_clerk_records_the_councils_approval(tab: Tab) -> None:
    await _propose(tab)
    proposed = await tab.text()
    await _act_as(tab, "second clerk of the home community")
    await tab.press("Record the approval of the home council")
    await tab.fill("Date of the act", "2026-02-10")
    await tab.fill("In favour", "7")
    await tab.fill("SHA-256 of the agreement", HASH)
    await tab.fill("Title", "Resolution 2026-41")
    await tab.press("Check before recording")
    await tab.press("Record for ever")

    assert "The council of Norfolk decides on the proposal." in proposed
    assert "Entry 2 of this register" in await tab.text()
    assert "Norfolk signs the agreement." in await tab.text()


async def test_after_a_mistake_the_focus_is_on_the_summary_that_leads_to_the_field(
    tab: Tab,
) -> None:
    await _act_as(tab, "clerk of the home community")
    await tab.press("Submit a proposal")
    await tab.fill("Date of the act", "2031")
    await tab.fill("Statement", "Typed with care.")
    await tab.press("Check before recording")
    focused = await tab.focused()
    await tab.see("document.querySelector('a[href=\"#f-home-name\"]').click()")

    assert (await tab.title()).startswith("Error:")
    assert focused == "error-summary"
    assert await tab.see("location.hash") == "#f-home-name"
    assert await tab.see("document.querySelector('textarea').value") == "Typed with care."


@pytest.mark.parametrize("width", [1280, 390, 320])
async def test_no_page_scrolls_sideways(tab: Tab, site: str, width: int) -> None:
    await _propose(tab)
    record = str(await tab.see("location.pathname"))
    await tab.resize(width)
    pages = ["/partnerships", record, f"{record}/acts/withdraw", "/proposals/new", "/legacy/new"]
    pages += ["/history", "/help", "/sign-in", "/nope", "/partnerships?as-of=never"]

    for page in pages:
        await tab.go(site + page)
        assert await tab.too_wide() == 0, page


async def test_every_field_has_a_name_and_everything_to_press_is_large_enough(
    tab: Tab, site: str
) -> None:
    await _act_as(tab, "clerk of the home community")

    for page in ("/partnerships", "/proposals/new", "/legacy/new"):
        await tab.go(site + page)
        assert await tab.see(NAMELESS) == [], page
        assert await tab.see(SMALL) == [], page
        assert await tab.see(REPEATED_IDS) == [], page


NAMELESS = """[...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
    .filter(one => !one.labels.length).map(one => one.name)"""
SMALL = """[...document.querySelectorAll('button, select, .button, input:not([type=hidden])')]
    .filter(one => one.checkVisibility() && one.tabIndex >= 0)
    .map(one => [one.name || one.textContent, one.getBoundingClientRect()])
    .filter(([, box]) => box.width < 24 || box.height < 24).map(([name]) => name)"""
REPEATED_IDS = """[...document.querySelectorAll('[id]')].map(one => one.id)
    .filter((id, place, all) => all.indexOf(id) !== place)"""


async def _propose(tab: Tab) -> None:
    await _act_as(tab, "clerk of the home community")
    await tab.press("Submit a proposal")
    for label, text in {
        "Date of the act": "2026-01-12",
        "Identifier": "us-norfolk",
        "Name": "Norfolk",
        "Country": "US",
        "Kind of partnership": "Sister city",
    }.items():
        await tab.fill(label, text)
    # The second community has fields of the same names.
    for name, text in {"community": "jp-kitakyushu", "name": "Kitakyushu", "country": "JP"}.items():
        await tab.see(f"document.getElementsByName('counterpart.{name}')[0].value = '{text}'")
    for choice in ("Full partnership", "Trade", "Councillor"):
        await tab.tick(choice)
    await tab.press("Check before recording")
    await tab.press("Record for ever")


async def _act_as(tab: Tab, role: str) -> None:
    await tab.fill("Acting as", role)
    await tab.press("Change")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
