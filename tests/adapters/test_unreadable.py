"""What somebody changed behind the ledger's back is read as such, and never as an entry."""

import asyncpg
import pytest

from adapters.ledger import PostgresLedger
from adapters.ledger.audit import audit
from domain.errors import EntryUnreadable
from domain.history import entry_of
from domain.ports import UNREADABLE, Unreadable
from tests.adapters.notary.desk import altered
from tests.adapters.submissions import event, submission
from tests.conftest import SCHEMA, Database

NO_LEAVES = {
    "a byte": r"'\x00'",
    "nothing": "''",
    "cut short": "substring(leaf for 40)",
    "no text in UTF-8": r"'\xff'::bytea || leaf",
    "text that breaks off within": r"overlay(leaf placing '\xff' from 20)",
    "another shape": """'{"a":1}'""",
    "a number": "'1'",
    "too deep": "convert_to(repeat('[', 60000), 'UTF8')",
    "a time without a zone": "convert_to(replace(convert_from(leaf, 'UTF8'), 'Z\"', '\"'), 'UTF8')",
}


@pytest.fixture
async def ledger(pool: "asyncpg.Pool[asyncpg.Record]") -> PostgresLedger:
    """Three entries; the first two are of one record, the last two of one pair."""
    ledger = PostgresLedger(pool)
    for tags in (("record:a",), ("record:a", "pair:p"), ("record:b", "pair:p")):
        await ledger.append(submission(event(*tags)))
    return ledger


def put(leaf: str, *, hash_too: bool = False) -> str:
    """Other bytes at position 2, with the hash that goes with them or not."""
    also = rf", leaf_hash = sha256('\x00'::bytea || ({leaf})::bytea)" if hash_too else ""
    return f"update twinledger.event set leaf = ({leaf})::bytea{also} where position = 2"


@pytest.mark.parametrize("hash_too", [False, True])
@pytest.mark.parametrize("leaf", NO_LEAVES.values(), ids=NO_LEAVES.keys())
async def test_bytes_that_are_no_entry_are_read_in_their_place_and_the_others_as_ever(
    leaf: str, hash_too: bool, ledger: PostgresLedger, database: Database
) -> None:
    before = await ledger.read_after(0, 10)
    await altered(database.owner_dsn, put(leaf, hash_too=hash_too))

    first, second, third = await ledger.read_after(0, 10)
    assert (first, third) == (before[0], before[2])
    assert isinstance(second, Unreadable)
    assert (second.position, second.type, second.changed) == (2, UNREADABLE, not hash_too)
    assert second.recorded_at == before[1].recorded_at
    assert set(second.tags) == {"record:a", "pair:p"}


async def test_bytes_that_still_are_an_entry_but_another_one_say_nothing(
    ledger: PostgresLedger, database: Database
) -> None:
    other = "convert_to(replace(convert_from(leaf, 'UTF8'), 'a visit', 'no visit'), 'UTF8')"
    await altered(database.owner_dsn, put(other))

    (second,) = await ledger.read_after(1, 1)
    assert isinstance(second, Unreadable)
    assert bytes(second.public) == b"{}"
    assert b"no visit" in second.leaf


async def test_a_record_whose_entry_was_moved_to_another_one_is_not_read_without_it(
    ledger: PostgresLedger, database: Database
) -> None:
    moved = "convert_to(replace(convert_from(leaf, 'UTF8'), 'record:a', 'record:b'), 'UTF8')"
    await altered(database.owner_dsn, put(moved))

    first, second = await ledger.read(frozenset({"record:a"}))
    assert (first.position, second.position, type(second)) == (1, 2, Unreadable)
    assert [one.position for one in await ledger.read(frozenset({"record:b"}))] == [3]


async def test_a_decision_on_it_is_refused_with_its_place_and_what_to_do(
    ledger: PostgresLedger, database: Database
) -> None:
    await altered(database.owner_dsn, put(r"'\x00'"))

    found = await ledger.read(frozenset({"pair:p"}))
    with pytest.raises(EntryUnreadable, match=r"Entry 2 is not .*twinledger verify.*backup"):
        entry_of(found[0])


async def test_once_the_bytes_are_put_right_it_is_read_again(
    ledger: PostgresLedger, database: Database
) -> None:
    before = await ledger.read_after(0, 10)
    await altered(database.owner_dsn, "create table public.kept as select * from twinledger.event")
    await altered(database.owner_dsn, put("''"))
    assert await ledger.read_after(0, 10) != before

    back = (
        "update twinledger.event e set leaf = k.leaf from public.kept k "
        "where k.position = e.position"
    )
    await altered(database.owner_dsn, back)
    assert await ledger.read_after(0, 10) == before


@pytest.mark.parametrize("leaf", NO_LEAVES.values(), ids=NO_LEAVES.keys())
async def test_reading_the_whole_ledger_again_names_it(
    leaf: str,
    ledger: PostgresLedger,
    database: Database,
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    await altered(database.owner_dsn, put(leaf))

    found = await audit(pool, SCHEMA, lambda done, total: None)
    assert {problem.position for problem in found.problems} == {2}
    assert any("cannot be read" in problem.what for problem in found.problems)


async def test_an_entry_that_was_filed_under_another_record_is_nobodys(
    ledger: PostgresLedger, database: Database
) -> None:
    await altered(
        database.owner_dsn,
        "update twinledger.event e set tag_1 = o.tag_1 from twinledger.event o "
        "where e.position = 3 and o.position = 1",
    )
    first, second, moved = await ledger.read(frozenset({"record:a"}))
    assert not isinstance(first, Unreadable)
    assert not isinstance(second, Unreadable)
    assert isinstance(moved, Unreadable)
    assert (moved.position, moved.changed) == (3, True)


async def test_of_two_entries_that_changed_places_neither_is_taken_for_the_other(
    ledger: PostgresLedger, database: Database
) -> None:
    await altered(
        database.owner_dsn,
        "update twinledger.event e set leaf = o.leaf, leaf_hash = o.leaf_hash "
        "from twinledger.event o where e.position in (1, 3) and o.position = 4 - e.position",
    )
    for record, position in (("record:a", 1), ("record:b", 3)):
        alone = await ledger.read(frozenset({record}))
        together = await ledger.read(frozenset({"record:a", "record:b"}))
        for read in (alone, together):
            there = next(event for event in read if event.position == position)
            assert isinstance(there, Unreadable), record
            assert record in there.tags
