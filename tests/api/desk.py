"""A visitor at the pages of a register on a real database: reads, fills in, presses a button."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import count
from typing import Any

import asyncpg
import httpx

from adapters.accounts import PostgresAccounts
from adapters.ledger.postgres import PostgresLedger
from adapters.notary.published import PublishedLog
from adapters.notary.standing import Standings
from adapters.private.erasing import ErasingLedger, Erasures
from adapters.private.values import PrivateValues
from adapters.tokens import PostgresTokens
from adapters.witness.witnessing import Witnessings
from api.app import create_app
from api.claims import ClaimChecks
from api.reports.issue import Reports
from api.services import Services
from api.wiring import REPORTED
from projections.census import Censuses
from projections.communities import PostgresCommunities
from projections.compliance import PostgresCompliance
from projections.parked import Parking
from projections.register import PostgresRegister
from projections.reviews import PostgresReviewList
from projections.runner import Runner
from projections.shown import Shown
from projections.timeline import PostgresTimeline
from tests.adapters.private.keys import MemoryKeys

HASH = "a" * 64
CITED = {
    "evidence[0].title": "Resolution 2026-41",
    "evidence[0].link": "https://norfolk.example/41",
}
APPROVAL = CITED | {"on": "2026-03-05", "text_sha256": HASH}
PROPOSAL = {
    "on": "2026-01-12",
    "home.community": "us-norfolk",
    "home.name": "Norfolk",
    "home.country": "US",
    "counterpart.community": "jp-kitakyushu",
    "counterpart.name": "北九州市",
    "counterpart.country": "jp",
    "tier": "sister",
    "kind": "sister_city",
    "motives": "trade",
    "body": "councillor",
}
LEGACY = {
    "home.community": "de-paderborn",
    "home.name": "Paderborn",
    "home.country": "DE",
    "counterpart.community": "fr-le-mans",
    "counterpart.name": "Le Mans",
    "counterpart.country": "FR",
    "status": "active",
    "tier": "sister",
    "kind": "twin_town",
    "grade": "named_page",
    "sources[0].title": "City archive of Paderborn",
    "body": "unknown",
}


class Page(HTMLParser):
    """What came back, as a person sees it and as the browser would send it on."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.response, self.status, self.html = response, response.status_code, response.text
        self.title, self.address = "", str(response.url.raw_path, "ascii")
        self.words: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.focused = ""
        self.action = ""
        self.fields: dict[str, str] = {}
        self._inside: list[str] = []
        self._selecting = ""
        self._in_main_form = False
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if tag not in ("input", "meta", "link", "img", "rect", "circle", "br"):
            self._inside.append(tag)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if "href" in given else []
        if "autofocus" in given:
            self.focused = given.get("class", tag)
        if tag == "form":
            self._in_main_form = given.get("action") not in ("/acting", "/sign-out")
            self.action = given.get("action", "") if self._in_main_form else self.action
        if not self._in_main_form:
            return
        if tag == "select":
            self._selecting = given["name"]
        elif tag == "textarea":
            self._selecting = given["name"]
            self.fields[given["name"]] = ""
        elif tag == "option" and "selected" in given and self._selecting:
            self.fields[self._selecting] = given.get("value", "")
        elif tag == "input" and given.get("type") not in ("file",):
            chosen = given.get("type") not in ("checkbox", "radio") or "checked" in given
            if chosen:
                self.fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass
        if tag in ("select", "textarea"):
            self._selecting = ""

    def handle_data(self, data: str) -> None:
        if "title" in self._inside:
            self.title += data
        else:
            self.words.append(data)
        if self._inside and self._inside[-1] == "textarea" and self._selecting:
            self.fields[self._selecting] += data

    @property
    def text(self) -> str:
        """All words, with single spaces."""
        return " ".join("".join(self.words).split())


