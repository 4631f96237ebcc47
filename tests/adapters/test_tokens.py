"""With what a program acts for an account, on a real Postgres."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from adapters.accounts import Account, PostgresAccounts
from adapters.tokens import (
    BELIEVED_FOR,
    KEPT_AFTER_END,
    LONGEST,
    Bearer,
    PostgresTokens,
    is_well_formed,
)
from domain.values import CommunityId
from tests.conftest import Database

CLERK = Account("clerk-1", "clerk", CommunityId("us-norfolk"), "Norfolk")
DAY = timedelta(days=1)


@pytest.fixture
async def accounts(pool: asyncpg.Pool) -> PostgresAccounts:
    """The clerk has an account."""
    accounts = PostgresAccounts(pool, "twinledger")
    await accounts.add(CLERK)
    return accounts


@pytest.fixture
def tokens(pool: asyncpg.Pool, accounts: PostgresAccounts) -> PostgresTokens:
    return PostgresTokens(pool, "twinledger")


async def _made(tokens: PostgresTokens, *, read_only: bool = False) -> tuple[int, str]:
    made = await tokens.add("clerk-1", lasts=DAY, read_only=read_only)
    assert made is not None
    return made


async def test_a_token_stands_for_its_account(tokens: PostgresTokens) -> None:
    number, token = await _made(tokens)
    to_read, reading = await _made(tokens, read_only=True)

    assert await tokens.whose(token) == Bearer(CLERK, False, number)
    assert await tokens.whose(reading) == Bearer(CLERK, True, to_read)


async def test_a_slip_in_a_token_is_seen_without_asking_the_database(
    tokens: PostgresTokens,
) -> None:
    _, token = await _made(tokens)
    slipped = token[:-9] + ("A" if token[-9] != "A" else "B") + token[-8:]

    assert is_well_formed(token)
    assert not any(map(is_well_formed, (slipped, token[:-1], token + "A", token[5:], "twlt_é", "")))


async def test_the_token_itself_is_nowhere_in_the_database(
    tokens: PostgresTokens, pool: asyncpg.Pool
) -> None:
    _, token = await _made(tokens)

    rows = await pool.fetch("select token::text from twinledger.token")
    assert token not in str(rows)
    assert token.encode().hex() not in str(rows)


async def test_a_token_that_never_was_opens_nothing(tokens: PostgresTokens) -> None:
    _, token = await _made(tokens)

    assert await tokens.whose(token[:-1]) is None


async def test_a_revoked_token_opens_nothing_once_it_is_looked_up_again(
    tokens: PostgresTokens,
) -> None:
    number, token = await _made(tokens)
    assert await tokens.whose(token) is not None

    assert await tokens.revoke(number)
    await asyncio.sleep(BELIEVED_FOR)

    assert await tokens.whose(token) is None
    assert not await tokens.revoke(number)


async def test_an_expired_token_opens_nothing(tokens: PostgresTokens) -> None:
    made = await tokens.add("clerk-1", lasts=timedelta(microseconds=1))
    assert made is not None
    number, token = made

    assert await tokens.whose(token) is None
    assert not await tokens.revoke(number)


async def test_no_token_lasts_longer_than_a_year(tokens: PostgresTokens) -> None:
    assert await tokens.add("clerk-1", lasts=LONGEST) is not None

    with pytest.raises(asyncpg.CheckViolationError):
        await tokens.add("clerk-1", lasts=LONGEST + DAY)


async def test_closing_an_account_ends_its_tokens(
    tokens: PostgresTokens, accounts: PostgresAccounts
) -> None:
    _, token = await _made(tokens)

    assert await accounts.close("clerk-1")

    assert await tokens.whose(token) is None
    assert await tokens.add("clerk-1", lasts=DAY) is None
    assert [one.in_force for one in await tokens.list()] == [False]


async def test_a_new_key_ends_the_tokens_made_before(
    tokens: PostgresTokens, accounts: PostgresAccounts
) -> None:
    _, before = await _made(tokens)

    await accounts.renew_key("clerk-1")
    _, after = await _made(tokens)

    assert await tokens.whose(before) is None
    assert await tokens.whose(after) is not None


async def test_the_last_use_is_noted_but_not_at_every_use(
    tokens: PostgresTokens, pool: asyncpg.Pool
) -> None:
    _, token = await _made(tokens)
    assert (await tokens.list())[0].last_used_at is None
    await tokens.whose(token)
    first = (await tokens.list())[0].last_used_at
    await PostgresTokens(pool, "twinledger").whose(token)
    second = (await tokens.list())[0].last_used_at
    await pool.execute("update twinledger.token set last_used_at = now() - interval '61 minutes'")
    await PostgresTokens(pool, "twinledger").whose(token)
    third = (await tokens.list())[0].last_used_at

    assert first is not None
    assert third is not None
    assert second == first
    assert third > first


async def test_what_ended_long_ago_is_deleted_when_the_next_is_made(
    tokens: PostgresTokens, database: Database
) -> None:
    expired, revoked, lately, lasts = [(await _made(tokens))[0] for _ in range(4)]
    long_ago, not_long_ago = KEPT_AFTER_END + DAY, KEPT_AFTER_END - DAY
    await _end(database, "ends_at", expired, long_ago)
    await _end(database, "revoked_at", revoked, long_ago)
    await _end(database, "revoked_at", lately, not_long_ago)

    newest, _ = await _made(tokens)

    assert [one.number for one in await tokens.list()] == [lately, lasts, newest]


async def _end(database: Database, column: str, number: int, ago: timedelta) -> None:
    """As if the token had been made long ago, and had ended `ago`."""
    owner = await asyncpg.connect(database.owner_dsn)
    await owner.execute(
        "update twinledger.token set created_at = created_at - interval '100 days', "
        f"{column} = clock_timestamp() - $2::interval where number = $1",
        number,
        ago,
    )
    await owner.close()
