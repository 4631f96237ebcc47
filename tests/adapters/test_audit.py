"""Somebody with all rights changes the ledger behind its back: `verify` says where."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias

import asyncpg
import pytest

from adapters.ledger import PostgresLedger
from adapters.ledger.audit import Audit, audit
from domain.ports import NewEvent
from tests.adapters.submissions import event, submission

if TYPE_CHECKING:
    from tests.conftest import Database

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Verify: TypeAlias = Callable[[], Awaitable[Audit]]

ENTRIES = 5
DEEP = "repeat('[', 60000)::bytea"


TABLES = (
    *("event", "event_tag", "command_key", "head", "private_value"),
    *("checkpoint", "tile_hash", "log_key", "cosignature", "witness_policy"),
    *("notary_notice", "witness_notice", "lost_entry"),
)


class Intruder:
    """A superuser who takes the triggers away for a moment, and leaves them as they were."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def execute(self, tampering: str) -> None:
        for table in TABLES:
            await self._alter(table, "disable")
        await self.connection.execute(tampering)
        for table in TABLES:
            await self._alter(table, "enable always")

    async def _alter(self, table: str, how: str) -> None:
        await self.connection.execute(f"alter table twinledger.{table} {how} trigger append_only")


@pytest.fixture
async def intruder(database: "Database") -> AsyncIterator[Intruder]:
    connection = await asyncpg.connect(database.owner_dsn)
    yield Intruder(connection)
    await connection.close()


@pytest.fixture
async def verify(pool: Pool) -> Verify:
    """Reads a ledger of five entries again, each with more tags than stand in its own row."""
    ledger = PostgresLedger(pool)
    for number in range(1, ENTRIES + 1):
        await ledger.append(submission(event(f"partnership:{number}", *"abcde")))

    async def read_again() -> Audit:
        return await audit(pool, "twinledger", lambda _done, _all: None)

    return read_again


async def test_an_untouched_ledger_is_sound(verify: Verify) -> None:
    found = await verify()

    assert found.sound
    assert found.size == ENTRIES
    assert found.problems == ()


async def test_an_empty_ledger_is_sound(pool: Pool) -> None:
    assert (await audit(pool, "twinledger", lambda _done, _all: None)).sound


async def test_the_root_changes_with_a_byte(verify: Verify, intruder: Intruder) -> None:
    before = await verify()
    await intruder.execute(
        "update twinledger.event set leaf = set_byte(leaf, 100, 33) where position = 3"
    )

    assert (await verify()).root != before.root


