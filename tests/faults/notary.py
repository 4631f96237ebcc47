"""The notary at work in the simulator: the real one, whose folder is in memory and never fails.

It goes on by the rules of `NotaryAtWork`: what is not durable is tried again, after any other
failure everything is loaded again.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

from msgspec import Struct

from adapters.ledger import PostgresLedger
from adapters.notary.entries import StoredEntries
from adapters.notary.errors import LedgerAltered, NotaryStopped, NotDurable
from adapters.notary.notary import Notary
from adapters.notary.published import PublishedLog
from adapters.notary.state import NotaryState, StateFile
from domain.ports import Recorded
from domain.transparency.tree import root_of
from projections.reading import LOST
from tests.domain.transparency.log import LOG
from tests.faults.history import Violation
from tests.faults.line import Pool, Server


class _Leaves:
    """The leaf hashes of what was signed."""

    def __init__(self) -> None:
        self._hashes: list[bytes] = []

    def read(self, after: int, up_to: int) -> list[bytes]:
        return self._hashes[after:up_to]

    def write(self, after: int, hashes: Sequence[bytes]) -> None:
        self._hashes[after : after + len(hashes)] = hashes

    def keep(self) -> None:
        pass


class Signed(Struct, frozen=True):
    """A tree that a notary has put its name to, whoever was shown it."""

    size: int
    root: bytes


class Folder:
    """What outlasts the notary, and the database that it signs for."""

    def __init__(self) -> None:
        self.leaves = _Leaves()
        self.signed: list[Signed] = []
        self.alarms: list[str] = []
        self._state: NotaryState | None = None

    def load(self) -> NotaryState | None:
        return self._state

    def save(self, state: NotaryState) -> None:
        self._state = state
        if state.size:
            self.signed.append(Signed(state.size, state.root))

    def violations(self, ledger: Sequence[Recorded]) -> list[Violation]:
        """H6: all that was ever signed is of this ledger, and the notary never said otherwise."""
        hashes = [event.leaf_hash for event in ledger]
        return [
            *(
                Violation("H6", f"{one.size} entries were signed that are not those of the ledger")
                for one in self.signed
                if one.size > len(hashes) or root_of(hashes[: one.size]) != one.root
            ),
            *(Violation("H6", f"the register was closed: {alarm}") for alarm in self.alarms),
        ]


class NotaryOf:
    """Signs for the ledger on `server`."""

    entries: type[StoredEntries] = StoredEntries

    def __init__(self, server: Server, folder: Folder) -> None:
        pool = cast(Any, Pool(server))
        self._ledger, self._log = PostgresLedger(pool), PublishedLog(pool)
        self._entries, self._folder = self.entries(pool), folder

    async def keep(self, stop: asyncio.Event) -> None:
        """Sign about once a second, until `stop` is set and everything is signed and published."""
        while True:
            try:
                if await self._sign(stop):
                    return
            except LedgerAltered as error:
                self._folder.alarms.append(error.problem)
            except (*LOST, NotaryStopped):
                pass
            await asyncio.sleep(2)

    async def _sign(self, stop: asyncio.Event) -> bool:
        notary = Notary(self._entries, self._log, cast(StateFile, self._folder), [LOG])
        await notary.load()
        while True:
            ending = stop.is_set()
            try:
                signed = await notary.step()
                if ending and signed.size == (await self._ledger.head()).position:
                    return True
            except NotDurable:
                pass
            await asyncio.sleep(1)
