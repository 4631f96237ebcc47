"""Who may do what, at every address: the table in `authority.csv`, cell by cell, over HTTP.

A row is a method, a route, where it has one a verb, and the situation in which the partnership
stands; a column is a person of `people.py`. A cell is the status that this person gets. The table
is written by hand from what the rules should be, and a route or a verb without a row fails. The
roles of the demo, a HEAD and the stream of entries have no rows: they are held to those of the
person, the GET and the list that they stand for.
"""

from collections.abc import Mapping

import asyncpg
import httpx
import pytest
from litestar.routes import HTTPRoute

from api.app import create_app
from domain.answers import FOUNDING_VERBS, VERBS
from tests.api.authority.acts import ACTS
from tests.api.authority.people import COLUMNS, Way
from tests.api.authority.register import open_register
from tests.api.authority.situations import SITUATIONS
from tests.api.authority.table import ROWS, Row
from tests.api.desk import services_on


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("way", ["page", "api"])
async def test_each_person_gets_what_the_table_says(
    way: Way, method: str, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    wrong = []
    async with open_register(pool) as register:
        for row in (row for row in ROWS if (row.way, row.method) == (way, method)):
            wrong += told_otherwise(row, await register.answers(row))

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("way", ["page", "api"])
async def test_a_role_of_the_demo_gets_what_its_person_does_and_below_the_api_nothing(
    way: Way, method: str, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    wrong = []
    async with open_register(pool, demo=True) as register:
        for row in (row for row in ROWS if (row.way, row.method) == (way, method)):
            wrong += told_otherwise(row, await register.answers(row))

    assert not wrong, "\n".join(wrong)


async def test_whoever_asks_for_the_headers_alone_gets_those_of_the_whole(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    async with open_register(pool) as register:
        for row in (row for row in ROWS if row.method == "GET"):
            for column in ("public", "clerk", "clerk, revoked token"):
                whole, alone = await register.reads(row, column, "GET", "HEAD")
                assert alone.status_code == int(row.expected[column]), (row.address, column)
                assert alone.content == b"", (row.address, column)
                assert told_by(alone) == told_by(whole), (row.address, column)


async def test_the_stream_of_entries_opens_to_whom_the_pages_of_entries_do(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    (row,) = (row for row in ROWS if row.route == "/api/v1/entries")
    async with open_register(pool) as register:
        for column in COLUMNS:
            (answer,) = await register.reads(
                row, column, "GET", query="?position=1", accept="text/event-stream"
            )
            assert answer.status_code == int(row.expected[column]), column
            streams = answer.headers["content-type"].startswith("text/event-stream")
            assert streams == (answer.status_code == 200), column


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


def told_otherwise(row: Row, answers: Mapping[str, str]) -> list[str]:
    """Each answer that is not the table's; "public, something" is the public."""
    expected = row.expected | {name: row.expected["public"] for name in answers if "public" in name}
    return [
        f"{row.method} {row.address} ({row.situation}), {column}: "
        f"{expected[column]} in the table, {answer} in fact"
        for column, answer in answers.items()
        if answer != expected[column]
    ]


def told_by(answer: httpx.Response) -> dict[str, str]:
    """The headers that say what there is; a file's type litestar says with its body only."""
    left_out = {"x-request-id"}
    if answer.request.url.path.startswith("/static/"):
        left_out.add("content-type")
    return {name: value for name, value in answer.headers.items() if name not in left_out}
