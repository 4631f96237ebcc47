"""Somebody asks to be forgotten: on the command line, by two people, with a backup from before."""

import subprocess
from pathlib import Path

import pytest

from adapters.postgres.binaries import find_server
from adapters.postgres.programs import login
from tests.conftest import Database
from tests.journeys.test_command_line import Desk

NAME = "Ottilie Morgenstern"


@pytest.fixture
def norfolk(database: Database, tmp_path: Path) -> Desk:
    desk = Desk(database.only_dsn, str(tmp_path / "data"))
    desk.done("init", "--name", "Register of Norfolk")
    desk.employs("clerk-1", "clerk", "us-norfolk")
    desk.employs("officer-1", "oversight-officer")
    return desk


def proposed(desk: Desk) -> str:
    told = desk.data(
        *("do", "new", "submit-proposal", "--body", "staff", "--on", "2026-01-10"),
        *("home.community=us-norfolk", "home.name=Norfolk", "home.country=US"),
        *("counterpart.community=jp-kitakyushu", "counterpart.name=Kitakyūshū"),
        *("counterpart.country=JP", "tier=sister", "kind=sister_city", "motives=trade"),
        f"contact={NAME}",
        who="clerk-1",
    )
    return str(told["partnership"])


def dumped(database: Database) -> bytes:
    """All of the database as `pg_dump` writes it, as text."""
    access = login(database.owner_dsn)
    return subprocess.run(
        [find_server().folder / "pg_dump", "--dbname", access.dsn],
        env=access.environment,
        capture_output=True,
        check=True,
        timeout=60,
    ).stdout


def test_two_people_erase_what_one_of_them_recorded(
    norfolk: Desk, database: Database, tmp_path: Path
) -> None:
    reference = proposed(norfolk)
    keys = tmp_path / "data" / "keys" / "twinledger"
    (key,) = keys.iterdir()
    before = dumped(database)
    asked = ("do", reference, "request-erasure", "position=1", "ground=objection")
    norfolk.done(*asked, "--body", "staff", who="clerk-1")
    assert "may not approve an erasure" in norfolk.refused(
        *("do", reference, "approve-erasure", "request=2"), who="clerk-1"
    )
    norfolk.done("do", reference, "approve-erasure", "request=2", who="officer-1")

    told = norfolk.done("erase")
    assert "Certificate entry 3" in told
    assert f"contact of entry 1, key {key.name}" in told
    assert list(keys.iterdir()) == []
    for dump in (before, dumped(database)):
        assert b"private_value" in dump
        assert NAME.encode() not in dump
        assert NAME.encode().hex().encode() not in dump
    assert NAME not in norfolk.done("history", reference)


def test_a_key_that_cannot_be_destroyed_leaves_the_erasure_pending(
    norfolk: Desk, tmp_path: Path
) -> None:
    reference = proposed(norfolk)
    keys = tmp_path / "data" / "keys" / "twinledger"
    asked = ("do", reference, "request-erasure", "position=1", "ground=objection")
    norfolk.done(*asked, "--body", "staff", who="clerk-1")
    (key,) = keys.iterdir()
    material = key.read_bytes()
    key.unlink()
    (keys / key.name).mkdir()  # what stands in its place is no file
    norfolk.done("do", reference, "approve-erasure", "request=2", who="officer-1")

    told = norfolk.refused("erase", code=3)
    assert "The erasure is pending" in told
    (keys / key.name).rmdir()
    (keys / key.name).write_bytes(material)
    assert "Every key that these certificates name is destroyed." in norfolk.done("erase")
    assert list(keys.iterdir()) == []


def test_what_a_verb_takes_says_which_fields_are_not_public(norfolk: Desk) -> None:
    told = norfolk.done("do", "new", "submit-proposal").splitlines()

    assert [line.strip().split(":")[0] for line in told if line.endswith("not public")] == [
        "contact"
    ]


def test_where_nothing_was_erased_it_says_so(norfolk: Desk) -> None:
    assert norfolk.done("erase") == "Nothing was ever erased here.\n"
