"""What was recorded stays: the database itself refuses, whoever asks."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, TypeAlias

import asyncpg
import pytest

from adapters.ledger import PostgresLedger
from tests.adapters.submissions import event, submission

if TYPE_CHECKING:
    from tests.conftest import Database

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

CHANGES = [
    "update twinledger.event set leaf = 'other'",
    "delete from twinledger.event",
    "truncate twinledger.event",
    "update twinledger.event_tag set tag = 0",
    "delete from twinledger.event_tag",
    "truncate twinledger.event_tag",
    "update twinledger.command_key set reply = ''",
    "delete from twinledger.command_key",
    "truncate twinledger.command_key",
    "delete from twinledger.head",
    "truncate twinledger.head",
    "insert into twinledger.head select * from twinledger.head",
    "insert into twinledger.command_key select * from twinledger.command_key "
    "on conflict (key) do update set reply = 'x'",
]
BEYOND_THE_APPLICATION = [
    "update twinledger.head set size = 0",
    "insert into twinledger.event (position, recorded_at, leaf, leaf_hash) "
    "select 9223372036854775807, recorded_at, leaf, leaf_hash from twinledger.event",
    "insert into twinledger.event_tag values (1, 1)",
    "insert into twinledger.command_key select * from twinledger.command_key",
    "insert into twinledger.migration values ('x', '', now())",
    "select * from twinledger.head for update",
    "do 'begin lock table twinledger.event in exclusive mode; end'",
    "alter table twinledger.event alter column leaf type bytea using 'other'",
    "alter table twinledger.event disable trigger append_only",
    "drop trigger append_only on twinledger.event",
    "drop table twinledger.event",
    "create table twinledger.mine ()",
    "create or replace function twinledger.refuse_change() returns trigger language plpgsql "
    "as 'begin return null; end'",
    "create function twinledger.mine() returns int language sql as 'select 1'",
    "set session_replication_role = replica",
]


@pytest.fixture
async def recorded(pool: Pool) -> None:
    await PostgresLedger(pool).append(submission(event("a")))


@pytest.fixture
async def owner(database: "Database") -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database.owner_dsn)
    yield connection
    await connection.close()


@pytest.mark.parametrize("sql", CHANGES + BEYOND_THE_APPLICATION)
async def test_the_application_may_only_append_and_read(
    recorded: None, pool: Pool, sql: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute(sql)


@pytest.mark.parametrize("sql", CHANGES)
async def test_the_owner_cannot_change_what_was_recorded(
    recorded: None, owner: Connection, sql: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append only"):
        await owner.execute(sql)


@pytest.mark.parametrize("sql", CHANGES)
async def test_nor_can_a_superuser_who_poses_as_a_replica(
    recorded: None, owner: Connection, sql: str
) -> None:
    await owner.execute("set session_replication_role = replica")

    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append only"):
        await owner.execute(sql)


async def test_a_temporary_table_of_the_same_name_is_not_taken_for_the_ledger(
    recorded: None, pool: Pool
) -> None:
    async with pool.acquire() as connection:
        await connection.execute(
            "create temporary table head as select * from twinledger.head;"
            "create temporary table event as select * from twinledger.event;"
            "set search_path = pg_temp, twinledger"
        )
        known = "select twinledger.position_known_at('infinity')"
        assert await connection.fetchval("delete from pg_temp.head returning size") == 1
        assert await connection.fetchval(known) == 1
        await connection.execute("discard all")


async def test_nobody_else_on_the_server_may_append(owner: Connection) -> None:
    granted = await owner.fetch(
        "select proname from pg_proc where pronamespace = 'twinledger'::regnamespace "
        "and has_function_privilege('pg_monitor', oid, 'execute')"
    )

    assert granted == []


async def test_projections_may_have_tables_of_their_own(pool: Pool) -> None:
    await pool.execute("create table twinledger_views.register (id bigint)")
    await pool.execute("drop table twinledger_views.register")
