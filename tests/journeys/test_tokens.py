"""A keeper gives a council's own system a token, sees that it is used, and takes it back."""

import asyncio
import re

import asyncpg
import pytest

from adapters.accounts import PostgresAccounts
from adapters.tokens import PostgresTokens
from api.demo import PEOPLE, issue_tokens
from api.identity import DEMO_ROLES, demo_actor
from domain.partnership.state import Unknown
from tests.conftest import Database
from tests.journeys.test_command_line import Desk


@pytest.fixture
def desk(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(database.only_dsn, str(tmp_path_factory.mktemp("data")))
    desk.done("init", "--name", "Register of Norfolk")
    desk.employs("clerk-1", "clerk", "us-norfolk")
    return desk


def test_a_token_is_shown_once_and_listed_without_itself(desk: Desk) -> None:
    told = desk.done("token", "add", "clerk-1", "--days", "30", "--read-only")
    token = re.findall(r"twlt_\S+", told)
    listed = desk.done("token", "list")

    assert "Token 1 of clerk-1, to read with, lasts 30 days." in told
    assert len(token) == 1
    assert "1: clerk-1, read only, until 20" in listed
    assert "never used" in listed
    assert token[0] not in listed


def test_a_token_is_revoked_by_its_number_once(desk: Desk) -> None:
    desk.done("token", "add", "clerk-1")

    assert "Token 1 is revoked." in desk.done("token", "revoke", "1")
    assert "no token 1 in force" in desk.refused("token", "revoke", "1")
    assert "No token is in force" in desk.done("token", "list")
    assert ", revoked 20" in desk.done("token", "list", "--all")
    assert desk.data("token", "list", "--all")[0]["in_force"] is False


def test_a_token_of_nobody_or_of_more_than_a_year_is_refused(desk: Desk) -> None:
    assert "no open account 'clerk-9'" in desk.refused("token", "add", "clerk-9")
    assert "365" in desk.refused("token", "add", "clerk-1", "--days", "366", code=2)
    assert desk.data("token", "list", "--all") == []


def test_closing_an_account_ends_its_tokens(desk: Desk) -> None:
    desk.done("token", "add", "clerk-1")
    desk.done("account", "close", "clerk-1")

    assert ", revoked 20" in desk.done("token", "list", "--all")
    assert "no open account" in desk.refused("token", "add", "clerk-1")


async def test_each_start_of_the_demo_gives_new_tokens_and_ends_the_old(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    accounts, tokens = PostgresAccounts(pool, "twinledger"), PostgresTokens(pool, "twinledger")
    first = await issue_tokens(accounts, tokens)
    second = await issue_tokens(accounts, tokens)
    opened = await asyncio.gather(*(tokens.whose(token) for _, token in second))

    assert [bearer.account for bearer in opened if bearer] == list(PEOPLE)
    assert not any([await tokens.whose(token) for _, token in first])


def test_the_demos_tokens_stand_for_the_people_of_its_pages() -> None:
    on_the_pages = {demo_actor(role, Unknown()).recorder for role in DEMO_ROLES}

    assert on_the_pages <= {person.pseudonym for person in PEOPLE}
