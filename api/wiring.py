"""The only place that knows which class stands behind each port."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg
from msgspec import Struct

from adapters.accounts import PostgresAccounts, RegisterName
from adapters.clock import utc_now
from adapters.imports import PostgresMappings
from adapters.ledger.postgres import PostgresLedger
from adapters.postgres.connect import connect
from adapters.postgres.pool import open_pool
from adapters.problems import CannotRun
from adapters.settings import Settings
from adapters.tokens import PostgresTokens
from api.claims import ClaimChecks
from api.reports.issue import Reports
from api.services import Services
from api.worker import Work, Worker
from projections.census import Censuses
from projections.communities import PostgresCommunities
from projections.compliance import PostgresCompliance
from projections.compliance.projection import ComplianceProjection
from projections.parked import Parking
from projections.register import PostgresRegister, RegisterProjection
from projections.reviews import PostgresReviewList
from projections.runner import Runner
from projections.shown import Shown
from projections.timeline import PostgresTimeline

REPORTED = (RegisterProjection(), ComplianceProjection())
SHOWN_WITHIN = 10.0  # seconds that a page waits for its own write to be shown


class NoRegister(CannotRun):
    """The data folder or database holds no register yet."""

    def __init__(self) -> None:
        super().__init__(
            "There is no register here yet.",
            "Make your own with `twinledger init`, or look at the sample with `twinledger demo`.",
        )


class Running(Struct, frozen=True):
    """Everything that one process of Twinledger holds open."""

    settings: Settings
    pool: "asyncpg.Pool[asyncpg.Record]"
    ledger: PostgresLedger
    runner: Runner
    register: PostgresRegister
    timeline: PostgresTimeline
    communities: PostgresCommunities
    reviews: PostgresReviewList
    read: Shown
    worker: Worker
    reports: Reports
    claims: ClaimChecks
    accounts: PostgresAccounts
    tokens: PostgresTokens
    mappings: PostgresMappings
    database_lives: Callable[[], bool]

    async def named(self) -> RegisterName:
        """What this register is called. Raises `NoRegister` before `init` or `demo`."""
        named = await self.accounts.register()
        if named is None:
            raise NoRegister
        return named

    def services(self, named: RegisterName) -> Services:
        """What the pages need."""

        async def shown(position: int) -> None:
            await self.read.reaches(position, SHOWN_WITHIN)

        return Services(
            ledger=self.ledger,
            register=self.register,
            timeline=self.timeline,
            reports=self.reports,
            claims=self.claims,
            communities=self.communities,
            reviews=self.reviews,
            shown=self.read.head,
            parking=Parking(self.pool, schema=self.settings.schema),
            censuses=Censuses(self.pool, self.ledger, schema=self.settings.schema),
            wait_for=shown,
            accounts=self.accounts,
            demo=named.demo,
            now=utc_now,
            name=named.name,
            tokens=self.tokens,
        )


def runner_on(pool: "asyncpg.Pool[asyncpg.Record]", work: Work) -> Runner:
    """All projections of the ledger that `work` names."""
    return Runner(
        pool,
        PostgresLedger(pool, schema=work.schema),
        schema=work.schema,
        listen_dsn=work.listen_dsn or None,
    )


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Running]:
    """Join or start the database, bring it to this release, and open everything on it."""
    schema = settings.schema
    async with connect(settings) as server:
        cache = server.statement_cache
        pool = await open_pool(server.app_dsn, statement_cache_size=cache)
        try:
            log, listen = str(settings.log or ""), server.listen_dsn or ""
            work = Work(server.app_dsn, schema, cache, log, listen)
            worker = Worker(work)
            ledger = PostgresLedger(pool, schema=schema)
            register = PostgresRegister(pool, schema=schema)
            shown = Shown(pool, schema=schema, ring=worker.ring)

            async def reached(position: int) -> bool:
                return await shown.reaches(position, SHOWN_WITHIN)

            yield Running(
                settings,
                pool,
                ledger,
                runner_on(pool, work),
                register,
                PostgresTimeline(pool, schema=schema),
                PostgresCommunities(pool, schema=schema),
                PostgresReviewList(pool, schema=schema),
                shown,
                worker,
                Reports(
                    register,
                    PostgresCompliance(pool, schema=schema),
                    ledger,
                    reached,
                    Parking(pool, schema=schema, projections=REPORTED).first,
                ),
                ClaimChecks(register, ledger, reached),
                PostgresAccounts(pool, schema),
                PostgresTokens(pool, schema),
                PostgresMappings(pool, schema),
                server.lives,
            )
        finally:
            await pool.close()
