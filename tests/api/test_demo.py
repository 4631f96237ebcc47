"""The sample register comes into a ledger once, whole, whatever happens on the way."""

from datetime import UTC, datetime

import asyncpg
import pytest

from adapters.ledger import PostgresLedger
from api.commands import execute, reviews_of
from api.demo import Summary, load_sample
from domain.dates import parse
from domain.decider import Act
from domain.partnership.commands import Resume
from domain.partnership.state import Active, Proposed, Suspended
from domain.ports import Actor
from domain.review.state import Open

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
COUNCIL = Actor("council", "Norfolk City Council", "us-norfolk", "r-norfolk", "clerk")


@pytest.fixture
def ledger(pool: "asyncpg.Pool[asyncpg.Record]") -> PostgresLedger:
    return PostgresLedger(pool)


async def loaded(ledger: PostgresLedger, told: list[int] | None = None) -> Summary:
    def progress(done: int, _total: int) -> None:
        if told is not None:
            told.append(done)

    return await load_sample(ledger, progress=progress, now=NOW)


async def test_the_sample_is_loaded_once_and_what_people_did_since_stays(
    ledger: PostgresLedger,
) -> None:
    told: list[int] = []
    first = await loaded(ledger, told)
    norfolk, paderborn, chapala = first.look_first
    state, _ = await reviews_of(ledger, norfolk.partnership)

    assert (first.added, first.refused) == (first.acts, ())
    assert first.partnerships == 8211
    assert (await ledger.head()).position == first.acts
    assert isinstance(state.partnership, Suspended)
    assert state.partnership.condition == "Until peace and sovereignty are restored in Ukraine."
    assert [type(review) for review in state.reviews] == [Open]
    assert isinstance((await reviews_of(ledger, paderborn.partnership))[0].partnership, Active)
    assert isinstance((await reviews_of(ledger, chapala.partnership))[0].partnership, Proposed)

    act = Act(COUNCIL, "r-1", NOW, parse("2026-11-20"))
    await execute(ledger, Resume("Said for this test."), act, partnership=norfolk.partnership)
    told_again: list[int] = []
    second = await loaded(ledger, told_again)
    state, _ = await reviews_of(ledger, norfolk.partnership)

    assert (second.added, second.refused) == (0, ())
    assert (told[-1], told_again) == (first.acts, [])
    assert (await ledger.head()).position == first.acts + 1
    assert isinstance(state.partnership, Active)


async def test_a_load_that_was_interrupted_goes_on_where_it_ended(ledger: PostgresLedger) -> None:
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await load_sample(ledger, progress=interrupt, now=NOW)
    stood = (await ledger.head()).position
    summary = await loaded(ledger)

    assert 0 < stood < summary.acts
    assert summary.added == summary.acts - stood
    assert (await ledger.head()).position == summary.acts
