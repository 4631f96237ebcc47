"""What is timed: appends through the ledger, and raw inserts by pgbench on the same server."""

import asyncio
import hashlib
import os
import re
import subprocess
import sys
import time
from itertools import count
from pathlib import Path
from uuid import uuid4

import asyncpg

from adapters.ledger import PostgresLedger
from adapters.postgres.pool import open_pool
from domain.ports import Condition, Receipt, Submission
from tests.benchmarks.stored import ACTOR, activity

PAYLOAD = 500  # bytes, of the public part of an event and of a raw row alike

_DIGEST = hashlib.sha256(b"the body of a command").digest()


def act(run: str, number: int, seen: Receipt | None = None) -> Submission:
    """One event with three tags, a condition on one of them, and a key: what a command appends.

    The decision rests on what was read up to the last entry of `seen`, and on that very entry.
    """
    pair = f"pair:{run}|{number}"
    return Submission(
        events=(activity(f"{run}-{number}", pair, f"community:{number % 5_000}"),),
        condition=Condition(
            frozenset({pair}),
            seen.last_position if seen else 0,
            seen.leaf_hash if seen else b"",
        ),
        actor=ACTOR,
        on_behalf_of="",
        command_scope="r-1",
        command_key=f"{run}-{number}",
        digest=_DIGEST,
    )


async def appends_a_second(dsn: str, *, clients: int, seconds: float) -> float:
    """`clients` tasks of this process, each appending again as soon as it has its answer."""
    async with await open_pool(dsn) as pool:
        ledger = PostgresLedger(pool)
        numbers, run = count(), uuid4().hex[:8]
        end = 0.0

        async def client() -> int:
            done, seen = 0, first
            while time.perf_counter() < end:
                seen = await ledger.append(act(run, next(numbers), seen))
                done += 1
            return done

        # The connection and the plans are made.
        first = await ledger.append(act(run, next(numbers)))
        start = time.perf_counter()
        end = start + seconds
        done = sum(await asyncio.gather(*[client() for _ in range(clients)]))
        return done / (time.perf_counter() - start)


async def appends_a_second_of_processes(
    dsn: str, *, clients: int, seconds: float, processes: int
) -> float:
    """`clients` in all, spread over processes with a connection pool and a batcher of their own."""
    each = [str(clients // processes), str(seconds)]
    started = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.benchmarks.appender", dsn, *each),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(processes)
    ]
    for process in started:
        assert process.stdout is not None
        await process.stdout.readline()  # it is ready
    said = await asyncio.gather(*(process.communicate(b"\n") for process in started))
    return sum(float(out) for out, _ in said)


async def inserts_a_second(dsn: str, *, seconds: float) -> float:
    """One client of the driver that we use: a durable INSERT, then the next."""
    connection = await asyncpg.connect(dsn)
    payload, done = "x" * PAYLOAD, 0
    start = time.perf_counter()
    while time.perf_counter() < start + seconds:
        await connection.execute("insert into raw (payload) values ($1)", payload)
        done += 1
    rate = done / (time.perf_counter() - start)
    await connection.close()
    return rate


async def prepare_raw(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        "create table if not exists raw (id bigint generated always as identity primary key, "
        "payload text not null)"
    )
    await connection.close()


def raw_inserts_a_second(
    dsn: str, *, pgbench: Path, script: Path, clients: int, seconds: float
) -> float:
    """Single-row durable inserts, each in its own transaction, by pgbench's own threads."""
    script.write_text("insert into raw (payload) values (:payload)\n")
    result = subprocess.run(
        [
            pgbench, "-n", "-M", "prepared", "-j", "2", "-c", str(clients),
            "-T", str(max(1, round(seconds))), "-D", f"payload={'x' * PAYLOAD}",
            "-f", script, dsn,
        ],
        check=True, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"},
    )  # fmt: skip
    rate = re.search(r"tps = ([0-9.]+)", result.stdout)
    assert rate, result.stdout
    return float(rate[1])


async def bytes_an_event(dsn: str) -> dict[str, float]:
    """What an event takes on disk beside its leaf: with tags and indexes, and its command's key."""
    connection = await asyncpg.connect(dsn)
    row = await connection.fetchrow(
        """
        select (pg_total_relation_size('twinledger.event')
                + pg_total_relation_size('twinledger.event_tag'))::float8 / count(*)
                - avg(octet_length(leaf)) as event,
               pg_total_relation_size('twinledger.command_key')::float8 / count(*) as key
        from twinledger.event
        """
    )
    await connection.close()
    assert row is not None
    return {"event and tags": row["event"], "command key": row["key"]}
