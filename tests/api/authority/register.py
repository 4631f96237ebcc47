"""A register with everybody of the authority table, who try one row after the other."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
import httpx

from api.services import Services
from tests.adapters.notary.desk import NotaryDesk, at_the_notary
from tests.api.authority.acts import TAKES_THE_PAIR, body_of, form_of
from tests.api.authority.people import Credentials, demo_people, employ, role_of
from tests.api.authority.situations import Seeded, free_the_pair, seed
from tests.api.authority.table import Row
from tests.api.desk import asked_of, services_on
from tests.domain.people import NORFOLK

RECORDED = {"201", "303"}
FORMS = {
    "/acting": {"role": "clerk", "back": "/help"},
    "/sign-in": {"key": "twl_of-nobody"},
    "/sign-out": {"step": ""},
}
"""The forms that record nothing. Who signs out is out: its row stands last."""

SIGNED = (
    *("/checkpoint", "/log-policy", "/tile/", "/entries/"),
    *("/bundle.zip", "/partnerships/{ref}/record.json"),
)
"""Where what was recorded is read behind its signature."""


class Register:
    """A register, and `them`: the people of the table, or those of the demo."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        services: Services,
        them: Credentials,
        notary: NotaryDesk,
    ) -> None:
        self._client, self._services, self._them = client, services, them
        self._notary = notary

    async def answers(self, row: Row) -> dict[str, str]:
        """The status that each person gets. What one of them records, the others do not see."""
        there = await self._stands(row)
        answers = {}
        for column in self._them.columns(row.way):
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
        there = await seed(self._services.ledger, row.situation, demo=self._services.demo)
        if not (row.records and row.way == "api"):  # a command over HTTP reads the ledger alone
            await self._services.wait_for(0)
        if row.route.startswith(SIGNED):
            await self._notary.notary.step()
        return there

    async def _head(self) -> int:
        return (await self._services.ledger.head()).position

    async def reads(
        self, row: Row, column: str, *methods: str, query: str = "", **more: str
    ) -> list[httpx.Response]:
        """What a person gets who reads what the row is about, by one method after the other."""
        there = await self._stands(row)
        address = row.address.format_map(_values(there)) + query
        headers = self._them.headers(row.way, column) | more
        return [await self._client.request(m, address, headers=headers) for m in methods]

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
        "position": str(there.positions[0]),
        "path": "0/000.p/1",
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
async def open_register(
    pool: "asyncpg.Pool[asyncpg.Record]", *, demo: bool = False
) -> AsyncIterator[Register]:
    """A register of one's own with all the people of the table, or the demo with its roles."""
    services = services_on(pool, demo=demo)
    with TemporaryDirectory() as folder:
        async with at_the_notary(pool, Path(folder)) as notary, asked_of(services) as client:
            await notary.load()
            them = demo_people() if demo else await employ(pool)
            yield Register(client, services, them, notary)
