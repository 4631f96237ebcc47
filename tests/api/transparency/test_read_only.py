"""A ledger that is not the one that was signed: everything can be read, nothing is recorded or
signed, and whoever comes is told why."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from adapters.notary.errors import NotaryStopped
from adapters.notary.keeping import Desk as NotarysDesk
from adapters.notary.keeping import NotaryAtWork
from adapters.notary.standing import Notice, Standing
from api.web.rendering import render
from tests.adapters.notary.desk import NotaryDesk, altered
from tests.api.desk import PROPOSAL as TYPED
from tests.api.desk import Desk, asked_of
from tests.api.rest.programs import PROPOSAL, Program, a_program
from tests.api.transparency.restored import guarded_on, restored, rewritten
from tests.conftest import SCHEMA, Database

every_way = pytest.mark.parametrize(
    ("what", "told"),
    [
        ("behind", "The ledger ends at entry 1, but 3 entries were signed: 2 are missing"),
        ("forked", "The first 3 entries of the ledger are not those that were signed"),
        ("cut short", "state.json is not as the notary wrote it"),
        ("no file", "state.json cannot be read"),
    ],
)


@pytest.fixture
async def program(notary: NotaryDesk) -> AsyncIterator[Program]:
    """At a register of three entries, all of them signed."""
    services = guarded_on(notary.pool, notary.folder, demo=False)
    async with a_program(notary.pool, services) as opened:
        for number in range(3):
            sent = await opened.act("/actions/submit-proposal", _proposal(number), key=f"k{number}")
            assert sent.status_code == 201, sent.text
        await notary.sign()
        yield opened


def _proposal(number: int) -> dict[str, Any]:
    town = {"community": f"us-town-{number}", "name": f"Town {number}", "country": "US"}
    return {**PROPOSAL, "command": {**PROPOSAL["command"], "counterpart": town}}


async def _checkpoints(pool: "asyncpg.Pool[asyncpg.Record]") -> int:
    found: int = await pool.fetchval("select count(*) from twinledger.checkpoint")
    return found


@every_way
async def test_every_act_is_refused_with_the_reason_and_what_helps(
    what: str, told: str, program: Program, notary: NotaryDesk, database: Database
) -> None:
    async with restored(database.owner_dsn, what, notary.folder):
        before = await program.head()
        refused = await program.act("/actions/submit-proposal", _proposal(9))
        assert await program.head() == before

    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (503, "read-only")
    assert problem["detail"].startswith("Nothing was recorded: this register is read-only.")
    assert told in problem["detail"]
    assert "Whoever keeps the register:" in problem["detail"]
    assert problem["retryable"] is False


@every_way
async def test_nothing_more_is_signed(
    what: str, told: str, program: Program, notary: NotaryDesk, database: Database
) -> None:
    async with restored(database.owner_dsn, what, notary.folder):
        with pytest.raises(NotaryStopped, match=told):
            await notary.sign()

    assert await _checkpoints(notary.pool) == 1


@every_way
async def test_reading_goes_on(
    what: str, told: str, program: Program, notary: NotaryDesk, database: Database
) -> None:
    async with restored(database.owner_dsn, what, notary.folder):
        for address in ("/api/v1/entries", "/partnerships", "/entries/1", "/checkpoint", "/verify"):
            assert (await program.client.get(address)).status_code == 200, address
        page = await program.client.get("/partnerships")
        health = (await program.client.get("/healthz")).json()

    assert "This register is read-only." in page.text
    assert told in page.text
    assert 'class="notice fork" role="alert"' in page.text
    assert "Do not rely on what is shown here" in page.text
    assert "Nothing here is ever changed" not in page.text
    assert health["read_only"] is True
    assert told in health["notary"]


def test_where_the_reason_leads_to_the_page_on_checking_that_is_a_link() -> None:
    problem = "Entry <b> was changed. 1 signed entry is lost, listed at /verify. /verify.py tells."
    shown = render(
        "problem.html", title="", detail="", standing=Standing(notice=Notice(True, problem))
    ).content.decode()

    assert "Entry &lt;b&gt; was changed." in shown
    assert 'listed at <a href="/verify">/verify</a>. /verify.py tells.' in shown


@every_way
async def test_who_repeats_what_was_recorded_gets_its_answer(
    what: str, told: str, program: Program, notary: NotaryDesk, database: Database
) -> None:
    async with restored(database.owner_dsn, what, notary.folder):
        again = await program.act("/actions/submit-proposal", _proposal(0), key="k0")

    assert again.status_code == 201
    assert again.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize("what", ["behind", "cut short", "no file"])
async def test_it_opens_by_itself_when_that_was_put_right(
    what: str, program: Program, notary: NotaryDesk, database: Database
) -> None:
    async with restored(database.owner_dsn, what, notary.folder):
        refused = await program.act("/actions/submit-proposal", _proposal(9))
    taken = await program.act("/actions/submit-proposal", _proposal(9))

    assert (refused.status_code, taken.status_code) == (503, 201)
    assert "This register is read-only." not in (await program.client.get("/partnerships")).text
    assert await notary.sign() == 4


async def test_what_a_person_typed_is_kept_and_the_form_says_why_it_is_not_recorded(
    notary: NotaryDesk, database: Database
) -> None:
    services = guarded_on(notary.pool, notary.folder)
    async with asked_of(services) as client:
        desk = Desk(client, services)
        await desk.agree()
        await notary.sign()
        await desk.acts_as("clerk")
        other = {"counterpart.community": "pl-lodz", "counterpart.name": "Łódź"}
        checked = await desk.send(await desk.get("/proposals/new"), TYPED | other)
        async with restored(database.owner_dsn, "behind", notary.folder):
            told = await desk.send(checked, {}, step="record")

    assert told.status == 503
    assert "Nothing was recorded: this register is read-only." in told.text
    assert told.fields["home.name"] == TYPED["home.name"]


async def test_an_old_entry_that_was_altered_is_found_by_the_notary_and_closes_the_register(
    pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path, database: Database
) -> None:
    services = guarded_on(pool, tmp_path, demo=False)
    async with a_program(pool, services) as program:
        for number in range(3):
            await program.act("/actions/submit-proposal", _proposal(number))
        async with _at_work(pool, tmp_path):
            await _until(program, lambda standing: standing.signed == 3)
        await altered(database.owner_dsn, *rewritten(1))
        async with _at_work(pool, tmp_path):
            await _until(program, lambda standing: standing.notice.closes)
            refused = await program.act("/actions/submit-proposal", _proposal(9))

    assert (refused.status_code, refused.json()["code"]) == (503, "read-only")
    assert await _checkpoints(pool) == 1


async def test_an_old_entry_that_is_altered_closes_the_register_with_the_next_act(
    pool: "asyncpg.Pool[asyncpg.Record]", tmp_path: Path, database: Database
) -> None:
    services = guarded_on(pool, tmp_path, demo=False)
    async with a_program(pool, services) as program, _at_work(pool, tmp_path, pause=60):
        for number in range(3):
            await program.act("/actions/submit-proposal", _proposal(number))
        await _until(program, lambda standing: standing.signed == 3)
        await altered(database.owner_dsn, *rewritten(1))
        await program.act("/actions/submit-proposal", _proposal(8))
        await _until(program, lambda standing: standing.notice.closes)
        refused = await program.act("/actions/submit-proposal", _proposal(9))

    assert (refused.status_code, refused.json()["code"]) == (503, "read-only")
    assert "does not go on from the 3 entries" in refused.json()["detail"]
    assert "The first entry that differs is 1;" in refused.json()["detail"]


@asynccontextmanager
async def _at_work(
    pool: "asyncpg.Pool[asyncpg.Record]", folder: Path, *, pause: float = 0.01
) -> AsyncIterator[None]:
    """While the notary works, as `serve` has it."""
    stop = asyncio.Event()
    at_work = NotaryAtWork(pool, NotarysDesk(folder, SCHEMA), period=0.01, pause=pause)
    working = asyncio.create_task(at_work.keep(stop))
    try:
        yield
    finally:
        stop.set()
        await working


async def _until(program: Program, stands: Callable[[Standing], bool]) -> None:
    async with asyncio.timeout(20):
        while not stands(await program.services.standing()):  # noqa: ASYNC110 - another connection
            await asyncio.sleep(0.01)
