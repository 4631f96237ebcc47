"""The reviews of the whole register: open or closed on a day, as known at a position."""

from datetime import UTC, date, datetime

import asyncpg
import pytest

from domain.review import commands as r
from domain.values import PartnershipId
from projections.reviews import PostgresReviewList
from projections.runner import Runner
from tests.projections.played import (
    MINUTE,
    MUNICH,
    NORFOLK,
    OFFICER,
    PADERBORN,
    Clerks,
    clerk,
    legacy,
)

NOW = 2**62
TODAY = datetime.now(UTC).date()


@pytest.fixture
def reviews(pool: "asyncpg.Pool[asyncpg.Record]") -> PostgresReviewList:
    return PostgresReviewList(pool)


async def opened(
    clerks: Clerks, partnership: PartnershipId, on: str, ground: r.Ground = "complaint"
) -> None:
    opening = r.OpenReview(ground, "continuation/1", "Does it go on?", no_tie=True)
    await clerks.record(opening, OFFICER, on=on, partnership=partnership)


async def test_reviews_come_in_order_of_their_opening_and_by_ground(
    clerks: Clerks, runner: Runner, reviews: PostgresReviewList
) -> None:
    await opened(clerks, await clerks.found(legacy()), "2023-05-02")
    await opened(clerks, await clerks.found(legacy(PADERBORN, MUNICH)), "2022-05-02", "statute")
    await runner.catch_up()

    page = await reviews.search(day=TODAY, position=NOW, total=True)
    assert [row.opened for row in page.rows] == ["2023-05-02", "2022-05-02"]
    assert page.total == 2
    of_law = await reviews.search(day=TODAY, position=NOW, ground="statute")
    assert [row.opened for row in of_law.rows] == ["2022-05-02"]


async def test_a_review_is_open_from_its_day_until_the_day_of_its_closing(
    clerks: Clerks, runner: Runner, reviews: PostgresReviewList
) -> None:
    reference = await clerks.found(legacy())
    await opened(clerks, reference, "2023-05-02")
    await runner.catch_up()
    review = (await reviews.search(day=TODAY, position=NOW)).rows[0].review
    finding = r.RecordFinding(review, "K", "met", "It is kept.", (MINUTE,))
    await clerks.record(finding, OFFICER, partnership=reference)
    closing = r.CloseReview(review, "no_action", "Done.")
    await clerks.record(closing, OFFICER, on="2024-01-01", partnership=reference)
    await runner.catch_up()

    async def count(day: date, position: int, open_: bool | None = True) -> int:
        return len((await reviews.search(day=day, position=position, open=open_)).rows)

    assert await count(date(2023, 5, 1), NOW, None) == 0
    assert await count(date(2023, 12, 31), NOW) == 1
    assert await count(date(2024, 1, 1), NOW) == 0
    assert await count(date(2024, 1, 1), 3) == 1
    closed = await reviews.get(review, day=TODAY, position=NOW)
    assert closed is not None
    assert (closed.open, closed.outcome, closed.elements_found) == (False, "no_action", ("K",))


async def test_a_request_waits_until_it_is_answered(
    clerks: Clerks, runner: Runner, reviews: PostgresReviewList
) -> None:
    reference = await clerks.found(legacy())
    await opened(clerks, reference, "2023-05-02")
    await runner.catch_up()
    review = (await reviews.search(day=TODAY, position=NOW)).rows[0].review
    request = r.RequestInformation(review, "Why?", "the council of Norfolk")
    await clerks.record(request, OFFICER, partnership=reference)
    answer = r.RecordAnswer(review, 3, "Because.")
    await clerks.record(answer, clerk(NORFOLK), partnership=reference)
    await runner.catch_up()

    waiting = await reviews.get(review, day=TODAY, position=3)
    answered = await reviews.get(review, day=TODAY, position=NOW)
    assert waiting is not None
    assert answered is not None
    assert (waiting.open_requests, answered.open_requests) == ((3,), ())


async def test_a_corrected_date_moves_the_opening(
    clerks: Clerks, runner: Runner, reviews: PostgresReviewList
) -> None:
    reference = await clerks.found(legacy())
    await opened(clerks, reference, "2023-05-02")
    await clerks.corrected(reference, 2, "effective", "2021-05-02")
    await runner.catch_up()

    early = date(2022, 1, 1)
    assert len((await reviews.search(day=early, position=NOW)).rows) == 1
    assert len((await reviews.search(day=early, position=3)).rows) == 0
