"""Which entry and which checkpoint an address means."""

import re

from adapters.notary.lost import LostEntry
from adapters.notary.published import Published
from api.refusals import NotSignedYet
from api.requests import HttpRequest, services_of
from api.services import Services
from domain.ports import Recorded
from domain.refusals import NotFound

_POSITION = re.compile("[1-9][0-9]{0,15}", re.ASCII)
_HISTORIES = 20  # that may each have lost an entry at one position


async def entry_at(request: HttpRequest, position: str) -> Recorded:
    """The entry at a position as it stands in an address, in its one spelling; else `NotFound`."""
    services = services_of(request)
    if not _POSITION.fullmatch(position):
        raise NotFound("entry", position[:20], await _numbered(services))
    place = int(position)
    found = await services.ledger.read_after(place - 1, 1)
    # The next one is what is found where somebody took an entry out.
    if found and found[0].position == place:
        return found[0]
    if await lost_at(services, place):
        told = f"Entry {place} was signed and is lost: see /verify."
    elif found:
        told = "It is missing, though later ones are there: see /verify."
    else:
        told = await _numbered(services)
    raise NotFound("entry", position, told)


async def lost_at(services: Services, position: int) -> LostEntry | None:
    """What was signed at a position and does not stand there; the last one where several were."""
    lost = await services.log.lost.some(_HISTORIES, after=(position, b""))
    here = (one for one in lost if one.position == position)
    return max(here, key=lambda one: one.noted_at, default=None)


async def latest(request: HttpRequest) -> Published:
    """The last checkpoint. Raises `NotSignedYet` before the first."""
    published = await services_of(request).log.latest()
    if published is None:
        raise NotSignedYet
    return published


async def _numbered(services: Services) -> str:
    end = (await services.ledger.head()).position
    return f"They are numbered from 1 to {end}." if end else "Nothing is recorded yet."
