"""What is timed: appends through the ledger, and raw inserts by pgbench on the same server."""

import asyncio
import hashlib
import os
import re
import subprocess
import time
from itertools import count
from pathlib import Path
from uuid import uuid4

import asyncpg
from msgspec import Raw

from adapters.ledger import PostgresLedger
from adapters.postgres.pool import open_pool
from domain.ports import Actor, Condition, NewEvent, Submission

PAYLOAD = 500  # bytes, of the public part of an event and of a raw row alike

_ACTOR = Actor(
    body="council", body_name="Council of Norfolk", community="Q49231", recorder="r-1", role="clerk"
)
_PUBLIC = Raw(b'{"note":"' + b"a public statement " * 26 + b'"}')
_DIGEST = hashlib.sha256(_PUBLIC).digest()


def act(run: str, number: int, after: int = 0) -> Submission:
    """One event with three tags, a condition on one of them, and a key: what a command appends."""
    pair = f"pair:{run}|{number}"
    return Submission(
        events=(
            NewEvent(
                type="partnership.activity_reported.v1",
                public=_PUBLIC,
                tags=(f"partnership:{run}-{number}", pair, f"community:{number % 5_000}"),
                effective="2026-11-23",
            ),
        ),
        condition=Condition(frozenset({pair}), after),
        actor=_ACTOR,
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
            done, known = 0, first.last_position
            while time.perf_counter() < end:
                receipt = await ledger.append(act(run, next(numbers), known))
                known = receipt.last_position
                done += 1
            return done

        # The connection and the plans are made.
        first = await ledger.append(act(run, next(numbers)))
        start = time.perf_counter()
        end = start + seconds
        done = sum(await asyncio.gather(*[client() for _ in range(clients)]))
        return done / (time.perf_counter() - start)


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


async def fill(dsn: str, *, events: int) -> None:
    """Put `events` more into the ledger the short way: as its owner, by SQL."""
    connection = await asyncpg.connect(dsn)
    async with connection.transaction():
        base = await connection.fetchval("select size from twinledger.head for update")
        await connection.execute(
            """
            insert into twinledger.event
            select n, clock_timestamp(), hashtextextended('a' || n, 0),
                   hashtextextended('b' || n, 0), hashtextextended('c' || n % 5000, 0), null,
                   leaf, sha256('\\x00'::bytea || leaf)
            from generate_series($1::bigint + 1, $1 + $2) n,
                 convert_to(repeat('x', 860) || n, 'UTF8') leaf
            """,
            base, events,
        )  # fmt: skip
        await connection.execute(
            """
            insert into twinledger.command_key
            select gen_random_uuid(), n, n, sha256(''), ''
            from generate_series($1::bigint + 1, $1 + $2) n
            """,
            base, events,
        )  # fmt: skip
        await connection.execute(
            "update twinledger.head set size = $1, recorded_at = clock_timestamp()", base + events
        )
    await connection.execute("vacuum analyze")
    await connection.execute("checkpoint")  # what was filled in is not written out while we measure
    await connection.close()


async def bytes_an_event(dsn: str) -> dict[str, float]:
    """What an event takes on disk, by table, indexes included."""
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch(
        """
        select c.relname, pg_total_relation_size(c.oid)::float8 / h.size as bytes
        from pg_class c, twinledger.head h
        where c.relname in ('event', 'event_tag', 'command_key')
          and c.relnamespace = 'twinledger'::regnamespace
        order by 2 desc
        """
    )
    await connection.close()
    return {row["relname"]: row["bytes"] for row in rows}
