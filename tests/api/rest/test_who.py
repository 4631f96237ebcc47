"""Who asks below /api: a bearer token says so, and nothing else does."""

import asyncio
from datetime import timedelta

import asyncpg
import httpx
import pytest

from adapters.accounts import Account, PostgresAccounts
from adapters.tokens import BELIEVED_FOR, PostgresTokens
from domain.values import CommunityId
from tests.api.rest.programs import PROPOSAL, Program

OPEN = "/partnerships/actions"


@pytest.fixture
def tokens(pool: "asyncpg.Pool[asyncpg.Record]") -> PostgresTokens:
    return PostgresTokens(pool, "twinledger")


@pytest.fixture
def accounts(pool: "asyncpg.Pool[asyncpg.Record]") -> PostgresAccounts:
    return PostgresAccounts(pool, "twinledger")


async def _token(tokens: PostgresTokens, *, read_only: bool = False) -> str:
    made = await tokens.add("clerk", lasts=timedelta(days=1), read_only=read_only)
    assert made is not None
    return made[1]


def _problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def _propose(program: Program, token: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}", "idempotency-key": "a-key-of-a-program"}
    return await program.client.post(
        "/api/v1/partnerships/actions/submit-proposal", json=PROPOSAL, headers=headers
    )


async def test_reading_needs_no_token_and_recording_does(program: Program) -> None:
    read = await program.get(OPEN)
    recorded = await program.act("/actions/submit-proposal", PROPOSAL, who="nobody")

    assert read.status_code == 200
    assert _problem(recorded) == (401, "not-signed-in")
    assert recorded.headers["www-authenticate"].startswith("Bearer")
    assert "twinledger token add" not in read.text


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("Bearer", "no bearer token"),
        ("Basic Y2xlcms6a2V5", "no bearer token"),
        ("Bearer twlt_abc", "length or checksum"),
        ("Bearer twl_" + "A" * 43, "key of an account"),
        ("Bearer twlt_" + "A" * 47 + "B", "length or checksum"),
    ],
)
async def test_what_opens_nothing_is_told_and_not_read_as_the_public(
    program: Program, header: str, told: str
) -> None:
    answer = await program.client.get(
        f"/api/v1{OPEN}", headers=[(b"authorization", header.encode())]
    )

    assert _problem(answer) == (401, "not-signed-in")
    assert told in answer.json()["detail"]


async def test_two_tokens_at_once_are_refused(program: Program, tokens: PostgresTokens) -> None:
    both = [("authorization", f"Bearer {await _token(tokens)}") for _ in range(2)]
    answer = await program.client.get(f"/api/v1{OPEN}", headers=both)

    assert answer.status_code == 400


async def test_the_scheme_is_read_in_any_case(program: Program, tokens: PostgresTokens) -> None:
    token = await _token(tokens)
    answer = await program.client.get(
        f"/api/v1{OPEN}", headers={"authorization": f"bEARER {token}"}
    )

    allowed = {action["verb"]: action["allowed"] for action in answer.json()["actions"]}
    assert allowed["submit-proposal"]


async def test_with_a_read_only_token_nothing_is_recorded(
    program: Program, tokens: PostgresTokens
) -> None:
    token = await _token(tokens, read_only=True)
    told = await program.get(OPEN, authorization=f"Bearer {token}")
    answer = await _propose(program, token)

    assert not any(action["allowed"] for action in told.json()["actions"])
    assert "made for reading" in told.text
    assert _problem(answer) == (403, "read-only-token")
    assert await program.head() == 0


async def test_a_revoked_token_records_nothing_a_second_later(
    program: Program, tokens: PostgresTokens
) -> None:
    token = await _token(tokens)
    before = await program.get(OPEN, authorization=f"Bearer {token}")
    await tokens.revoke(max(one.number for one in await tokens.list()))
    await asyncio.sleep(BELIEVED_FOR)
    after = await _propose(program, token)

    assert before.status_code == 200
    assert _problem(after) == (401, "not-signed-in")
    assert await program.head() == 0


async def test_a_cookie_of_the_pages_says_nothing_here(
    program: Program, accounts: PostgresAccounts
) -> None:
    session = await accounts.open_session(
        Account("clerk", "clerk", CommunityId("us-norfolk"), "Norfolk")
    )
    program.client.cookies.set("twinledger_session", session)
    program.client.cookies.set("twinledger_role", "clerk")
    answer = await program.act("/actions/submit-proposal", PROPOSAL, who="nobody")

    assert _problem(answer) == (401, "not-signed-in")


async def test_a_token_in_the_address_opens_nothing(
    program: Program, tokens: PostgresTokens
) -> None:
    token = await _token(tokens)
    answer = await program.act(
        "/actions/submit-proposal", PROPOSAL, who="nobody", query=f"?access_token={token}"
    )

    assert answer.status_code in (400, 401)
    assert token not in answer.text
    assert await program.head() == 0


async def test_what_a_program_records_stands_under_its_owners_pseudonym(
    program: Program, tokens: PostgresTokens
) -> None:
    answer = await _propose(program, await _token(tokens))
    (recorded,) = await program.services.ledger.read_after(0, 1)

    assert answer.status_code == 201
    assert recorded.actor.recorder == "clerk"
    assert recorded.actor.community == "us-norfolk"
