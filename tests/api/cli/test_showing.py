"""`show`, where the read models are not of the register that is there."""

import asyncpg

from adapters.ledger import PostgresLedger
from api.cli.records import described
from projections.register import PostgresRegister
from projections.runner import Runner
from projections.views import Moment
from tests.projections.played import Clerks, legacy


async def test_an_entry_that_was_just_replaced_is_not_shown_as_what_expected_takes(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    ledger = PostgresLedger(pool)
    reference = await Clerks(ledger).found(legacy())
    await Runner(pool, ledger).catch_up()
    view = await PostgresRegister(pool).get(reference, Moment())
    assert view is not None

    assert described(view, None)[-1] == (
        "Last entry: 1, which the register has just replaced; ask again in a moment."
    )
