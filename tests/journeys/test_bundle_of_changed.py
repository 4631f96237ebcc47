"""Who hands out the register is told of entries that are not what was recorded, also before the
notary has found them."""

import asyncio
from pathlib import Path

import pytest

from adapters.postgres.pool import open_pool
from tests.adapters.notary.desk import altered, at_the_notary, record
from tests.api.transparency.restored import rewritten
from tests.conftest import SCHEMA, Database
from tests.journeys.test_command_line import Desk

OTHER_BYTES = "update twinledger.event set leaf = 'x' where position in (2, 4)"
KEEP = "Keep everything as it is: it is evidence."
WRITTEN = "What was written may not be what was signed: do not hand it out."


@pytest.fixture
def signed(database: Database, tmp_path: Path) -> Desk:
    """A register of five entries, all of them signed, whose notary is at rest now."""
    desk = Desk(database.only_dsn, str(tmp_path))
    desk.done("init", "--name", "Register of Norfolk")
    asyncio.run(_signs(database, tmp_path))
    return desk


async def _signs(database: Database, data: Path) -> None:
    async with (
        await open_pool(database.only_dsn) as pool,
        at_the_notary(pool, data / "notary" / SCHEMA) as notary,
    ):
        await record(pool, 5)
        await notary.sign()


def _changed(database: Database, *changes: str, table: str = "event") -> None:
    asyncio.run(altered(database.owner_dsn, *changes, tables=(table,)))


def test_of_a_sound_register_nothing_is_said(signed: Desk, tmp_path: Path) -> None:
    done = signed.call("bundle", str(tmp_path / "register.zip"))

    assert (done.exit_code, KEEP in done.output) == (0, False), done.output


def test_how_many_and_which_entries_is_said_and_the_file_is_written(
    signed: Desk, database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "register.zip"
    _changed(database, OTHER_BYTES)

    done = signed.call("bundle", str(file))
    assert (done.exit_code, file.exists()) == (1, True)
    assert "Of the 5 entries in it 2 are not what was recorded: 2, 4." in done.stderr
    assert KEEP in done.stderr
    assert WRITTEN in done.stderr


def _hash_too(position: int) -> tuple[str, str]:
    entry, leaf_hash = rewritten(position)
    return entry.replace("'Town', 'Dorf'", "'a visit', 'no visit'"), leaf_hash


def test_one_that_was_changed_together_with_its_hash_is_named_by_what_the_notary_signed(
    signed: Desk, database: Database, tmp_path: Path
) -> None:
    _changed(database, *_hash_too(3))

    told = signed.refused("bundle", str(tmp_path / "register.zip"))
    assert "Of the 5 entries in it 1 is not what was recorded: 3." in told


def test_where_the_notary_is_elsewhere_it_is_said_that_they_are_not_those_that_were_signed(
    signed: Desk, database: Database, tmp_path: Path
) -> None:
    _changed(database, *_hash_too(3))
    elsewhere = Desk(database.only_dsn, str(tmp_path / "elsewhere"))

    told = elsewhere.refused("bundle", str(tmp_path / "register.zip"))
    assert "The 5 entries in it are not those that were signed" in told
    assert WRITTEN in told


def test_of_many_the_first_ones_are_named(signed: Desk, database: Database, tmp_path: Path) -> None:
    asyncio.run(_more(database, tmp_path))
    _changed(database, "update twinledger.event set leaf = 'x'")

    told = signed.refused("bundle", str(tmp_path / "register.zip"))
    first = ", ".join(map(str, range(1, 11)))
    assert f"Of the 25 entries in it 25 are not what was recorded: {first} and others. " in told


async def _more(database: Database, data: Path) -> None:
    async with (
        await open_pool(database.only_dsn) as pool,
        at_the_notary(pool, data / "notary" / SCHEMA) as notary,
    ):
        await record(pool, 20)
        await notary.sign()


def test_a_checkpoint_that_cannot_be_read_is_told_in_a_sentence(
    signed: Desk, database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "register.zip"
    _changed(database, "update twinledger.checkpoint set origin = 'x'", table="checkpoint")

    told = signed.refused("bundle", str(file), code=3)
    assert "The last checkpoint is stored as one over 5 entries of 'x'" in told
    assert not file.exists()
