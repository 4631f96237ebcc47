"""Somebody changed the row that says where the ledger ends: each command says so in a sentence."""

import asyncio

import pytest

from tests.adapters.notary.desk import altered
from tests.conftest import Database
from tests.journeys.test_command_line import Desk
from tests.journeys.test_read_models import recorded

MISSING = "The ledger's head, the one row that says where it ends, is missing."
TWICE = "The ledger's head, the one row that says where it ends, stands there 2 times."
READS = ("show", "history", "search", "log", "report")


def _changed(database: Database, change: str) -> None:
    asyncio.run(altered(database.owner_dsn, change, tables=("head",)))


def _words(command: str, reference: str) -> tuple[str, ...]:
    if command == "report":
        return ("report", "sister-city-transparency", "--as-of", "2026-11-01")
    return (command, reference) if command in ("show", "history") else (command,)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("delete from twinledger.head", MISSING),
        ("insert into twinledger.head select * from twinledger.head", TWICE),
    ],
    ids=["missing", "twice"],
)
def test_without_one_end_every_command_says_what_is_wrong_and_what_helps(
    change: str, told: str, desk: Desk, database: Database
) -> None:
    reference = recorded(database)
    desk.done("search")
    _changed(database, change)

    for command in (*READS, "check"):
        said = desk.refused(*_words(command, reference), code=3)
        assert told in said, command
        assert "estore the newest backup" in said, command
    assert told in desk.refused("rebuild", code=1)
    assert "head" in desk.refused("verify")


@pytest.mark.parametrize("command", READS)
def test_who_reads_is_warned_and_waits_for_no_entries_that_there_are_not(
    command: str, desk: Desk, database: Database
) -> None:
    reference = recorded(database)
    _changed(database, "update twinledger.head set size = size + 3")

    read = desk.call(*_words(command, reference))
    # A report is of a moment, and of this one there is none.
    assert read.exit_code == (1 if command == "report" else 0), read.output
    assert "This register is read-only. The ledger is said to end at entry 5" in read.stderr
    assert bool(read.stdout) == (command != "report")