class Desk:
    """One browser without scripts."""

    def __init__(self, client: httpx.AsyncClient, services: Services) -> None:
        self.client, self.services = client, services

    async def acts_as(self, role: str) -> None:
        """Choose a role of the demo."""
        await self.client.post("/acting", data={"role": role, "back": "/help"})

    async def get(self, address: str) -> Page:
        """Open a page and follow where it leads."""
        return Page(await self.client.get(address, follow_redirects=True))

    async def send(
        self,
        page: Page,
        typed: Mapping[str, str],
        *,
        step: str = "check",
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> Page:
        """Fill in the form of the page, keep the rest of it, and press a button."""
        data = {**page.fields, **typed, "step": step}
        answer = await self.client.post(page.action, data=data, files=files, follow_redirects=True)
        return Page(answer)

    async def record(self, address: str, typed: Mapping[str, str]) -> Page:
        """Fill in, check, record; the page that follows."""
        form = await self.get(address)
        assert form.status == 200, form.text
        checked = await self.send(form, typed)
        assert checked.status == 200, checked.text
        done = await self.send(checked, {}, step="record")
        assert done.status == 200, done.text
        return done

    async def propose(self, **changes: str) -> str:
        """A proposal by the first clerk of Norfolk; the address of its page."""
        await self.acts_as("clerk")
        done = await self.record("/proposals/new", PROPOSAL | changes)
        return done.address.partition("?")[0]

    async def agree(self) -> str:
        """A proposal, both approvals, both signatures; the address of its page."""
        page = await self.propose()
        text = {"text_sha256": HASH}
        await self.acts_as("second-clerk")
        await self.record(
            f"{page}/acts/approve-by-council",
            text | CITED | {"on": "2026-02-10", "vote.in_favour": "7", "vote.against": "1"},
        )
        await self.acts_as("counterpart")
        await self.record(
            f"{page}/acts/record-counterpart-approval", text | CITED | {"on": "2026-03-05"}
        )
        await self.acts_as("clerk")
        signed = text | {"signer_office": "Mayor"}
        await self.record(f"{page}/acts/sign-agreement", signed | {"on": "2026-04-01"})
        await self.acts_as("counterpart")
        await self.record(f"{page}/acts/sign-agreement", signed | {"on": "2026-04-20"})
        return page

    async def activate(self) -> str:
        """A partnership in force; the address of its page."""
        page = await self.agree()
        await self.acts_as("clerk")
        await self.record(f"{page}/acts/bring-into-force", {"on": "2026-05-01", "body": "council"})
        return page

    async def events(self) -> int:
        """How many entries the ledger has."""
        return (await self.services.ledger.head()).position


def now() -> datetime:
    """The clock of the desk: the database's too, which stamps what is recorded."""
    return datetime.now(UTC)


def today() -> str:
    """The day of that clock, as `as_of` has it."""
    return now().date().isoformat()


def services_on(pool: "asyncpg.Pool[asyncpg.Record]", *, demo: bool = True) -> Services:
    """The real ledger and the real read models, brought up to date after each act."""
    private = PrivateValues(pool, MemoryKeys())
    stored = PostgresLedger(pool, seal=private.seal)
    erasures = Erasures(stored, private)
    ledger = ErasingLedger(stored, erasures)
    runner = Runner(pool, ledger)

    async def caught_up(position: int) -> None:
        await runner.catch_up()

    async def reached(position: int) -> bool:
        return await runner.catch_up() >= position

    register = PostgresRegister(pool)
    return Services(
        ledger=ledger,
        register=register,
        timeline=PostgresTimeline(pool),
        reports=Reports(
            register,
            PostgresCompliance(pool),
            ledger,
            reached,
            Parking(pool, projections=REPORTED).first,
        ),
        claims=ClaimChecks(register, ledger, reached, Parking(pool).first, fresh_for=0),
        communities=PostgresCommunities(pool),
        reviews=PostgresReviewList(pool),
        shown=Shown(pool).head,
        parking=Parking(pool),
        log=PublishedLog(pool),
        standing=Standings(pool).now,
        witnessing=Witnessings(pool, clock=count(step=10).__next__).now,
        censuses=Censuses(pool, ledger),
        wait_for=caught_up,
        accounts=PostgresAccounts(pool, "twinledger"),
        demo=demo,
        now=now,
        name="Register of Norfolk",
        tokens=PostgresTokens(pool, "twinledger"),
        private=private,
        erasures=erasures,
    )


@asynccontextmanager
async def asked_of(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """Who asks a register that runs."""
    await services.wait_for(0)
    # A fault shall be an answer here, as it is in a browser.
    # httpx and litestar describe the same protocol by types of their own.
    app: Any = create_app(services)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://register.test") as client:
        yield client


@asynccontextmanager
async def at_the_desk(
    pool: "asyncpg.Pool[asyncpg.Record]", *, demo: bool = True
) -> AsyncIterator[Desk]:
    """A visitor at a register that is empty and runs."""
    services = services_on(pool, demo=demo)
    async with asked_of(services) as client:
        yield Desk(client, services)
