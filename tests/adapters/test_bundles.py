"""What is handed to outsiders costs the database no more for long records than for short ones."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TypeAlias

import asyncpg
import pytest
from asyncpg.connection import LoggedQuery

from adapters.bundles import ProvenRecord, proven_record
from adapters.ledger import PostgresLedger
from adapters.notary.published import PublishedLog
from domain.history import partnership_tag
from domain.transparency.lines import decoded
from domain.transparency.proof_file import parse_proof
from domain.values import PartnershipId
from tests.adapters.notary.desk import NotaryDesk, at_the_notary, record
from tests.adapters.submissions import event, submission
from tests.conftest import Database

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

SHORT, LONG = PartnershipId("TL-0000-0002"), PartnershipId("TL-0000-0020")


@pytest.fixture
async def notary(pool: Pool, tmp_path: Path) -> AsyncIterator[NotaryDesk]:
    """Two partnerships with 2 and 20 entries, far from one another among others, all signed."""
    ledger = PostgresLedger(pool)
    async with at_the_notary(pool, tmp_path / "notary") as notary:
        for number in range(20):
            await record(pool, 50)
            await ledger.append(submission(event(partnership_tag(LONG))))
            if number % 10 == 5:
                await ledger.append(submission(event(partnership_tag(SHORT))))
        await notary.sign()
        yield notary


@pytest.fixture
async def asked() -> list[str]:
    """All that the database was asked for the downloads, by `counted`."""
    return []


@pytest.fixture
async def counted(database: Database, asked: list[str]) -> AsyncIterator[Pool]:
    """A pool that notes what is asked of the ledger through it; what the driver asks of types, each
    connection asks when it first meets them.
    """

    def note_one(query: LoggedQuery) -> None:
        if "twinledger." in query.query:
            asked.append(query.query)

    async def note(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        connection.add_query_logger(note_one)

    async def keep(_connection: object) -> None:
        """Nothing is asked when a connection goes back."""

    cache = database.statement_cache
    async with asyncpg.create_pool(
        database.app_dsn, min_size=0, init=note, reset=keep, statement_cache_size=cache
    ) as pool:
        yield pool


async def test_a_long_record_asks_the_database_as_often_as_a_short_one(
    notary: NotaryDesk, counted: Pool, asked: list[str]
) -> None:
    short, for_the_short = await proven(counted, SHORT), len(asked)
    asked.clear()
    long, for_the_long = await proven(counted, LONG), len(asked)

    assert (len(short.entries), len(long.entries)) == (2, 20)
    assert for_the_long == for_the_short == 4  # the checkpoint, the entries, and twice their tiles


async def test_what_is_proven_of_many_entries_at_once_is_what_is_proven_of_each(
    notary: NotaryDesk,
) -> None:
    latest = await notary.log.latest()
    assert latest is not None
    found = await proven(notary.pool, LONG)

    for entry in found.entries:
        proof = parse_proof(await notary.log.proof(entry.position, latest))
        assert tuple(decoded(one, "proof") for one in entry.proof) == proof.hashes
        await notary.verified(entry.position)


async def proven(pool: Pool, partnership: PartnershipId) -> ProvenRecord:
    log = PublishedLog(pool)
    latest = await log.latest()
    assert latest is not None
    return await proven_record(PostgresLedger(pool), log, latest, partnership)
