"""Acts of somebody who saw a record before a standby took over that lacked its last entry.

A partnership was proposed, and its approval is the second entry that they saw. It is lost, and
another approval stands at the same position.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.notary.lost import note_lost
from tests.adapters.notary.desk import SCHEMA, at_the_notary
from tests.api.desk import CITED, HASH, Desk, at_the_desk
from tests.api.rest.programs import APPROVAL, WITHDRAWAL, Program, a_program
from tests.api.set_back import Pool, cut, set_back
from tests.conftest import Database

APPROVED = {"on": "2026-02-10", "vote.in_favour": "7", "text_sha256": HASH, **CITED}
REASON = "Postponed, for the other side asked for another year."


@pytest.fixture
async def program(pool: Pool) -> AsyncIterator[Program]:
    async with a_program(pool) as opened:
        yield opened


async def approve(program: Program, address: str) -> str:
    """The ETag that its answer has."""
    path = f"{address}/actions/approve-by-council"
    answer = await program.act(path, APPROVAL, who="second-clerk")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["etag"])


async def proposed(program: Program) -> str:
    return f"/{(await program.propose()).json()['partnership']}"


async def withdraw(program: Program, address: str, seen: str) -> httpx.Response:
    return await program.act(f"{address}/actions/withdraw", WITHDRAWAL, seen=seen)


def changes(told: httpx.Response) -> list[int]:
    found: Any = told.json()["changes"]
    return [one["position"] for one in found]


async def test_an_act_on_an_entry_that_is_lost_is_refused_and_told_what_stands_there(
    program: Program, pool: Pool, database: Database
) -> None:
    address = await proposed(program)
    seen = await approve(program, address)
    await set_back(pool, database, 1)
    now = await approve(program, address)

    told = await withdraw(program, address, seen)

    assert (told.status_code, told.json()["code"]) == (412, "record-changed")
    assert "Entry 2 is not in this register as you saw it" in told.json()["detail"]
    assert changes(told) == [1, 2], "nobody knows here which entries were lost"
    assert await program.head() == 2
    assert seen != now == told.json()["etag"]
    assert (await withdraw(program, address, now)).status_code == 201


async def test_where_it_is_known_which_entries_were_lost_the_changes_begin_there(
    program: Program, pool: Pool, database: Database, tmp_path: Path
) -> None:
    address = await proposed(program)
    seen = await approve(program, address)
    async with at_the_notary(pool, tmp_path) as notary:
        await notary.sign()
    await set_back(pool, database, 1)
    await note_lost(pool, tmp_path, SCHEMA)
    await approve(program, address)

    assert changes(await withdraw(program, address, seen)) == [2]


async def test_a_repeated_act_has_the_etag_of_its_first_answer(program: Program) -> None:
    address = await proposed(program)
    sent = (f"{address}/actions/approve-by-council", APPROVAL)

    first = await program.act(*sent, who="second-clerk", key="k" * 20)
    again = await program.act(*sent, who="second-clerk", key="k" * 20)

    assert again.headers["etag"] == first.headers["etag"] == await program.etag(2)


async def test_a_record_that_is_read_while_it_happens_has_no_etag(
    program: Program, pool: Pool, database: Database
) -> None:
    address = await proposed(program)
    await approve(program, address)
    await program.services.wait_for(2)
    before = await program.get(f"/partnerships{address}")
    await cut(database, 1)
    await approve(program, address)

    shown = await program.get(f"/partnerships{address}")

    assert shown.content == before.content
    assert "etag" in before.headers
    assert "etag" not in shown.headers, "nobody who sees the one entry has seen the other"


@pytest.fixture
async def desk(pool: Pool) -> AsyncIterator[Desk]:
    async with at_the_desk(pool) as opened:
        yield opened


async def test_a_form_of_before_says_so_and_keeps_what_was_typed(
    desk: Desk, pool: Pool, database: Database
) -> None:
    record = await desk.propose()
    await desk.acts_as("second-clerk")
    await desk.record(f"{record}/acts/approve-by-council", APPROVED)
    await desk.acts_as("clerk")
    form = await desk.get(f"{record}/acts/withdraw")
    await set_back(pool, database, 1)
    await desk.services.wait_for(1)
    await desk.acts_as("second-clerk")
    await desk.record(f"{record}/acts/approve-by-council", APPROVED)
    await desk.acts_as("clerk")

    typed = {"on": "2026-03-01", "reason": REASON, "body": "councillor"}
    told = await desk.send(form, typed)

    assert told.status == 409
    assert "What you saw when you opened this form is lost" in told.text
    assert "What changed meanwhile" in told.text
    assert {name: told.fields[name] for name in ("on", "reason")} == {
        "on": "2026-03-01",
        "reason": REASON,
    }
    checked = await desk.send(told, typed)
    assert (await desk.send(checked, {}, step="record")).status == 200
    assert await desk.events() == 3


@pytest.mark.parametrize("names", ["2", "2-abc", "nonsense"])
async def test_a_form_that_names_no_entry_has_seen_nothing(desk: Desk, names: str) -> None:
    record = await desk.propose()
    form = await desk.get(f"{record}/acts/withdraw")
    form.fields["expected"] = names

    told = await desk.send(form, {"on": "2026-03-01", "reason": REASON, "body": "councillor"})

    assert told.status == 409
    assert "The record has changed since you opened this form" in told.text
