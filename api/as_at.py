"""At which entry something was read, and whether this register still has that entry.

A position alone does not tell: after a restore another entry may stand there. So what is given out
carries the position with its leaf hash, `POSITION-LEAFHASH`, as `5000-5be0...`: cursors, the ids of
streams, the rows of files, the headers `As-At` and `ETag`. Whoever hands it back and has read a
history that is gone is told from which entry on.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from api.refusals import RequestRefused
from domain.ports import Ledger, Recorded

PATTERN = "^(0|[1-9][0-9]{0,15})-[0-9a-f]{64}$"
_WRITTEN = re.compile("(?P<position>0|[1-9][0-9]{0,15})-(?P<leaf_hash>[0-9a-f]{64})", re.ASCII)


class AsAt(Struct, frozen=True):
    """An entry and its leaf hash: position 0 with 32 zero bytes before the first entry."""

    position: int
    leaf_hash: bytes

    def __str__(self) -> str:
        return f"{self.position}-{self.leaf_hash.hex()}"


BEGINNING = AsAt(0, bytes(32))


def of(recorded: Recorded) -> AsAt:
    """Behind this entry."""
    return AsAt(recorded.position, recorded.leaf_hash)


async def as_at(ledger: Ledger, position: int) -> AsAt:
    """What stands at a position that the ledger has; an empty leaf hash where it has not."""
    if position == 0:
        return BEGINNING
    found = await ledger.read_after(position - 1, 1)
    return AsAt(position, found[0].leaf_hash if found else b"")


async def recorded_then(ledger: Ledger, position: int, recorded_at: datetime) -> AsAt | None:
    """The entry that was shown as recorded there and then; None where the ledger has another.

    What is shown was read before. Where a standby has taken over since, whoever is shown the one
    entry has not seen the other, and must not be given its leaf hash.
    """
    found = await ledger.read_after(position - 1, 1)
    same = [(one.position, one.recorded_at) for one in found] == [(position, recorded_at)]
    return of(found[0]) if same else None


def parsed(text: str) -> AsAt | None:
    """What is written as `POSITION-LEAFHASH`; None where it is not."""
    read = _WRITTEN.fullmatch(text)
    return None if read is None else AsAt(int(read["position"]), bytes.fromhex(read["leaf_hash"]))


def written(text: str, *, parameter: str = "", header: str = "") -> AsAt:
    """As `parsed`. Raises `RequestRefused` where it is not written so."""
    if (read := parsed(text)) is None:
        raise RequestRefused(
            "invalid",
            f"{text[:30]!r} is no position with its leaf hash.",
            "Write the position, a hyphen and the leaf hash of the last entry read.",
            parameter=parameter,
            header=header,
        )
    return read


async def entries_behind(ledger: Ledger, read: AsAt, limit: int) -> Sequence[Recorded] | None:
    """The next entries behind one that was read, in one look with it.

    None where the ledger does not have that one any more.
    """
    if read.position == 0:
        return await ledger.read_after(0, limit)
    found = await ledger.read_after(read.position - 1, limit + 1)
    return found[1:] if found and of(found[0]) == read else None
