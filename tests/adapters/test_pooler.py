"""A transaction pooler between Twinledger and Postgres: noticed, and gone past where it must be."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from adapters.ledger import PostgresLedger
from adapters.postgres.connect import connect
from adapters.postgres.pool import STATEMENTS, open_pool
from adapters.settings import Settings
from domain.ports import Receipt
from tests.adapters.submissions import event, submission

if TYPE_CHECKING:
    from tests.conftest import Database
    from tests.pgbouncer import Pgbouncer


@pytest.fixture
def pooled_dsn(database: "Database", pgbouncer: "Pgbouncer") -> str:
    return pgbouncer.through(database.direct_dsn)


def settings(data: Path, **more: object) -> Settings:
    return msgspec.convert({"data": data, **more}, Settings)


async def test_a_pooler_is_noticed_and_then_nothing_is_prepared_and_nobody_listens(
    pooled_dsn: str, tmp_path: Path
) -> None:
    async with connect(settings(tmp_path, dsn=pooled_dsn)) as server:
        assert (server.statement_cache, server.listen_dsn) == (0, None)


async def test_with_a_direct_dsn_the_worker_listens_past_the_pooler(
    database: "Database", pooled_dsn: str, tmp_path: Path
) -> None:
    both = settings(tmp_path, dsn=pooled_dsn, direct_dsn=database.direct_dsn)
    async with connect(both) as server:
        assert server.app_dsn == pooled_dsn
        assert server.listen_dsn == server.owner_dsn == database.direct_dsn


async def test_a_pooler_that_knows_prepared_statements_can_be_given_some(
    pooled_dsn: str, tmp_path: Path
) -> None:
    async with connect(settings(tmp_path, dsn=pooled_dsn, statement_cache=50)) as server:
        assert (server.statement_cache, server.listen_dsn) == (50, None)


async def test_where_no_pooler_is_statements_are_prepared_and_the_server_is_listened_to(
    database: "Database", tmp_path: Path
) -> None:
    async with connect(settings(tmp_path, dsn=database.direct_dsn)) as server:
        assert (server.statement_cache, server.listen_dsn) == (STATEMENTS, database.direct_dsn)


async def test_who_shares_server_processes_with_others_gets_only_own_answers(
    pooled_dsn: str,
) -> None:
    async def one(number: int) -> None:
        tag = f"t{number}"
        receipt: Receipt = await ledgers[number % 3].append(submission(event(tag), unless=tag))
        (read,) = await ledgers[(number + 1) % 3].read(frozenset({tag}))
        assert read.position == receipt.first_position

    async with (
        await open_pool(pooled_dsn) as first,
        await open_pool(pooled_dsn) as second,
        await open_pool(pooled_dsn) as third,
    ):
        ledgers = [PostgresLedger(pool) for pool in (first, second, third)]
        for begin in range(0, 180, 60):
            await asyncio.gather(*(one(number) for number in range(begin, begin + 60)))
