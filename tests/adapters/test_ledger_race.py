"""A reader that follows the ledger misses nothing, however writers overtake each other.

The database itself dawdles between giving a position and committing it. The same check is then held
against an append() that takes positions from a sequence, to show that it would find the mistake.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import asyncpg
import pytest

from adapters.ledger import PostgresLedger
from tests.adapters.race_worker import FAILING
from tests.adapters.submissions import event, submission

if TYPE_CHECKING:
    from tests.conftest import Database

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

PROCESSES = 2
BATCHERS = 12  # in each process, each on a connection of its own
APPENDS = 40  # by each batcher
ROOT = Path(__file__).parents[2]

DAWDLE = """
    create function public.dawdle() returns trigger language plpgsql as $$
    begin
        perform pg_sleep(random() * 0.006);
        return null;
    end
    $$;
    create trigger dawdle after insert on twinledger.event
    for each statement execute function public.dawdle();
    create trigger dawdle after update on twinledger.head
    for each statement execute function public.dawdle();
"""

# The usual mistake: positions from a sequence, given before the commit and without a lock.
POSITIONS_FROM_A_SEQUENCE = """
    create sequence twinledger.mistake;
    select setval('twinledger.mistake', (select size from twinledger.head));
    create or replace function twinledger.append(
        keys uuid[], digests bytea[], replies bytea[], first_events int[], last_events int[],
        proposed timestamptz, leaves bytea[], leaf_hashes bytea[], stamps_at int[],
        tags_1 bigint[], tags_2 bigint[], tags_3 bigint[], tags_4 bigint[],
        more_tags bigint[], more_tagged int[],
        condition_tags bigint[], condition_afters bigint[], condition_submissions int[],
        seen_positions bigint[], seen_hashes bytea[], seen_submissions int[]
    )
    returns table (
        submission int, verdict text, from_position bigint, to_position bigint,
        at timestamptz, first_leaf bytea, first_reply bytea
    )
    language plpgsql security definer set search_path = twinledger, pg_temp
    as $$
    declare
        base bigint;
    begin
        return query
        select c.submission, 'conflict', null::bigint, t.position, null::timestamptz,
               null::bytea, null::bytea
        from unnest(condition_tags, condition_afters, condition_submissions)
            c (tag, after, submission)
        join event t on t.tag_1 = c.tag and t.position > c.after;
        if found then
            return;
        end if;
        base = nextval('mistake') - 1;
        for n in 2 .. cardinality(leaves) loop
            perform nextval('mistake');
        end loop;
        insert into event (position, recorded_at, tag_1, leaf, leaf_hash)
        select base + n, proposed, tag, leaf, hash
        from unnest(tags_1, leaves, leaf_hashes) with ordinality e (tag, leaf, hash, n)
        on conflict do nothing;
        verdict = 'appended';
        from_position = base;
        at = proposed;
        return next;
    end
    $$;
"""


@pytest.fixture
async def owner(database: "Database") -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database.owner_dsn)
    yield connection
    await connection.close()


async def race(dsn: str, ledger: PostgresLedger) -> tuple[list[int], list[tuple[str, int]]]:
    """The positions that a following reader saw, and what the writers were told."""
    workers = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.adapters.race_worker", name, str(BATCHERS), str(APPENDS),
            stdout=asyncio.subprocess.PIPE, cwd=ROOT, env={**os.environ, "RACE_DSN": dsn},
        )
        for name in ("left", "right")[:PROCESSES]
    ]  # fmt: skip
    told: list[tuple[str, int]] = []
    writing = asyncio.gather(*[worker.communicate() for worker in workers])
    seen: list[int] = []
    while True:
        last = writing.done()
        while new := await ledger.read_after(seen[-1] if seen else 0, 50):
            seen += [e.position for e in new]
        if last:
            break
    for worker, (output, _) in zip(workers, await writing, strict=True):
        assert worker.returncode == 0
        told += [(tag, position) for tag, position in json.loads(output)]
    return seen, told


def faults(seen: list[int], told: list[tuple[str, int]]) -> list[str]:
    """What is wrong with what a reader saw, in words; nothing when all is well."""
    positions = [position for _, position in told]
    missed = set(positions) - set(seen)
    return [
        fault
        for fault, found in {
            f"the reader missed {len(missed)}": missed,
            "positions have gaps": seen != list(range(1, len(seen) + 1)),
            "a position was given twice": len(set(positions)) < len(positions),
            "the reader saw a position twice": len(set(seen)) < len(seen),
        }.items()
        if found
    ]


async def test_24_batchers_in_two_processes_and_a_reader_that_misses_nothing(
    database: "Database", owner: Connection, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    ledger = PostgresLedger(pool)
    await ledger.append(submission(event("known")))
    await owner.execute(DAWDLE)

    seen, told = await race(database.app_dsn, ledger)

    assert faults(seen, [("known", 1), *told]) == []
    assert len(told) == 2 * PROCESSES * BATCHERS * APPENDS * (FAILING - 1) // FAILING
    assert len(seen) == 1 + len(told)
    for read in await ledger.read_after(0, len(seen)):
        assert (read.tags[-1], read.position) in {("known", 1), *told}


async def test_the_same_check_fails_when_positions_come_from_a_sequence(
    database: "Database", owner: Connection, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    ledger = PostgresLedger(pool)
    await ledger.append(submission(event("known")))
    await owner.execute(DAWDLE)
    await owner.execute(POSITIONS_FROM_A_SEQUENCE)

    seen, told = await race(database.app_dsn, ledger)

    assert any(fault.startswith("the reader missed") for fault in faults(seen, told))
