"""A register under faults, in one process and in simulated time; the seed decides everything.

Three processes append through `PostgresLedger` and its batcher, two project through `Writer`, one
signs, one reads along. The database behind them is a model, the line to it fails by the seed, its
server crashes, or is lost for ever while its standby lacks the end of it; and when every fault has
ended, the history of what all were told is weighed against the ledger.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from structlog.testing import capture_logs

from adapters.ledger import LedgerUnavailable, PostgresLedger
from api.as_at import BEGINNING, entries_behind, of
from domain.decider import Entry
from domain.errors import ConditionFailed, OutcomeUnknown
from domain.partnership.evolve import History as PartnershipHistory
from domain.ports import Condition, Reading, Recorded, Submission
from projections.errors import ProjectionStopped
from projections.projection import Connection, Place, Table
from projections.reading import LOST
from projections.runner import Runner
from projections.writer import Writer
from tests.adapters.submissions import event, submission
from tests.faults.clock import simulated
from tests.faults.database import Database
from tests.faults.failing import Faults
from tests.faults.history import History, Version, Violation
from tests.faults.line import Line, Pool, Server
from tests.faults.notary import Folder, NotaryOf

EPOCH = datetime(2026, 11, 23, 12, tzinfo=UTC)
TYPE = "partnership.resumed.v1"
PLACE = Place("twinledger")
RECORDS = ("partnership:TL-0000-0001", "partnership:TL-0000-0002")
ACTS = 5  # of each of CLIENTS
CLIENTS = 5
PATIENCE = 60.0  # seconds after the last fault in which everybody has to come to an end
BATCH = 3  # events in a transaction of a projection, at most


class Counting:
    """The least of projections: it shows which entries had their effect."""

    name, version = "counting", 1
    keyed_by: Literal["partnership"] = "partnership"
    tables: tuple[Table, ...] = ()
    sql = ""
    handles = frozenset({TYPE})

    async def apply(
        self,
        batch: Sequence[Entry[PartnershipHistory]],
        connection: Connection,
        place: Place,
    ) -> None:
        await cast(Line, connection).apply([entry.position for entry in batch])


COUNTING = Counting()


class Service:
    """A process that appends. Another one takes its place when it ends, as on the same machine."""

    def __init__(
        self,
        kind: type[PostgresLedger],
        server: Server,
        clock: Callable[[float], datetime],
        chance: random.Random,
    ) -> None:
        self._kind, self._server, self._clock, self._chance = kind, server, clock, chance
        self._begin()

    def _begin(self) -> None:
        skew = self._chance.choice((0.0, 0.0, -0.4, 3.0))
        self._pool = Pool(self._server)
        self.ledger = self._kind(
            cast(Any, self._pool),
            patience=self._chance.uniform(2, 15),
            clock=lambda: self._clock(skew),
        )

    def restart(self) -> None:
        """Whoever waits is told that the outcome is unknown, or that nothing was stored."""
        self._pool.close()
        self._begin()


class Client:
    """Decides by what it reads, and finishes each act before the next, whatever it is told."""

    def __init__(
        self,
        name: str,
        services: Sequence[Service],
        history: History,
        chance: random.Random,
        faults: Faults,
    ) -> None:
        self._name, self._services, self._history = name, services, history
        self._chance, self._faults = chance, faults

    async def work(self) -> None:
        for number in range(ACTS):
            await asyncio.sleep(self._chance.uniform(0, 4))
            await self.do(f"{self._name}-{number}", self._chance.choice(RECORDS))

    async def do(self, act: str, record: str) -> None:
        """Read, decide, append, until it is done; a refused try begins again by reading."""
        tries = 0
        while True:
            tries += 1
            decided = await self.decided(act, f"{act}.{tries}", record)
            if await self.settled(act, decided):
                return
            await asyncio.sleep(self._chance.uniform(0, 1))

    async def decided(self, act: str, key: str, record: str) -> Submission:
        while True:
            try:
                read = await self.ledger.read(frozenset({record}))
            except LOST:
                await asyncio.sleep(0.5)
            else:
                condition = self.condition(read, record)
                return resumed(Version(act, len(read) + 1), key, record, condition)

    def condition(self, read: Reading, record: str) -> Condition:
        return read.condition(frozenset({record}))

    async def settled(self, act: str, decided: Submission) -> bool:
        """Ask until the answer is known: True where it stands, False where it was refused."""
        while True:
            try:
                await self.append(act, decided)
            except ConditionFailed:
                return False
            except (OutcomeUnknown, LedgerUnavailable, TimeoutError):
                await asyncio.sleep(0.5)  # the same again: its key says whether it was recorded
            else:
                return True
            if self._chance.random() < 0.5 and await self.was_recorded(act, decided):
                return True

    async def was_recorded(self, act: str, decided: Submission) -> bool:
        """Ask for the receipt alone; no answer, and that there is none yet, say nothing."""
        call = self._history.invoked(act, decided.command_key)
        key, scope = decided.command_key, decided.command_scope
        try:
            receipt = await self.ledger.receipt_of(scope, key, decided.digest)
        except (OutcomeUnknown, *LOST):
            return False
        if receipt is not None:
            self._history.acknowledged(call, receipt)
        return receipt is not None

    async def append(self, act: str, decided: Submission) -> None:
        """One call, logged before and after; sometimes its client goes away before the answer."""
        call = self._history.invoked(act, decided.command_key)
        leaves = self._faults.strikes()
        try:
            async with asyncio.timeout(self._chance.uniform(0, 1) if leaves else None):
                receipt = await self.ledger.append(decided)
        except (ConditionFailed, LedgerUnavailable):
            self._history.failed(call)
            raise
        self._history.acknowledged(call, receipt)

    @property
    def ledger(self) -> PostgresLedger:
        """A process of the service; the next call may meet another one."""
        return self._chance.choice(self._services).ledger


class World(Struct, frozen=True):
    """Who takes part; a test puts a faulty one in the place of one of them."""

    database: type[Database] = Database
    ledger: type[PostgresLedger] = PostgresLedger
    client: type[Client] = Client
    writer: type[Writer] = Writer
    notary: type[NotaryOf] = NotaryOf


class Run(Struct, frozen=True):
    """What came of a seed."""

    seed: int
    history: History
    ledger: tuple[Recorded, ...]
    violations: tuple[Violation, ...]
    losses: int = 0
    """How often a server that took over lacked entries that somebody could have read."""


def resumed(version: Version, key: str, record: str, condition: Condition) -> Submission:
    """An event that the register knows, which says in its text which version it makes."""
    public = {
        "attestation": msgspec.json.encode(version).decode(),
        "evidence": [],
        "partnership": record.removeprefix("partnership:"),
    }
    happened = event(record, public=msgspec.json.encode(public, order="sorted"), type=TYPE)
    return replace(submission(happened, key=key), condition=condition)


def run(seed: int, world: World | None = None) -> Run:
    """Play the run of `seed` from the beginning to its verdict."""
    with capture_logs():  # what is lost now and then is what this is about
        return simulated(_run(seed, world or World()))


async def _run(seed: int, world: World) -> Run:
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    faults = Faults(chance, often=chance.choice((0.02, 0.05, 0.1, 0.3)))
    loop = asyncio.get_running_loop()

    def clock(skew: float = 0.0) -> datetime:
        return EPOCH + timedelta(seconds=loop.time() + skew)

    database = world.database(
        clock=clock, flush=faults.pass_time, replicated=faults.replicated, earliest=EPOCH
    )
    server = Server(database, faults)
    history = History()
    services = [Service(world.ledger, server, clock, chance) for _ in range(3)]
    reader = PostgresLedger(cast(Any, Pool(server)))
    folder = Folder()
    clients = [
        world.client(f"client-{n}", services, history, chance, faults) for n in range(CLIENTS)
    ]
    stop = asyncio.Event()
    along = [
        *(loop.create_task(_project(world.writer, server, stop)) for _ in range(2)),
        loop.create_task(world.notary(server, folder).keep(stop)),
        loop.create_task(_follow(reader, history, stop)),
    ]
    outages = loop.create_task(_outages(server, services, faults, chance))
    working = [loop.create_task(client.work()) for client in clients]
    await asyncio.sleep(chance.uniform(10, 30))
    outages.cancel()
    faults.heal()
    done, late = await asyncio.wait(working, timeout=PATIENCE)
    await asyncio.sleep(30)  # what the server still does for clients that are gone
    stop.set()
    ended, later = await asyncio.wait(along, timeout=PATIENCE)
    stopped: list[ProjectionStopped] = []
    for task in (*done, *ended):
        try:
            task.result()  # an error that nobody foresaw
        except ProjectionStopped as error:
            stopped.append(error)
    ledger = tuple(await reader.read_after(0, 1_000_000))
    found = [*history.violations(ledger, database.applied), *folder.violations(ledger)]
    if sum(history.told.values()) > database.losses:
        found.append(Violation("H9", "a reader was told of another history, and none was lost"))
    found += [Violation("H7", f"a worker does not go on: {error.problem}") for error in stopped]
    if late or later:
        found.append(Violation("H7", f"{len(late) + len(later)} are not done when all is well"))
    return Run(seed, history, ledger, tuple(found), database.losses)


async def _outages(
    server: Server, services: Sequence[Service], faults: Faults, chance: random.Random
) -> None:
    """The server crashes; or its standby is away, and comes back, or has to take its place."""
    while True:
        await asyncio.sleep(chance.uniform(0.5, 4))
        outage = chance.choice(("crash", "standby away", "fail-over", "fail-over"))
        if outage == "crash":
            server.crash()
            continue
        faults.standby_leaves()
        # While nobody has ended a wait for it, it lacks nothing that anybody could have read.
        with suppress(TimeoutError):
            async with asyncio.timeout(8):
                await faults.wait_was_ended()
        await asyncio.sleep(chance.uniform(0, 3))
        if outage == "fail-over":
            server.fail_over(seconds=chance.uniform(0, 3))
            for service in services:
                if chance.random() < 0.5:
                    service.restart()
            await asyncio.sleep(chance.uniform(0, 3))  # until that one has a standby as well
        server.standby_comes()


async def _project(kind: type[Writer], server: Server, stop: asyncio.Event) -> None:
    """A worker. Whatever goes wrong, it has to go on, for the read model has its ledger beside it:
    what one of them loses, the other does.
    """
    pool = cast(Any, Pool(server))
    ledger = PostgresLedger(pool)
    runner = Runner(pool, ledger, projections=(COUNTING,), batch=BATCH)
    cast(Any, runner)._writers[COUNTING.name] = kind(pool, ledger, COUNTING, PLACE)
    await runner.run(stop)
    await runner.catch_up()


async def _follow(ledger: PostgresLedger, history: History, stop: asyncio.Event) -> None:
    """A reader of the feed: what comes behind the last entry that it was given, as long as that is
    there; else it is told so, and begins again.
    """
    last = BEGINNING
    while True:
        ending = stop.is_set()
        try:
            events = await entries_behind(ledger, last, 10)
        except LOST:
            events = []
        else:
            if events is None:
                history.told_of_another_history("reader")
                last, events = BEGINNING, []
                continue
            history.saw("reader", events)
            last = of(events[-1]) if events else last
            if ending and not events:
                return
        await asyncio.sleep(1)
