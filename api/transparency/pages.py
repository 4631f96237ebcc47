"""The pages that explain to people what is signed, and how they can check it themselves."""

import re

from litestar import Response, route
from litestar.params import FromPath
from msgspec import Struct

from adapters.notary.published import Published
from api.audit import TYPES
from api.requests import READ, HttpRequest, services_of
from api.services import Services
from api.transparency.entries import entry_at, lost_at
from api.web.visitors import page
from domain.ports import Recorded, Unreadable
from domain.transparency.tree import leaf_hash
from domain.upcasting import present_type

_ABOUT = "partnership:"
_LOST_SHOWN = 50
_NO_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # a page cannot hold these; a leaf has none


class Told(Struct, frozen=True):
    """What an entry is in words; `partnership` is empty where it is about none."""

    sentence: str
    partnership: str = ""
    who: str = ""


class Contradicted(Struct, frozen=True):
    """What stands at an entry's place is not proven by what was signed. `certain` where this entry
    itself is known to be changed; else it, or another one. `was` is the leaf hash that was signed,
    where it is known.
    """

    certain: bool
    was: str = ""


@route("/entries/{position:str}", http_method=READ)
async def entry(request: HttpRequest, position: FromPath[str]) -> Response[bytes]:
    """One entry: what it says, its hash, and whether it is signed and witnessed."""
    services = services_of(request)
    recorded = await entry_at(request, position)
    published = await services.log.best_over(recorded.position)
    signed = published if published and recorded.position <= published.size else None
    # Of the bytes that are shown: the column beside them may have been left as it was.
    fingerprint = leaf_hash(recorded.leaf)
    return await page(
        request,
        "entry.html",
        section="history",
        entry=recorded,
        unreadable=isinstance(recorded, Unreadable),
        leaf=_NO_TEXT.sub("\ufffd", recorded.leaf.decode(errors="replace")),
        fingerprint=fingerprint.hex(),
        told_as=await _in_words(services, recorded),
        signed=signed,
        contradicted=await _contradicted(services, recorded, fingerprint, signed),
        last=(await services.ledger.head()).position,
    )


@route("/verify", http_method=READ)
async def verify(request: HttpRequest) -> Response[bytes]:
    """How anybody can check the register without believing it, and the key to do it with."""
    services = services_of(request)
    published = await services.log.latest()
    keys = await services.log.keys() if published else []
    present = {key.vkey: key for key in keys}.values()
    return await page(
        request,
        "verify.html",
        section="verify",
        signed=published,
        lost=await services.log.lost.all(),
        lost_entries=await services.log.lost.some(_LOST_SHOWN),
        keys=[key for key in present if _signs(key.origin, key.last_size, published)],
        former=[key for key in present if not _signs(key.origin, key.last_size, published)],
    )


async def _contradicted(
    services: Services, entry: Recorded, fingerprint: bytes, signed: Published | None
) -> Contradicted | None:
    """None where what is shown is what was signed, or nothing is signed yet."""
    if signed is None or await services.log.proves(entry.position, fingerprint, signed):
        return None
    lost = await lost_at(services, entry.position)
    # What an earlier log had lost there says nothing of what this one signed since.
    if lost is not None and lost.noted_at > signed.published_at:
        return Contradicted(certain=True, was=lost.leaf_hash.hex())
    if fingerprint == entry.leaf_hash:
        # Also where this release cannot read it: a newer one may have recorded it so.
        return Contradicted(certain=False)
    kept = await services.log.proves(entry.position, entry.leaf_hash, signed)
    return Contradicted(certain=True, was=entry.leaf_hash.hex() if kept else "")


def _signs(origin: str, last_size: int | None, published: Published | None) -> bool:
    return published is not None and origin == published.origin and last_size is None


async def _in_words(services: Services, entry: Recorded) -> Told:
    tags = (tag for tag in entry.tags if tag.startswith(_ABOUT))
    partnership = next(tags, "").removeprefix(_ABOUT)
    items = await services.timeline.of(
        partnership, position=entry.position, after=entry.position - 1, limit=1
    )
    if items:
        return Told(items[0].sentence, partnership, items[0].who)
    if isinstance(entry, Unreadable):
        return Told("What this entry said cannot be shown.", partnership)
    # The read models may be a moment behind, or wait for a release that knows the type.
    return Told(TYPES.get(present_type(entry.type), entry.type), partnership)


PAGES = (entry, verify)
