"""A database is brought to this release once, whole or not at all, and never by guesswork."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import asyncpg
import pytest

from adapters.migrate import (
    MIGRATIONS,
    DatabaseIsNewer,
    MigrationChanged,
    NameRefused,
    RoleMissing,
    migrate,
)

if TYPE_CHECKING:
    from tests.conftest import Database

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@pytest.fixture
async def owner(database: "Database") -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database.owner_dsn)
    yield connection
    await connection.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_first.sql").write_text("create table {schema}.one ();")
    (tmp_path / "0002_second.sql").write_text("grant select on {schema}.one to {app_role};")
    return tmp_path


async def test_files_are_applied_once_and_in_order(
    owner: Connection, database: "Database", folder: Path
) -> None:
    first = await migrate(owner, schema="other", app_role=database.app_role, folder=folder)
    second = await migrate(owner, schema="other", app_role=database.app_role, folder=folder)

    assert first == ["0001_first.sql", "0002_second.sql"]
    assert second == []


async def test_a_new_file_is_applied_to_a_database_that_has_the_older_ones(
    owner: Connection, database: "Database", folder: Path
) -> None:
    await migrate(owner, schema="other", app_role=database.app_role, folder=folder)
    (folder / "0003_third.sql").write_text("create table {schema}.three ();")

    applied = await migrate(owner, schema="other", app_role=database.app_role, folder=folder)

    assert applied == ["0003_third.sql"]


async def test_of_many_who_start_at_once_one_migrates_and_the_others_wait(
    database: "Database",
) -> None:
    async def start() -> list[str]:
        connection = await asyncpg.connect(database.owner_dsn)
        try:
            return await migrate(connection, schema="other", app_role=database.app_role)
        finally:
            await connection.close()

    applied = await asyncio.gather(*[start() for _ in range(6)])

    assert sorted(applied, key=len)[:5] == [[]] * 5
    assert sorted(applied, key=len)[5] == sorted(file.name for file in MIGRATIONS.glob("*.sql"))


async def test_two_registers_live_side_by_side_in_one_database(
    owner: Connection, database: "Database"
) -> None:
    await migrate(owner, schema="norfolk", app_role=database.app_role)

    await owner.execute("update norfolk.head set size = 7")

    assert await owner.fetchval("select size from twinledger.head") == 0


async def test_a_file_that_was_changed_after_it_was_applied_is_refused(
    owner: Connection, database: "Database", folder: Path
) -> None:
    await migrate(owner, schema="other", app_role=database.app_role, folder=folder)
    (folder / "0001_first.sql").write_text("create table {schema}.another ();")

    with pytest.raises(MigrationChanged, match=r"0001_first\.sql"):
        await migrate(owner, schema="other", app_role=database.app_role, folder=folder)


async def test_an_older_release_leaves_the_database_of_a_newer_one_alone(
    owner: Connection, database: "Database", folder: Path
) -> None:
    await migrate(owner, schema="other", app_role=database.app_role, folder=folder)
    (folder / "0002_second.sql").unlink()

    with pytest.raises(DatabaseIsNewer, match=r"0002_second\.sql"):
        await migrate(owner, schema="other", app_role=database.app_role, folder=folder)


async def test_a_migration_that_fails_leaves_nothing_behind(
    owner: Connection, database: "Database", folder: Path
) -> None:
    (folder / "0003_third.sql").write_text("create table {schema}.three (); select 1 / 0;")

    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(owner, schema="other", app_role=database.app_role, folder=folder)

    assert await owner.fetchval("select to_regnamespace('other')") is None


@pytest.mark.parametrize("name", ["", "Upper", "a-b", "a b", "1a", "a;drop", 'a"b', "a" * 42, "ä"])
async def test_a_name_that_sql_would_misread_is_refused(owner: Connection, name: str) -> None:
    with pytest.raises(NameRefused):
        await migrate(owner, schema=name, app_role="postgres")
    with pytest.raises(NameRefused):
        await migrate(owner, schema="other", app_role=name)


async def test_a_missing_role_is_named_with_the_remedy(owner: Connection) -> None:
    with pytest.raises(RoleMissing, match="CREATE ROLE nobody_here LOGIN"):
        await migrate(owner, schema="other", app_role="nobody_here")


async def test_the_owner_may_be_the_application_too(owner: Connection) -> None:
    role = await owner.fetchval("select current_user::text")

    assert await migrate(owner, schema="other", app_role=role)
