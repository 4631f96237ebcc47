"""The only place that knows which class stands behind each port."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg
from msgspec import Struct

from adapters.accounts import PostgresAccounts, RegisterName
from adapters.clock import utc_now
from adapters.imports import PostgresMappings
from adapters.ledger.postgres import PostgresLedger
from adapters.notary.guarded import GuardedLedger
from adapters.notary.published import PublishedLog
from adapters.notary.standing import Standings
from adapters.postgres.connect import connect
from adapters.postgres.pool import PatientPool, open_pool
from adapters.private.erasing import ErasingLedger, Erasures
from adapters.private.key_folder import KeyFolder
from adapters.private.values import PrivateValues
from adapters.problems import CannotRun
from adapters.settings import Settings
from adapters.tokens import PostgresTokens
from adapters.witness.register_file import read_witnesses
from adapters.witness.witnessing import Witnessings
from api.claims import ClaimChecks
from api.notary import NotaryBeside, Signing
from api.reports.issue import Reports
from api.services import Services
from api.worker import Work, Worker
from domain.transparency.policy import format_witnesses
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
    pool: PatientPool
    ledger: GuardedLedger
    runner: Runner
    register: PostgresRegister
    timeline: PostgresTimeline
    communities: PostgresCommunities
    reviews: PostgresReviewList
    read: Shown
    worker: Worker
    notary: NotaryBeside | None
    log: PublishedLog
    standings: Standings
    witnessings: Witnessings
    reports: Reports
    claims: ClaimChecks
    accounts: PostgresAccounts
    tokens: PostgresTokens
    mappings: PostgresMappings
    private: PrivateValues
    erasures: Erasures
    database_lives: Callable[[], bool]

    async def named(self) -> RegisterName:
        """What this register is called. Raises `NoRegister` before `init` or `demo`."""
        named = await self.accounts.register()
        if named is None:
            raise NoRegister
        return named

    async def database_ends(self) -> None:
        """Return when the database that this process keeps has ended."""
        while self.database_lives():  # noqa: ASYNC110 - its end rings no bell
            await asyncio.sleep(1.0)

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
            log=self.log,
            standing=self.standings.now,
            witnessing=self.witnessings.now,
            censuses=Censuses(self.pool, self.ledger, schema=self.settings.schema),
            wait_for=shown,
            accounts=self.accounts,
            demo=named.demo,
            now=utc_now,
            name=named.name,
            tokens=self.tokens,
            private=self.private,
            erasures=self.erasures,
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
            here = settings.notary == "here"
            folder = settings.folder_of_notary
            signing = Signing(
                server.app_dsn,
                schema,
                cache,
                str(folder),
                settings.origin or "",
                log,
                format_witnesses(read_witnesses(settings.witnesses)),
            )
            standings = Standings(pool, schema=schema, folder=folder if here else None)
            await standings.now()  # before anything can be recorded
            keys = KeyFolder(settings.folder_of_private_keys)
            private = PrivateValues(pool, keys, schema=schema)
            stored = PostgresLedger(pool, schema=schema, seal=private.seal)
            erasures = Erasures(stored, private)
            await erasures.try_to_carry_out()  # what an earlier end, or a restore, left over
            ledger = GuardedLedger(ErasingLedger(stored, erasures), standings.require_open)
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
                NotaryBeside(signing) if here else None,
                PublishedLog(pool, schema=schema),
                standings,
                Witnessings(pool, schema=schema),
                Reports(
                    register,
                    PostgresCompliance(pool, schema=schema),
                    ledger,
                    reached,
                    Parking(pool, schema=schema, projections=REPORTED).first,
                ),
                ClaimChecks(register, ledger, reached, Parking(pool, schema=schema).first),
                PostgresAccounts(pool, schema),
                PostgresTokens(pool, schema),
                PostgresMappings(pool, schema),
                private,
                erasures,
                server.lives,
            )
        finally:
            await pool.close()
