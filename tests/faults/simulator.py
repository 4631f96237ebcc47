"""A register under faults, in one process and in simulated time; the seed decides everything.

Two processes append through `PostgresLedger` and its batcher, two project through `Writer`, one
reads along. The database behind them is a model, the line to it fails by the seed, and at the end,
when every fault has ended, the history of what all were told is weighed against the ledger.
"""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, cast

import msgspec
from msgspec import Struct

from adapters.ledger import LedgerUnavailable, PostgresLedger
from domain.decider import Entry
from domain.errors import ConditionFailed, OutcomeUnknown
from domain.partnership.evolve import History as PartnershipHistory
from domain.ports import Recorded, Submission
from projections.cursor import cursors
from projections.errors import ProjectionStopped
from projections.projection import Connection, Place, Table
from projections.reading import LOST, read_after
from projections.writer import Writer
from tests.adapters.submissions import event, submission
from tests.faults.clock import simulated
from tests.faults.database import Database
from tests.faults.history import History, Version, Violation
from tests.faults.line import Faults, Line, Pool, Server

EPOCH = datetime(2026, 11, 23, 12, tzinfo=UTC)
TYPE = "partnership.resumed.v1"
PLACE = Place("twinledger")
RECORDS = ("partnership:TL-0000-0001", "partnership:TL-0000-0002", "partnership:TL-0000-0003")
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


class Client:
    """Decides by what it reads, and finishes each act before the next, whatever it is told."""

    def __init__(
        self,
        name: str,
        ledgers: Sequence[PostgresLedger],
        history: History,
        chance: random.Random,
        faults: Faults,
    ) -> None:
        self._name, self._ledgers, self._history = name, ledgers, history
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
                after = read[-1].position if read else 0
                return resumed(Version(act, len(read) + 1), key, record, after)

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
        return self._chance.choice(self._ledgers)


class World(Struct, frozen=True):
    """Who takes part; a test puts a faulty one in the place of one of them."""

    database: type[Database] = Database
    client: type[Client] = Client
    writer: type[Writer] = Writer


class Run(Struct, frozen=True):
    """What came of a seed."""

    seed: int
    history: History
    ledger: tuple[Recorded, ...]
    violations: tuple[Violation, ...]


def resumed(version: Version, key: str, record: str, after: int) -> Submission:
    """An event that the register knows, which says in its text which version it makes."""
    public = {
        "attestation": msgspec.json.encode(version).decode(),
        "evidence": [],
        "partnership": record.removeprefix("partnership:"),
    }
    happened = event(record, public=msgspec.json.encode(public, order="sorted"), type=TYPE)
    return submission(happened, unless=record, after=after, key=key)


def run(seed: int, world: World | None = None) -> Run:
    """Play the run of `seed` from the beginning to its verdict."""
    return simulated(_run(seed, world or World()))


async def _run(seed: int, world: World) -> Run:
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    faults = Faults(chance, often=chance.choice((0.02, 0.05, 0.1, 0.3)))
    loop = asyncio.get_running_loop()

    def clock(skew: float = 0.0) -> datetime:
        return EPOCH + timedelta(seconds=loop.time() + skew)

    database = world.database(clock=clock, flush=faults.pass_time, earliest=EPOCH)
    server = Server(database, faults)
    history = History()
    ledgers = [_ledger(server, clock, chance) for _ in range(2)]
    clients = [
        world.client(f"client-{n}", ledgers, history, chance, faults) for n in range(CLIENTS)
    ]
    stop = asyncio.Event()
    along = [
        *(loop.create_task(_project(world.writer, server, chance, stop)) for _ in range(2)),
        loop.create_task(_follow(ledgers[0], history, stop)),
    ]
    outages = loop.create_task(_outages(server, chance))
    working = [loop.create_task(client.work()) for client in clients]
    await asyncio.sleep(chance.uniform(10, 30))
    faults.heal()
    outages.cancel()
    done, late = await asyncio.wait(working, timeout=PATIENCE)
    await asyncio.sleep(30)  # what the server still does for clients that are gone
    stop.set()
    ended, later = await asyncio.wait(along, timeout=PATIENCE)
    for task in (*done, *ended):
        task.result()  # an error that nobody foresaw
    ledger = tuple(await _ledger(server, clock, chance).read_after(0, 1_000_000))
    found = history.violations(ledger, database.applied)
    if late or later:
        found.append(Violation("H7", f"{len(late) + len(later)} are not done when all is well"))
    return Run(seed, history, ledger, tuple(found))


def _ledger(server: Server, clock: Any, chance: random.Random) -> PostgresLedger:
    skew = chance.choice((0.0, 0.0, -0.4, 3.0))
    pool = cast(Any, Pool(server))
    return PostgresLedger(pool, patience=chance.uniform(2, 15), clock=lambda: clock(skew))


async def _outages(server: Server, chance: random.Random) -> None:
    while True:
        await asyncio.sleep(chance.uniform(1, 20))
        server.crash()


async def _project(
    kind: type[Writer], server: Server, chance: random.Random, stop: asyncio.Event
) -> None:
    """A worker: from the cursor as it is stored, batch by batch, to the end of the ledger."""
    pool = cast(Any, Pool(server))
    ledger = PostgresLedger(pool)
    writer = kind(pool, ledger, Counting(), PLACE)
    while True:
        ending = stop.is_set()
        try:
            cursor = (await cursors(pool, {"counting": PLACE}))["counting"]
            batch = await read_after(ledger, cursor, BATCH)
            if batch:
                await writer.take(cursor, batch)
            elif ending:
                return
        except LOST:
            pass  # nothing of the batch is there, or all of it: the cursor says which
        except ProjectionStopped:
            return  # as the service does; what it does not show is missed in the end
        await asyncio.sleep(chance.uniform(0, 3))


async def _follow(ledger: PostgresLedger, history: History, stop: asyncio.Event) -> None:
    """A reader of the feed: what comes after the last position it was given."""
    last = 0
    while True:
        ending = stop.is_set()
        try:
            events = await ledger.read_after(last, 10)
        except LOST:
            events = []
        else:
            history.saw("reader", events)
            last = events[-1].position if events else last
            if ending and not events:
                return
        await asyncio.sleep(1)
