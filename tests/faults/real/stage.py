"""All that takes part: a Postgres, two replicas of the service, clients and a reader."""

import asyncio
import os
import random
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from msgspec import Struct

from adapters.ledger import PostgresLedger
from adapters.postgres.pool import open_pool
from api import as_at
from api.rest.done import etag_of
from domain.history import entry_of
from tests.benchmarks.register import clerk_with_token, fill, write_list
from tests.faults.history import History
from tests.faults.real.clients import Clients, Reader
from tests.faults.real.faults import Fault
from tests.faults.real.pair import PostgresPair
from tests.faults.real.postgres import PostgresOfService, RealPostgres, RegisterPostgres
from tests.faults.real.service import Service
from tests.faults.real.small_disk import SmallDisk
from tests.faults.real.weighing import all_of, founded, weigh

RECORDS = 12
PATIENCE = 180.0  # seconds; it only bounds how long a broken run hangs


class Stage:
    """`chance` decides what happens; `disk` is there where the database lies on a small one."""

    def __init__(
        self,
        postgres: RegisterPostgres,
        services: Sequence[Service],
        clients: Clients,
        reader: Reader,
        *,
        chance: random.Random,
        disk: SmallDisk | None,
    ) -> None:
        self.postgres, self.services = postgres, services
        self.clients, self.reader = clients, reader
        self.chance, self.disk = chance, disk

    @property
    def one(self) -> Service:
        """The replica that brings the notary."""
        return self.services[0]

    async def goes_through(self, fault: Fault) -> None:
        """Clients are at work, it happens, and everybody goes on."""
        self.clients.begin()
        await self.acknowledges(5)
        await fault(self)
        await self.acknowledges(5)

    async def acknowledges(self, number: int) -> None:
        """Wait until each replica has acknowledged so many more acts, and the reader has read."""
        told = self.clients.told.acknowledged
        goals = {each.name: told[each.name] + number for each in self.services}
        await self.reads_go_on()
        await self.comes_true(
            lambda: all(told[name] >= goal for name, goal in goals.items()), "acts are not recorded"
        )

    async def refused(self, number: int) -> None:
        """Wait until so many more tries were answered with a problem of the service's own."""
        goal = self.clients.told.problems + number
        await self.comes_true(lambda: self.clients.told.problems >= goal, "nobody was refused")

    async def reads_go_on(self) -> None:
        looks = self.reader.answered
        await self.comes_true(lambda: self.reader.answered > looks, "nobody can read")

    async def comes_true(self, condition: Callable[[], bool], otherwise: str) -> None:
        """Wait for it while the clients work; what they were told is in the error."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():
                    self.clients.require_working()
                    await asyncio.sleep(0.02)
        except TimeoutError:
            said = "\n".join(each.said() for each in self.services)
            raise AssertionError(f"{otherwise}: {self.clients.told}\n{said}") from None

    async def weighed(self) -> list[str]:
        """Each broken promise, in words; first everybody settles what is in doubt, and rests."""
        await self.clients.end()
        async with await open_pool(self.postgres.app_dsn) as pool:
            return await weigh(pool, self.clients, self.reader)


@asynccontextmanager
async def stage(seed: int, *, disk: SmallDisk | None = None) -> AsyncIterator[Stage]:
    """A register of some records that two replicas serve.

    The database lies on `disk` where there is one. What the clients do follows from the seed, as
    far as what they meet does.
    """
    with _folder() as folder:
        postgres = RealPostgres((disk.folder if disk else folder) / "data")
        async with _two_replicas(seed, postgres, folder, disk) as made:
            yield made


@asynccontextmanager
async def stage_with_a_standby(seed: int) -> AsyncIterator[Stage]:
    """The same on a primary and a standby that has to have each commit first."""
    with _folder() as folder:
        async with _two_replicas(seed, PostgresPair(folder / "pair"), folder, None) as made:
            yield made


@asynccontextmanager
async def _two_replicas(
    seed: int, postgres: RegisterPostgres, folder: Path, disk: SmallDisk | None
) -> AsyncIterator[Stage]:
    try:
        await postgres.start()
        register = await _register(postgres, folder)
        settings = {
            "TWINLEDGER_DSN": postgres.app_dsn,
            "TWINLEDGER_OWNER_DSN": postgres.owner_dsn,
            "TWINLEDGER_DATA": str(folder / "service"),
        }
        services = [
            Service("one", folder, settings),
            Service("two", folder, settings | {"TWINLEDGER_NOTARY": "elsewhere"}),
        ]
        await asyncio.gather(*(service.start() for service in services))
        async with _at_work(seed, postgres, services, register, disk) as made:
            yield made
    finally:
        await postgres.stop()


@asynccontextmanager
async def stage_of_a_town_hall(seed: int) -> AsyncIterator[Stage]:
    """One service that keeps its database itself, in its data folder."""
    with _folder() as folder:
        prepared, postgres = RealPostgres(folder / "data"), PostgresOfService(folder / "data")
        await prepared.start()
        try:
            register = await _register(prepared, folder)
        finally:
            await prepared.stop()
        service = Service("one", folder, {"TWINLEDGER_DATA": str(folder / "data")})
        await service.start()
        await postgres.start()
        async with _at_work(seed, postgres, [service], register, None) as made:
            yield made


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="twl-faults-") as name:
        os.chmod(name, 0o711)  # noqa: S103 - the server's account passes through, no more
        yield Path(name)


class Register(Struct, frozen=True):
    """Partnerships in force with the ETags of their entries, and a clerk of all of them."""

    records: dict[str, str]
    token: str
    history: History


@asynccontextmanager
async def _at_work(
    seed: int,
    postgres: RegisterPostgres,
    services: Sequence[Service],
    register: Register,
    disk: SmallDisk | None,
) -> AsyncIterator[Stage]:
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    clients = Clients(services, register.history, register.records, register.token, chance)
    # Where somebody ends the wait for a standby, an entry is shown that nobody was told is there.
    reader = Reader(services, register.history, chance)
    reader.begin()
    try:
        yield Stage(postgres, services, clients, reader, chance=chance, disk=disk)
    finally:
        clients.give_up()
        await reader.end()
        await asyncio.gather(*(service.stop() for service in services))


async def _register(postgres: RegisterPostgres, folder: Path) -> Register:
    await postgres.make_register()
    write_list(folder / "list.csv", RECORDS, one=True)
    async with await open_pool(postgres.app_dsn) as pool:
        await fill(pool, folder / "list.csv")
        recorded, history = await all_of(PostgresLedger(pool)), History()
        founded(history, recorded)
        records = {
            str(entry_of(event).event.partnership): etag_of(as_at.of(event)) for event in recorded
        }
        return Register(records, await clerk_with_token(pool), history)
