"""A register of any size, from a list of made-up pairs, filled through the import."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import asyncpg

from adapters.accounts import Account, PostgresAccounts
from adapters.clock import utc_now
from adapters.ledger import PostgresLedger
from adapters.tokens import PostgresTokens
from api.import_report import ImportReport
from api.importing import import_list, open_list
from domain.names import slug
from domain.ports import Actor
from domain.values import CommunityId
from projections.register import PostgresRegister
from projections.runner import Runner

ADMINISTRATOR = Actor("register", "", "", "benchmark", "administrator")
COUNTRIES = ("US", "DE", "FR", "JP", "PL", "GB", "IT", "CN", "BR", "MX", "CZ", "HU")
ONE = "Norfolk"
_SYLLABLES = ("ba", "do", "ki", "lun", "mar", "ne", "ost", "pra", "ri", "sta", "tor", "vel", "wick")


def write_list(path: Path, pairs: int, *, one: bool = False) -> None:
    """A list as people import them: names and countries of both sides, one pair a row.

    With `one` a single community is the first side of all of them.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("relation_id", "a_name", "a_iso2", "b_name", "b_iso2"))
        rows.writerows((n, ONE, "US", *b) if one else (n, *a, *b) for n, a, b in _pairs(pairs))


def _pairs(pairs: int) -> Iterator[tuple[int, tuple[str, str], tuple[str, str]]]:
    for number in range(pairs):
        # About three partnerships for each community, as in the lists that there are.
        a, b = number // 3, 1_000_000 + number
        yield number, (_name(a), COUNTRIES[a % 12]), (_name(b), COUNTRIES[(b + 5) % 12])


def _name(number: int) -> str:
    parts = []
    while number:
        number, rest = divmod(number, len(_SYLLABLES))
        parts.append(_SYLLABLES[rest])
    return "".join(parts or ["aa"]).capitalize()


async def fill(pool: "asyncpg.Pool[asyncpg.Record]", path: Path) -> ImportReport:
    """Import a list of `write_list` into the register of the pool's database, and show it."""
    await project(pool)
    report = await import_pairs(pool, path)
    await project(pool)
    return report


async def import_pairs(pool: "asyncpg.Pool[asyncpg.Record]", path: Path) -> ImportReport:
    """The import alone; the projections' tables are there."""
    return await import_list(
        await open_list(path),
        PostgresLedger(pool),
        PostgresRegister(pool),
        dry_run=False,
        source="Made-up pairs for measuring",
        listed_on="2026-11",
        actor=ADMINISTRATOR,
        now=utc_now(),
        progress=lambda done, of: None,
    )


async def project(pool: "asyncpg.Pool[asyncpg.Record]") -> int:
    """Let every projection read on to the end of the ledger; that position."""
    return await Runner(pool, PostgresLedger(pool), schema="twinledger").catch_up()


async def clerk_with_token(pool: "asyncpg.Pool[asyncpg.Record]") -> str:
    """A token of a clerk of the community that is a side of every pair of `write_list_of_one`."""
    accounts = PostgresAccounts(pool, "twinledger")
    await accounts.name_register("Register for measuring", demo=False)
    community = CommunityId(slug(ONE, "US"))
    await accounts.add(Account("benchmark-clerk", "clerk", community, ONE))
    added = await PostgresTokens(pool, "twinledger").add("benchmark-clerk", lasts=timedelta(days=1))
    if added is None:
        raise AssertionError("the account was added a moment ago")
    return added[1]
