"""Who may do what, at every address: the table in `authority.csv`, cell by cell, over HTTP.

A row is a method, a route, where it has one a verb, and the situation in which the partnership
stands; a column is a person of `people.py`. A cell is the status that this person gets. The table
is written by hand from what the rules should be, and a route or a verb without a row fails.
"""

import csv
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from litestar.routes import HTTPRoute
from msgspec import Struct

from api.app import create_app
from api.services import Services
from domain.answers import FOUNDING_VERBS, VERBS
from tests.api.authority.acts import ACTS, TAKES_THE_PAIR, body_of, form_of
from tests.api.authority.people import COLUMNS, Credentials, Way, employ, role_of
from tests.api.authority.situations import SITUATIONS, Seeded, free_the_pair, seed
from tests.api.desk import services_on
from tests.domain.people import NORFOLK

TABLE = Path(__file__).with_name("authority.csv")
RECORDED = {"201", "303"}
FORMS = {
    "/acting": {"role": "clerk", "back": "/help"},
    "/sign-in": {"key": "twl_of-nobody"},
    "/sign-out": {"step": ""},
}
"""The forms that record nothing. Who signs out is out: its row stands last."""


class Row(Struct, frozen=True):
    """One line of the table."""

    method: str
    route: str
    verb: str
    situation: str
    expected: dict[str, str]

    @property
    def way(self) -> Way:
        return "api" if self.route.startswith("/api/v1") else "page"

    @property
    def address(self) -> str:
        """The route of this row's verb."""
        return self.route.replace("{verb}", self.verb)

    @property
    def records(self) -> bool:
        return self.method == "POST" and bool(self.verb)


def rows() -> Iterator[Row]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            method, route = line.pop("method"), line.pop("route")
            yield Row(method, route, line.pop("verb"), line.pop("situation"), line)


ROWS = tuple(rows())


class Register:
    """A register of one's own with all the people of the table."""

    def __init__(self, client: httpx.AsyncClient, services: Services, them: Credentials) -> None:
        self._client, self._services, self._them = client, services, them

    async def answers(self, row: Row) -> dict[str, str]:
        """The status that each person gets. What one of them records, the others do not see."""
        there = await self._stands(row)
        answers = {}
        for column in COLUMNS:
            before = await self._head()
            answers[column] = await self._ask(row, column, there)
            recorded = await self._head() - before
            assert recorded == (row.records and answers[column] in RECORDED), (row, column)
            if recorded:
                if row.verb in TAKES_THE_PAIR:
                    await free_the_pair(self._services.ledger, there.partnership)
                there = await self._stands(row)
        return answers

    async def _stands(self, row: Row) -> Seeded:
        there = await seed(self._services.ledger, row.situation)
        if not (row.records and row.way == "api"):  # a command over HTTP reads the ledger alone
            await self._services.wait_for(0)
        return there

    async def _head(self) -> int:
        return (await self._services.ledger.head()).position

    async def _ask(self, row: Row, column: str, there: Seeded) -> str:
        headers = self._them.headers(row.way, column)
        address = row.address.format_map(_values(there))
        sent: dict[str, Any] = {}
        if row.records and row.way == "api":
            sent = {"json": body_of(row.verb, role_of(column), there)}
            headers |= {"idempotency-key": f"{there.partnership}-{column[:5]}", "if-match": "*"}
        elif row.method == "POST":
            form = form_of(row.verb, role_of(column), there) if row.verb else FORMS[row.route]
            sent = {"data": form}
        answer = await self._client.request(row.method, address, headers=headers, **sent)
        return str(answer.status_code)


def _values(there: Seeded) -> dict[str, str]:
    """What stands in the addresses for their variables."""
    return {
        "ref": there.partnership,
        "entry": str(there.positions[0]),
        "review_id": there.review,
        "community_id": NORFOLK.community,
        "list_id": "cpi",
        "edition": "2023",
        "regime_id": "us-sister-city-transparency-act-s1351-2025",
        "report": "sister-city-transparency",
        "figure": "5.activities",
        "code": "invalid",
        "file_path": "twinledger.css",
    }


@asynccontextmanager
async def open_register(pool: "asyncpg.Pool[asyncpg.Record]") -> AsyncIterator[Register]:
    services = services_on(pool, demo=False)
    await services.wait_for(0)
    # httpx and litestar describe the same protocol by types of their own.
    app: Any = create_app(services)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://register.test") as client:
        yield Register(client, services, await employ(pool))


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("way", ["page", "api"])
async def test_each_person_gets_what_the_table_says(
    way: Way, method: str, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    wrong = []
    async with open_register(pool) as register:
        for row in (row for row in ROWS if (row.way, row.method) == (way, method)):
            answers = await register.answers(row)
            wrong += [
                f"{method} {row.address} ({row.situation}), {column}: "
                f"{row.expected[column]} in the table, {answers[column]} in fact"
                for column in COLUMNS
                if answers[column] != row.expected[column]
            ]

    assert not wrong, "\n".join(wrong)


async def test_every_route_and_every_verb_has_a_row(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    served = {
        (method, address)
        for route in create_app(services_on(pool)).routes
        if isinstance(route, HTTPRoute)
        for method in route.methods - {"HEAD", "OPTIONS"}
        for address in _each_verb(route.path_format)
    }

    assert {(row.method, row.address) for row in ROWS} == served
    assert len(ROWS) == len({(row.method, row.address, row.situation) for row in ROWS})
    assert set(ACTS) == set(VERBS)


def test_every_cell_of_the_table_is_filled_in_for_a_situation_that_is_known() -> None:
    for row in ROWS:
        assert tuple(row.expected) == COLUMNS, row.address
        assert all(status.isdigit() for status in row.expected.values()), row.address
        assert row.situation in SITUATIONS, row.address


def _each_verb(route: str) -> list[str]:
    if "{verb}" not in route:
        return [route]
    return [route.replace("{verb}", verb) for verb in VERBS if verb not in FOUNDING_VERBS]
