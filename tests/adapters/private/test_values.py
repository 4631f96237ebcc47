"""Private values on their way into a register, and out of it again."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import msgspec
import pytest
from msgspec import Raw
from msgspec.structs import replace

from adapters.ledger.memory import MemoryLedger
from adapters.ledger.postgres import PostgresLedger
from adapters.private.key_folder import KeyFolder
from adapters.private.values import Opened, Place, PrivateValues, places_of
from domain.errors import ConditionFailed, NotCanonical
from domain.ports import NewEvent, Recorded
from domain.private import commitment_of
from tests.adapters.submissions import event, submission
from tests.conftest import Database

if TYPE_CHECKING:
    Pool = asyncpg.Pool[asyncpg.Record]
    Connection = asyncpg.Connection[asyncpg.Record]
NAME = "Ottilie Morgenstern, +49 5251 880"


@pytest.fixture
def values(pool: "Pool", tmp_path: Path) -> PrivateValues:
    return PrivateValues(pool, KeyFolder(tmp_path / "keys"))


@pytest.fixture
def ledger(pool: "Pool", values: PrivateValues) -> PostgresLedger:
    return PostgresLedger(pool, seal=values.seal)


@pytest.fixture
async def owner(database: Database) -> "AsyncIterator[Connection]":
    connection = await asyncpg.connect(database.owner_dsn)
    yield connection
    await connection.close()


def all_places(entries: Sequence[Recorded]) -> list[Place]:
    return [place for entry in entries for place in places_of(entry)]


def saying(*tags: str, contact: str = NAME) -> NewEvent:
    return replace(event(*tags), private={"contact": Raw(msgspec.json.encode(contact))})


async def test_who_has_the_key_reads_what_was_said(
    ledger: PostgresLedger, values: PrivateValues
) -> None:
    await ledger.append(submission(event("a"), saying("a")))

    entries = await ledger.read_after(0, 10)

    (place,) = places_of(entries[1])
    assert (place.position, place.field) == (2, "contact")
    assert await values.read([place]) == {place: Opened("kept", NAME)}


async def test_values_of_a_group_stand_at_the_entries_that_commit_to_them(
    ledger: PostgresLedger, values: PrivateValues
) -> None:
    names = [f"person {n}" for n in range(20)]
    await asyncio.gather(
        *(ledger.append(submission(event(), saying(contact=name))) for name in names)
    )

    entries = await ledger.read_after(0, 100)

    read = await values.read(all_places(entries))
    assert sorted(opened.value for opened in read.values()) == sorted(names)
    assert all(place.position % 2 == 0 for place in read)


async def test_a_leaf_holds_a_commitment_and_nothing_of_the_value(
    ledger: PostgresLedger,
) -> None:
    await ledger.append(submission(saying("a")))

    (entry,) = await ledger.read_after(0, 10)

    assert b"Ottilie" not in entry.leaf
    assert entry.private["contact"].encode() in entry.leaf


def test_the_same_value_is_committed_to_in_another_way_each_time() -> None:
    salts = [secrets.token_bytes(32) for _ in range(2)]

    one, other = (commitment_of(salt, "contact", b'"Ottilie"') for salt in salts)

    assert one != other


async def test_what_was_refused_leaves_no_private_value(
    ledger: PostgresLedger, pool: "Pool"
) -> None:
    await ledger.append(submission(event("a")))

    with pytest.raises(ConditionFailed):
        await ledger.append(submission(saying("a"), unless="a", after=0))
    assert await pool.fetchval("select count(*) from twinledger.private_value") == 0


async def test_a_repeated_act_keeps_its_first_value(
    ledger: PostgresLedger, values: PrivateValues
) -> None:
    await ledger.append(submission(saying(), key="k"))
    again = await ledger.append(submission(saying(contact="somebody else"), key="k"))

    entries = await ledger.read_after(0, 10)
    assert again.replayed
    assert list((await values.read(all_places(entries))).values()) == [Opened("kept", NAME)]


async def test_where_its_key_cannot_be_read_a_value_is_unreadable(
    ledger: PostgresLedger, values: PrivateValues, tmp_path: Path
) -> None:
    await ledger.append(submission(saying()))
    (key,) = (tmp_path / "keys").iterdir()
    key.unlink()
    key.mkdir()

    places = all_places(await ledger.read_after(0, 1))
    assert list((await values.read(places)).values()) == [Opened("unreadable")]


async def test_without_its_key_a_value_is_unreadable(
    ledger: PostgresLedger, values: PrivateValues, tmp_path: Path
) -> None:
    await ledger.append(submission(saying()))
    for key in (tmp_path / "keys").iterdir():
        key.unlink()

    places = all_places(await ledger.read_after(0, 10))
    assert list((await values.read(places)).values()) == [Opened("unreadable")]


async def test_a_changed_private_value_is_noticed(
    ledger: PostgresLedger, values: PrivateValues, owner: "Connection"
) -> None:
    await ledger.append(submission(saying("a"), saying("a", contact="another")))
    await owner.execute(
        "alter table twinledger.private_value disable trigger append_only; "
        "update twinledger.private_value set ciphertext = (select ciphertext from "
        "twinledger.private_value where position = 2) where position = 1"
    )

    places = all_places(await ledger.read_after(0, 10))
    assert [opened.found for opened in (await values.read(places)).values()] == ["altered", "kept"]


async def test_the_application_can_neither_change_nor_remove_a_row(
    ledger: PostgresLedger, pool: "Pool"
) -> None:
    await ledger.append(submission(saying()))

    for sql in (
        "update twinledger.private_value set field = 'x'",
        "delete from twinledger.private_value",
        "insert into twinledger.private_value values (1, 'x', '')",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(sql)


async def test_an_erased_value_is_gone_and_its_neighbour_stays(
    ledger: PostgresLedger, values: PrivateValues
) -> None:
    await ledger.append(submission(saying(), saying(contact="the neighbour")))
    entries = await ledger.read_after(0, 10)
    (place,) = places_of(entries[0])

    await values.erase(place)
    await values.erase(place)

    assert list((await values.read(all_places(entries))).values()) == [
        Opened("unreadable"),
        Opened("kept", "the neighbour"),
    ]
    assert await values.left_of(all_places(entries)) == places_of(entries[1])


@pytest.mark.parametrize("kind", ["memory", "postgres"])
async def test_a_ledger_without_a_place_for_private_values_refuses_them(
    kind: str, pool: "Pool"
) -> None:
    ledger = MemoryLedger() if kind == "memory" else PostgresLedger(pool)

    with pytest.raises(NotCanonical, match="no place for private values"):
        await ledger.append(submission(saying()))
    assert (await ledger.head()).position == 0


async def test_a_private_value_is_text_that_shows(ledger: PostgresLedger) -> None:
    with pytest.raises(NotCanonical, match="contact"):
        await ledger.append(submission(saying(contact="a\u202eb")))
