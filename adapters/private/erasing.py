"""Erasure carried out: what a certificate in the ledger names is destroyed, again and again if need
be, until nothing of it is left.

The certificate comes first. Should the process end before or between the destructions, whoever
starts next finds the certificate and goes on; a restored database, or a restored key store, that
brings a value back has it destroyed again at the next start.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import structlog
from msgspec import Struct

from adapters.private.values import Place, PrivateValues
from domain.errors import EntryUnreadable, HeadUnsound
from domain.history import ERASURES, entry_of
from domain.partnership.events import PrivateValuesErased
from domain.ports import Head, Ledger, Reading, Receipt, Recorded, Submission
from domain.values import PartnershipId

_log = structlog.stdlib.get_logger("twinledger.private")


class Certificate(Struct, frozen=True):
    """The entry at `position` says that the values at `places` are erased."""

    position: int
    partnership: PartnershipId
    recorded_at: datetime
    places: tuple[Place, ...]


class Erasures:
    """What the certificates of a ledger ask for, and whether it is done.

    What was found done stays so for this object: whether a restore brought a value back is looked
    for by the next process, so that whoever asks again and again reads what is new alone. Where a
    standby took over that lacks some of what was read, all is read and looked for again.
    """

    def __init__(self, ledger: Ledger, values: PrivateValues) -> None:
        self._ledger, self._values = ledger, values
        self._read_up_to, self._leaf_hash = 0, b""  # of the entry there: which history that was
        self._open: dict[int, Certificate] = {}
        self._reading = asyncio.Lock()  # what was read and what is open belong together

    async def certificates(self) -> tuple[Certificate, ...]:
        """All of them, in the order of their entries."""
        found = await self._ledger.read(frozenset({ERASURES}))
        return tuple(_certificates(found).values())

    async def pending(self) -> tuple[Certificate, ...]:
        """Those of which a key or a sealed value is still there, with these places alone."""
        async with self._reading:
            await self._read_on()
            return await self._left()

    async def _read_on(self) -> None:
        still_open = self._open
        found = await self._ledger.read(frozenset({ERASURES}), after=self._read_up_to)
        if not await self._continues(found):
            # What was read is lost, with whatever it certified. Others may stand in its place, and
            # the values of those before may be back.
            _log.warning("certificates_read_again", lost_entry=self._read_up_to)
            still_open = {}
            found = await self._ledger.read(frozenset({ERASURES}))
        # Where one of them is of a newer release this raises, and none of them is taken for read.
        still_open = still_open | _certificates(found)
        self._open, self._read_up_to, self._leaf_hash = still_open, found.up_to, found.leaf_hash

    async def _continues(self, found: Reading) -> bool:
        """Whether it was read in the history that was read before: another entry may stand at the
        same position. Asked after the reading, so that none can come between.
        """
        if self._read_up_to == 0:
            return True
        if found.up_to == self._read_up_to:
            return found.leaf_hash == self._leaf_hash
        last = await self._ledger.read_after(self._read_up_to - 1, 1)
        return [(one.position, one.leaf_hash) for one in last] == [
            (self._read_up_to, self._leaf_hash)
        ]

    async def _left(self) -> tuple[Certificate, ...]:
        certificates = tuple(self._open.values())
        left = set(
            await self._values.left_of([place for one in certificates for place in one.places])
        )
        pending = tuple(
            Certificate(one.position, one.partnership, one.recorded_at, places)
            for one in certificates
            if (places := tuple(place for place in one.places if place in left))
        )
        for position in {one.position for one in certificates} - {one.position for one in pending}:
            self._open.pop(position, None)
        return pending

    async def count(self) -> int:
        """How many values are pending."""
        return sum(len(one.places) for one in await self.pending())

    async def carry_out(self) -> int:
        """Destroy what is pending; how many values that were. Raises what stands in its way."""
        pending = [place for one in await self.pending() for place in one.places]
        for place in pending:
            await self._values.erase(place)
            _log.info("private_value_erased", position=place.position, field=place.field)
        return len(pending)

    async def try_to_carry_out(self) -> None:
        """As `carry_out`; what stands in its way is logged, and the erasure stays pending."""
        try:
            await self.carry_out()
        except HeadUnsound as problem:
            _log.error("erasure_pending", reason=str(problem))
        except Exception as problem:
            _log.error("erasure_pending", exc_info=problem)


class ErasingLedger:
    """A `domain.ports.Ledger` that destroys what a certificate names as soon as it is recorded."""

    def __init__(self, ledger: Ledger, erasures: Erasures) -> None:
        self._ledger, self._erasures = ledger, erasures

    async def append(self, submission: Submission) -> Receipt:
        receipt = await self._ledger.append(submission)
        # Also where it was recorded before: the first time may have ended too early.
        if any(ERASURES in event.tags for event in submission.events):
            await self._erasures.try_to_carry_out()
        return receipt

    def check(self, submission: Submission) -> None:
        self._ledger.check(submission)

    async def receipt_of(self, scope: str, key: str, digest: bytes) -> Receipt | None:
        return await self._ledger.receipt_of(scope, key, digest)

    async def read(self, tags: frozenset[str], *, after: int = 0) -> Reading:
        return await self._ledger.read(tags, after=after)

    async def read_after(self, position: int, limit: int) -> Sequence[Recorded]:
        return await self._ledger.read_after(position, limit)

    async def head(self) -> Head:
        return await self._ledger.head()

    async def position_known_at(self, moment: datetime) -> int:
        return await self._ledger.position_known_at(moment)


def _certificates(entries: Sequence[Recorded]) -> dict[int, Certificate]:
    """By their positions, in their order."""
    found = {}
    for entry in entries:
        # Nobody can tell what an unreadable one names; it is looked at again by the next process.
        with suppress(EntryUnreadable):
            if (certificate := certificate_of(entry)) is not None:
                found[entry.position] = certificate
    return found


def certificate_of(entry: Recorded) -> Certificate | None:
    """The certificate that an entry is; None for any other. Raises as `entry_of`."""
    event = entry_of(entry).event
    if not isinstance(event, PrivateValuesErased):
        return None
    places = tuple(Place(event.position, one.field, one.commitment) for one in event.values)
    return Certificate(entry.position, event.partnership, entry.recorded_at, places)
