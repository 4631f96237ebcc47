"""Somebody put other bytes in place of an entry: each command says so in a sentence."""

import asyncio

import pytest

from adapters.notary.standing import Notice, Notices
from adapters.postgres.pool import open_pool
from tests.adapters.notary.desk import altered
from tests.conftest import Database
from tests.journeys.test_command_line import Desk
from tests.journeys.test_read_models import recorded

SENTENCE = "Entry 1 is not the one that was recorded: its bytes were changed in the database."


@pytest.fixture
def reference(desk: Desk, database: Database) -> str:
    """A record whose one entry was changed after it was shown; entry 2 is another's."""
    found = recorded(database)
    desk.done("search")
    put = r"update twinledger.event set leaf = '\x00' where position = 1"
    asyncio.run(altered(database.owner_dsn, put))
    return found


def test_what_was_shown_before_stays_readable(desk: Desk, reference: str) -> None:
    assert f"Reference: {reference}" in desk.done("show", reference)
    assert "1  " in desk.done("history", reference)
    assert "2 of 2 shown, newest first." in desk.done("log")
    assert len(desk.done("log", "--format", "jsonl").splitlines()) == 2


def test_check_counts_such_entries_and_advises_no_rebuild(desk: Desk, reference: str) -> None:
    told = desk.refused("check")

    assert "1 entry is not as recorded: the bytes were changed in the database" in told
    assert "Rebuild nothing, and keep everything as it is" in told
    assert "Rebuild what does not agree" not in told


def test_verify_names_it(desk: Desk, reference: str) -> None:
    assert "Position 1: the entry's bytes cannot be read" in desk.refused("verify")


def test_nothing_is_decided_on_its_record(desk: Desk, reference: str) -> None:
    desk.employs("clerk-1", "clerk", "Q49231")
    for words in ((), ("withdraw", "reason=Later."), ("withdraw", "reason=Later.", "--dry-run")):
        assert SENTENCE in desk.refused("do", reference, *words, who="clerk-1", code=3)


def test_a_rebuild_leaves_it_out_and_says_from_where_and_a_retry_what_helps(
    desk: Desk, reference: str
) -> None:
    rebuilt = desk.call("rebuild", "register", "--anyway")
    assert rebuilt.exit_code == 0, rebuilt.output
    assert "Incomplete from entry 1 on" in desk.call("search").output
    assert "bytes that were changed have to be put right first" in desk.refused("retry")


def test_after_a_rebuild_a_record_of_which_nothing_can_be_read_is_not_said_to_be_missing(
    desk: Desk, reference: str
) -> None:
    assert "it cannot show entry 1" in desk.refused("rebuild")
    assert desk.call("rebuild", "--anyway").exit_code == 0

    for words in (("show",), ("history",), ("show", "--position", "1")):
        told = desk.refused(words[0], reference, *words[1:])
        assert "It is recorded, but its entries from 1 on cannot be shown here yet." in told
    assert "Check the reference" in desk.refused("show", "TL-0000-0000")


def test_who_tries_an_act_or_asks_what_is_allowed_is_warned_of_a_register_in_doubt(
    desk: Desk, database: Database
) -> None:
    found = recorded(database)
    desk.employs("clerk-1", "clerk", "Q49231")
    asyncio.run(_in_doubt(database))

    warning = "This register is read-only. Entry 1 was changed. Keep it.\n"
    act = ("report-activity", "--body", "staff", "kind=visit", "statement=A visit.")
    for words in ((), (*act, "--dry-run")):
        tried = desk.call("do", found, *words, who="clerk-1")
        assert (tried.exit_code, warning in tried.stderr) == (0, True), tried.output
        assert warning not in tried.stdout


async def _in_doubt(database: Database) -> None:
    async with await open_pool(database.only_dsn) as pool:
        await Notices(pool).give(Notice(True, "Entry 1 was changed.", "Keep it."))
