"""Registers that are set back to an earlier entry, as by a restore, or by a standby that takes over
and lacks the last ones.
"""

from typing import TypeAlias

import asyncpg

from tests.adapters.notary.desk import altered
from tests.conftest import Database

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
_LEDGER = ("event", "event_tag", "command_key")


async def cut(database: Database, to: int) -> None:
    """The ledger ends there."""
    await altered(
        database.owner_dsn,
        *(f"delete from twinledger.{table} where position > {to}" for table in _LEDGER[:2]),
        f"delete from twinledger.command_key where last_position > {to}",
        f"delete from twinledger.private_value where position > {to}",
        f"update twinledger.head set size = {to}, "
        f"leaf_hash = (select leaf_hash from twinledger.event where position = {to})",
        tables=_LEDGER,
    )


async def set_back(pool: Pool, database: Database, to: int) -> None:
    """And the read models are built anew."""
    await cut(database, to)
    tables = await pool.fetch(
        "select tablename from pg_tables where schemaname = 'twinledger_views'"
    )
    for (table,) in tables:
        await pool.execute(f"drop table twinledger_views.{table}")
