"""The people of the authority table: who each column is, and how each says who they are.

On the pages a person has a session; below `/api` a bearer token. The last three columns send what
opens nothing there: a token that only reads, one that is revoked, and the other door's key.
"""

from datetime import timedelta
from typing import Literal

import asyncpg
from msgspec import Struct

from adapters.accounts import Account, PostgresAccounts
from adapters.tokens import PostgresTokens
from domain.values import CommunityId
from tests.domain.people import KALININGRAD, KITAKYUSHU, NORFOLK

Way = Literal["page", "api"]

HOME = (NORFOLK.community, NORFOLK.name)
ABROAD = (KITAKYUSHU.community, KITAKYUSHU.name)
ELSEWHERE = (KALININGRAD.community, KALININGRAD.name)
NOWHERE = (CommunityId(""), "")

ACCOUNTS: dict[str, Account] = {
    "clerk": Account("clerk-1", "clerk", *HOME),
    "second clerk": Account("clerk-2", "clerk", *HOME),
    "clerk of the other side": Account("clerk-3", "clerk", *ABROAD),
    "clerk elsewhere": Account("clerk-4", "clerk", *ELSEWHERE),
    "counterpart": Account("counterpart-1", "counterpart", *ABROAD),
    "counterpart elsewhere": Account("counterpart-2", "counterpart", *ELSEWHERE),
    "officer": Account("officer-1", "oversight_officer", *NOWHERE),
    "approver": Account("approver-1", "approver", *NOWHERE),
    "analyst": Account("analyst-1", "analyst", *NOWHERE),
    "administrator": Account("administrator-1", "administrator", *NOWHERE),
    "system": Account("system", "system", *NOWHERE),
}
DEMO_ROLES = {
    "clerk": "clerk",
    "second clerk": "second-clerk",
    "counterpart": "counterpart",
    "officer": "oversight-officer",
    "approver": "approver",
}
"""Whom of the columns each role of the demo stands for."""
COLUMNS = (
    "public",
    *ACCOUNTS,
    "clerk, read-only token",
    "clerk, revoked token",
    "clerk, at the wrong door",
)


class Credentials(Struct, frozen=True):
    """What each person sends, by way and column."""

    sent: dict[tuple[Way, str], dict[str, str]]

    def columns(self, way: Way) -> tuple[str, ...]:
        """Everybody who comes this way."""
        return tuple(column for known, column in self.sent if known == way)

    def headers(self, way: Way, column: str) -> dict[str, str]:
        """The request headers that say who it is; none for the public."""
        return self.sent[way, column]


def role_of(column: str) -> str:
    """The role that a column's person has, empty for the public."""
    account = ACCOUNTS.get(column.partition(",")[0])
    return account.role if account else ""


def demo_people() -> Credentials:
    """The visitors of the demo, each under the name of whom they stand for: a cookie says their
    role on the pages, and nothing below `/api`.
    """
    cookies = {column: f"twinledger_role={role}" for column, role in DEMO_ROLES.items()}
    nobody = {
        "public, no role": "twinledger_role=",
        "public, unknown role": "twinledger_role=administrator",
        "public, a session": "twinledger_session=of-nobody",
    }
    sent: dict[tuple[Way, str], dict[str, str]] = {
        ("page", column): {"cookie": cookie} for column, cookie in (cookies | nobody).items()
    }
    sent["api", "public, a role"] = {"cookie": cookies["clerk"]}
    return Credentials(sent)


async def employ(pool: "asyncpg.Pool[asyncpg.Record]") -> Credentials:
    """Make all accounts; everybody signs in and has a token."""
    accounts, tokens = PostgresAccounts(pool, "twinledger"), PostgresTokens(pool, "twinledger")
    sent: dict[tuple[Way, str], dict[str, str]] = {("page", "public"): {}, ("api", "public"): {}}
    for column, account in ACCOUNTS.items():
        await accounts.add(account)
        sent["page", column] = {
            "cookie": f"twinledger_session={await accounts.open_session(account)}"
        }
        _, sent["api", column] = await _bearer(tokens, account)
    clerk = ACCOUNTS["clerk"]
    _, reading = await _bearer(tokens, clerk, read_only=True)
    number, revoked = await _bearer(tokens, clerk)
    await tokens.revoke(number)
    demo = f"{sent['page', 'clerk']['cookie']}; twinledger_role=clerk"
    wrong_door: dict[Way, dict[str, str]] = {"page": sent["api", "clerk"], "api": {"cookie": demo}}
    for way, wrong in wrong_door.items():
        sent[way, "clerk, read-only token"] = reading
        sent[way, "clerk, revoked token"] = revoked
        sent[way, "clerk, at the wrong door"] = wrong
    return Credentials(sent)


async def _bearer(
    tokens: PostgresTokens, account: Account, *, read_only: bool = False
) -> tuple[int, dict[str, str]]:
    made = await tokens.add(account.pseudonym, lasts=timedelta(days=1), read_only=read_only)
    assert made is not None
    number, token = made
    return number, {"authorization": f"Bearer {token}"}
