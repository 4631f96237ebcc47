"""Which entry and which checkpoint an address means."""

import re
from collections.abc import Sequence

from adapters.notary.published import Published
from api.refusals import NotSignedYet
from api.requests import HttpRequest, services_of
from domain.ports import Recorded
from domain.refusals import NotFound

_POSITION = re.compile("[1-9][0-9]{0,15}", re.ASCII)


async def entry_at(request: HttpRequest, position: str) -> Recorded:
    """The entry at a position as it stands in an address, in its one spelling; else `NotFound`."""
    ledger = services_of(request).ledger
    found: Sequence[Recorded] = ()
    if _POSITION.fullmatch(position):
        found = await ledger.read_after(int(position) - 1, 1)
    if not found:
        end = (await ledger.head()).position
        numbered = f"They are numbered from 1 to {end}." if end else "Nothing is recorded yet."
        raise NotFound("entry", position[:20], numbered)
    return found[0]


async def latest(request: HttpRequest) -> Published:
    """The last checkpoint. Raises `NotSignedYet` before the first."""
    published = await services_of(request).log.latest()
    if published is None:
        raise NotSignedYet
    return published
