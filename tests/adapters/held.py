"""How a test holds the ledger, and sees who waits for it."""

import asyncio
from typing import TypeAlias

import asyncpg

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

HOLD = "select size from twinledger.head for update"
"""Nothing is appended until the transaction of this statement ends."""

SLOW_TYPE = """
    create function public.wait() returns trigger language plpgsql as $$
    begin
        perform pg_advisory_xact_lock(7);
        return new;
    end
    $$;
    create trigger wait before insert on twinledger.event
    for each row when (position('slow.v1'::bytea in new.leaf) > 0) execute function public.wait();
"""


async def until_waiting(owner: Connection, number: int) -> None:
    """Until `number` calls wait for a lock that `owner` holds."""
    waiting = None
    async with asyncio.timeout(60):
        while waiting != number:
            await owner.execute("select pg_stat_clear_snapshot()")  # it keeps its first look
            waiting = await owner.fetchval(
                "select count(*) from pg_stat_activity where wait_event_type = 'Lock' "
                "and datname = current_database()"
            )
            await asyncio.sleep(0.01)
