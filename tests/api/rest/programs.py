"""Programs at a register's interface: each has a token, sends commands, and reads problems."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Literal

import asyncpg
import httpx
from msgspec.structs import replace

from adapters.accounts import Account, PostgresAccounts
from adapters.tokens import PostgresTokens
from api.services import Services
from domain.values import CommunityId, Role
from tests.api.desk import asked_of, services_on

HASH = "a" * 64
EVIDENCE = [{"title": "Resolution 2026-41", "link": "https://norfolk.example/41"}]
PROPOSAL: dict[str, Any] = {
    "on": "2026-01-12",
    "deciding_body": "councillor",
    "command": {
        "home": {"community": "us-norfolk", "name": "Norfolk", "country": "US"},
        "counterpart": {"community": "jp-kitakyushu", "name": "北九州市", "country": "JP"},
        "tier": "sister",
        "kind": "sister_city",
        "motives": ["trade"],
    },
}
WITHDRAWAL: dict[str, Any] = {
    "on": "2026-02-01",
    "deciding_body": "councillor",
    "command": {"reason": "Postponed."},
}
APPROVAL: dict[str, Any] = {
    "on": "2026-02-10",
    "command": {"vote": {"in_favour": 7}, "text_sha256": HASH, "evidence": EVIDENCE},
}
PEOPLE: dict[str, tuple[Role, str]] = {
    "clerk": ("clerk", "us-norfolk"),
    "second-clerk": ("clerk", "us-norfolk"),
    "counterpart": ("counterpart", "jp-kitakyushu"),
    "officer": ("oversight_officer", ""),
}
Who = Literal["clerk", "second-clerk", "counterpart", "officer", "nobody"]
Fields = Mapping[str, Any]


class Program:
    """Sends requests with the token of whom it acts for."""

    def __init__(self, client: httpx.AsyncClient, services: Services, tokens: Fields) -> None:
        self.client, self.services, self._tokens = client, services, tokens

    def _headers(self, who: Who, more: Mapping[str, str]) -> dict[str, str]:
        token = self._tokens.get(who)
        return {**({"authorization": f"Bearer {token}"} if token else {}), **more}

    async def get(self, path: str, who: Who = "nobody", **more: str) -> httpx.Response:
        """Read."""
        return await self.client.get(f"/api/v1{path}", headers=self._headers(who, more))

    async def read(self, path: str) -> Any:
        """What is read, once everything recorded is shown."""
        await self.services.wait_for(0)
        answer = await self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def act(
        self,
        path: str,
        body: Fields,
        *,
        who: Who = "clerk",
        key: str | None = "",
        seen: str | None = "*",
        query: str = "",
    ) -> httpx.Response:
        """Send a command; an empty key is a new one, None is none."""
        headers = {"idempotency-key": key or secrets.token_hex(16)} if key is not None else {}
        if seen is not None:
            headers["if-match"] = seen
        return await self.client.post(
            f"/api/v1/partnerships{path}{query}", json=body, headers=self._headers(who, headers)
        )

    async def propose(self) -> httpx.Response:
        """A proposal of the clerk."""
        answer = await self.act("/actions/submit-proposal", PROPOSAL)
        assert answer.status_code == 201, answer.text
        return answer

    async def etag(self, position: int) -> str:
        """Of a record that ends with this entry, as the ledger has it."""
        (entry,) = await self.services.ledger.read_after(position - 1, 1)
        return f'"{position}-{entry.leaf_hash.hex()}"'

    async def head(self) -> int:
        """How many entries there are."""
        return (await self.services.ledger.head()).position


@asynccontextmanager
async def a_program(
    pool: "asyncpg.Pool[asyncpg.Record]", services: Services | None = None
) -> AsyncIterator[Program]:
    """A register of one's own, with an account and a token for each of `PEOPLE`."""
    accounts, tokens = PostgresAccounts(pool, "twinledger"), PostgresTokens(pool, "twinledger")
    given = {}
    for name, (role, community) in PEOPLE.items():
        await accounts.add(Account(name, role, CommunityId(community), community))
        made = await tokens.add(name, lasts=timedelta(days=1))
        assert made is not None
        given[name] = made[1]
    services = replace(services or services_on(pool, demo=False), tokens=tokens)
    async with asked_of(services) as client:
        yield Program(client, services, given)
