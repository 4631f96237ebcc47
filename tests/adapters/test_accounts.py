"""Who may record: accounts, keys and sessions, on a real Postgres."""

import asyncpg
import pytest

from adapters.accounts import Account, PostgresAccounts, PseudonymTaken
from domain.values import CommunityId

CLERK = Account("clerk-1", "clerk", CommunityId("us-norfolk"), "Norfolk")


@pytest.fixture
def accounts(pool: asyncpg.Pool) -> PostgresAccounts:
    return PostgresAccounts(pool, "twinledger")


async def test_a_key_finds_its_account_and_no_other(accounts: PostgresAccounts) -> None:
    key = await accounts.add(CLERK)

    assert await accounts.find(key) == CLERK
    assert await accounts.find(key[:-1]) is None


async def test_a_pseudonym_names_one_account(accounts: PostgresAccounts) -> None:
    key = await accounts.add(CLERK)

    with pytest.raises(PseudonymTaken, match="Choose another"):
        await accounts.add(CLERK)
    assert await accounts.find(key) == CLERK


async def test_the_key_itself_is_nowhere_in_the_database(
    accounts: PostgresAccounts, pool: asyncpg.Pool
) -> None:
    key = await accounts.add(CLERK)

    rows = await pool.fetch("select account::text from twinledger.account")
    assert key not in str(rows)


async def test_a_session_lasts_until_it_is_closed(accounts: PostgresAccounts) -> None:
    await accounts.add(CLERK)
    token = await accounts.open_session(CLERK)
    assert await accounts.session(token) == CLERK

    await accounts.close_session(token)

    assert await accounts.session(token) is None


async def test_a_new_key_ends_the_old_one_and_its_sessions(accounts: PostgresAccounts) -> None:
    old = await accounts.add(CLERK)
    token = await accounts.open_session(CLERK)

    new = await accounts.renew_key("clerk-1")

    assert new is not None
    assert await accounts.find(new) == CLERK
    assert await accounts.find(old) is None
    assert await accounts.session(token) is None


async def test_a_closed_account_can_neither_sign_in_nor_go_on(accounts: PostgresAccounts) -> None:
    key = await accounts.add(CLERK)
    token = await accounts.open_session(CLERK)

    assert await accounts.close("clerk-1")

    assert await accounts.find(key) is None
    assert await accounts.session(token) is None
    assert not await accounts.close("clerk-1")
    assert await accounts.renew_key("clerk-1") is None


async def test_a_register_keeps_its_first_name(accounts: PostgresAccounts) -> None:
    assert await accounts.register() is None
    await accounts.name_register("Register of Norfolk", demo=False)

    again = await accounts.name_register("Another", demo=True)

    assert (again.name, again.demo) == ("Register of Norfolk", False)


async def test_a_register_is_founded_once_with_its_first_account(
    accounts: PostgresAccounts,
) -> None:
    first = Account("head", "administrator", CommunityId(""), "")
    key = await accounts.found("Register of Norfolk", first)

    assert key is not None
    assert await accounts.find(key) == first
    assert await accounts.found("Another", Account("x", "approver", CommunityId(""), "")) is None
    assert [known.pseudonym for known, _ in await accounts.list()] == ["head"]