@pytest.mark.parametrize(
    ("tampering", "position", "what"),
    [
        ("update event set leaf = set_byte(leaf, 100, 33) where position = 3", 3, "do not hash"),
        ("update event set leaf_hash = sha256('x') where position = 3", 3, "do not hash"),
        (
            "update event set leaf = 'x', leaf_hash = sha256('\\x0078') where position = 3",
            3,
            "read",
        ),
        (f"update event set leaf = {DEEP} where position = 3", 3, "cannot be read"),
        ("update event set leaf = '' where position = 3", 3, "cannot be read"),
        ("update event set recorded_at = now() + '1 s' where position = 3", 4, "dated before"),
        ("update event set recorded_at = 'infinity' where position = 3", 3, "no time at all"),
        ("update event set recorded_at = '-infinity' where position = 3", 3, "no time at all"),
        ("update event set recorded_at = '294276-12-31' where position = 3", 3, "no time at all"),
        ("update event set recorded_at = '0044-03-15 BC' where position = 3", 3, "no time at all"),
        ("update head set recorded_at = '294276-12-31'", 5, "says that the last entry is of"),
        ("delete from event where position = 3", 3, "missing: the next entry stands at position 4"),
        ("delete from event where position = 1", 1, "missing"),
        ("delete from event where position = 5", 5, "the last one stands at 4"),
        ("delete from event", 1, "the head says 5 entries, the last one stands at 0"),
        ("update event set position = 9 where position = 5", 5, "missing"),
        ("delete from event_tag where ctid = (select max(ctid) from event_tag)", 5, "other tags"),
        ("delete from event_tag where position = 3", 3, "filed under other tags"),
        ("update event set tag_2 = tag_2 + 1 where position = 3", 3, "filed under other tags"),
        ("update event set tag_2 = null where position = 3", 3, "filed under other tags"),
        ("insert into event_tag values (7, 3)", 3, "filed under other tags"),
        ("insert into event_tag values (7, 6)", 6, "a tag points here, where no entry stands"),
        ("update event_tag set tag = tag + 1 where position = 3", 3, "filed under other tags"),
        ("delete from command_key where first_position = 3", 3, "0 commands say"),
        ("update command_key set last_position = 4 where first_position = 3", 4, "2 commands say"),
        (
            "update command_key set last_position = 9000000000000000000 where first_position = 3",
            3,
            "recorded the entries 3 to 9000000000000000000",
        ),
        ("update command_key set first_position = 0 where first_position = 3", 0, "entries 0 to 3"),
        (
            "update command_key set key = gen_random_uuid() where first_position = 3",
            3,
            "another than the entry itself names",
        ),
        (
            "update command_key set first_position = 7 - first_position, "
            "last_position = 7 - last_position where first_position in (3, 4)",
            3,
            "another than the entry itself names",
        ),
        (
            "delete from command_key where first_position = 4; "
            "update command_key set last_position = 4 where first_position = 3",
            4,
            "another than the entry itself names",
        ),
        ("update command_key set digest = 'x' where first_position = 3", 3, "is no SHA-256"),
        ("update command_key set reply = 'x' where first_position = 3", 3, "answer that is kept"),
        ("insert into head select * from head", 0, "the table head has 2 rows"),
        ("update head set size = 4", 6, "the head says 4 entries, the last one stands at 5"),
        ("update head set size = 6", 6, "the head says 6 entries"),
        ("update head set leaf_hash = sha256('x')", 5, "the head holds another leaf hash"),
        ("update head set recorded_at = 'infinity'", 5, "the head says that the last entry is of"),
        ("delete from head", 6, "the head says 0 entries, the last one stands at 5"),
    ],
)
async def test_what_was_changed_behind_the_ledger_is_named_by_its_position(
    verify: Verify, intruder: Intruder, tampering: str, position: int, what: str
) -> None:
    await intruder.execute(f"set search_path = twinledger; {tampering}")

    found = await verify()

    assert not found.sound
    assert any(p.position == position and what in p.what for p in found.problems), found.problems


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    ("change", "how"),
    [
        ("alter table twinledger.{} disable trigger append_only", "disabled"),
        ("alter table twinledger.{} enable trigger append_only", "not always on"),
        ("alter table twinledger.{} enable replica trigger append_only", "not always on"),
        ("drop trigger append_only on twinledger.{}", "missing"),
    ],
)
async def test_a_table_that_no_longer_refuses_changes_is_named(
    verify: Verify, intruder: Intruder, table: str, change: str, how: str
) -> None:
    await intruder.connection.execute(change.format(table))

    found = await verify()

    assert [problem.position for problem in found.problems] == [0]
    assert f"the table {table} does not refuse changes" in found.problems[0].what
    assert f"append_only is {how}" in found.problems[0].what


async def test_two_entries_that_changed_places_are_told_by_their_times(
    verify: Verify, intruder: Intruder
) -> None:
    await intruder.execute(
        "update twinledger.event set position = -position where position in (2, 4);"
        "update twinledger.event set position = 6 + position where position < 0"
    )

    found = await verify()

    assert {problem.position for problem in found.problems} >= {3, 4}


@pytest.mark.parametrize(
    ("misfit", "what"),
    [
        (event("a", public=b'{"a":1}'), "missing required field"),
        (event("a", effective="never"), "'never' is not a date"),
        (event("a", type="partnership.tier_set.v1", public=b'{"a":1}'), "missing required field"),
    ],
    ids=["another shape", "no date", "no older shape either"],
)
async def test_an_entry_that_does_not_say_what_its_type_says_is_named_though_nobody_changed_it(
    misfit: NewEvent, what: str, verify: Verify, pool: Pool
) -> None:
    await PostgresLedger(pool).append(submission(misfit))

    (problem,) = (await verify()).problems

    assert problem.position == ENTRIES + 1
    assert problem.what.startswith(f"what it says does not fit its type {misfit.type}: ")
    assert what in problem.what


async def test_an_entry_of_a_type_that_only_a_newer_release_knows_is_sound(
    verify: Verify, pool: Pool
) -> None:
    newer = event("a", type="partnership.newer.v1", public=b'{"a":1}')
    await PostgresLedger(pool).append(submission(newer))

    assert (await verify()).sound


async def test_a_ledger_that_was_emptied_names_a_hundred_and_counts_the_rest(
    pool: Pool, intruder: Intruder
) -> None:
    ledger = PostgresLedger(pool)
    await ledger.append(submission(*[event("a") for _ in range(120)]))
    await intruder.execute("update twinledger.event set leaf_hash = sha256('x')")

    found = await audit(pool, "twinledger", lambda _done, _all: None)

    assert (len(found.problems), found.problem_count) == (100, 121)


async def test_appends_that_arrive_while_it_reads_are_not_taken_for_a_fault(
    verify: Verify, pool: Pool
) -> None:
    ledger = PostgresLedger(pool)

    async def append() -> None:
        await asyncio.gather(*(ledger.append(submission(event("a"))) for _ in range(20)))

    found, _ = await asyncio.gather(verify(), append())

    assert found.sound
