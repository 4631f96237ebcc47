"""The log as files: C2SP tlog-tiles, tlog-proof and tlog-policy.

They are public, without sign-in and for other sites' pages too. What cannot change any more says so
to every cache on the way; what is not what was signed stays in none.
"""

import asyncio

from litestar import Response, Router, route
from litestar.params import FromPath

from adapters.notary.published import Published, PublishedLog
from api.gate.middleware import gate
from api.refusals import NotSignedYet
from api.requests import READ, HttpRequest, services_of
from api.transparency.entries import entry_at, latest
from domain.ports import Unreadable
from domain.transparency.checkpoint import parse_checkpoint
from domain.transparency.errors import NotProven
from domain.transparency.note import parse_note
from domain.transparency.proofs import Node, hash_of, inclusion_spans, verify_inclusion
from domain.transparency.tiles import (
    HEIGHT,
    WIDTH,
    Bundle,
    Tile,
    entries_of,
    node_reader,
    parse_path,
    tile_of,
)
from domain.transparency.tree import HASH_SIZE, leaf_hash

_TEXT = "text/plain"
_BYTES = "application/octet-stream"
_FOR_EVER = "public, max-age=31536000, immutable"
_FOR_A_SECOND = "public, max-age=1"
_NEVER = "no-store"


@route("/checkpoint", http_method=READ)
async def checkpoint(request: HttpRequest) -> Response[bytes]:
    """The last checkpoint with all its signatures. There is a later one in a second."""
    return _file((await latest(request)).cosigned, _TEXT, _FOR_A_SECOND)


@route("/log-policy", http_method=READ)
async def policy(request: HttpRequest) -> Response[bytes]:
    """The keys that sign now, and whom the log asks to witness. Whoever verifies compares them with
    what they have from elsewhere.
    """
    signed = await latest(request)
    return _file(await services_of(request).log.policy(signed.origin), _TEXT, _FOR_A_SECOND)


@route("/tile/{path:path}", http_method=READ)
async def tile(request: HttpRequest) -> Response[bytes]:
    """A tile or an entry bundle below the last checkpoint, full or partial."""
    resource, log = parse_path(request.scope["path"].removeprefix("/")), services_of(request).log
    signed = await latest(request)
    data = await log.resource(resource, signed.size)
    proven = await _leads_to_root(data, resource, log, signed)
    return _file(data, _BYTES, _FOR_EVER if proven else _NEVER)


@route("/entries/{position:str}/leaf", http_method=READ)
async def leaf(request: HttpRequest, position: FromPath[str]) -> Response[bytes]:
    """The very bytes of an entry that are hashed; they are JSON where the register can read them.
    No cache keeps what is not the entry.
    """
    entry, log = await entry_at(request, position), services_of(request).log
    media_type = _BYTES if isinstance(entry, Unreadable) else "application/json"
    name = f"entry-{entry.position}.json"
    if isinstance(entry, Unreadable) and entry.changed:
        return _file(entry.leaf, media_type, _NEVER, name)
    published = await log.latest()
    if published is None or entry.position > published.size:
        return _file(entry.leaf, media_type, _FOR_A_SECOND, name)
    # Only what is proven never changes: the hash beside the bytes may have been changed with them.
    proven = await log.proves(entry.position, entry.leaf_hash, published)
    return _file(entry.leaf, media_type, _FOR_EVER if proven else _NEVER, name)


@route("/entries/{position:str}/proof", http_method=READ)
async def proof(request: HttpRequest, position: FromPath[str]) -> Response[bytes]:
    """The receipt of an entry: the proof that it stands below the last checkpoint that enough
    witnesses signed, or where none of these covers it below the last one.
    """
    entry, log = await entry_at(request, position), services_of(request).log
    signed = await log.best_over(entry.position)
    if signed is None:
        raise NotSignedYet
    if entry.position > signed.size:
        raise NotSignedYet(signed=signed.size, position=entry.position)
    receipt = await log.proof(entry.position, signed)
    return _file(receipt, _TEXT, _FOR_A_SECOND, f"entry-{entry.position}.proof")


async def _leads_to_root(
    data: bytes, resource: Tile | Bundle, log: PublishedLog, signed: Published
) -> bool:
    """Whether these bytes, which go out, lead to the root that was signed.

    The way from the first hash of a tile to the root goes over all its hashes, so one proof tells
    of the whole file. It is made of the very bytes: what is read a second time may differ.
    """
    size, level = signed.size, resource.level if isinstance(resource, Tile) else 0
    below = HEIGHT * level
    first = Node(below, resource.index * WIDTH)
    itself = tile_of(first, size)
    way = inclusion_spans(first.index << below, size)[below:]
    beside = {tile_of(node, size) for span in way for node in span.nodes()} - {itself}

    def verified(rest: bytes, others: dict[Tile, bytes]) -> None:
        hashes = data
        if isinstance(resource, Bundle):
            hashes = b"".join(map(leaf_hash, entries_of(resource, data)))
        hashes += rest
        read = node_reader({itself: hashes, **others}.__getitem__, size)
        verify_inclusion(
            hashes[:HASH_SIZE],
            index=first.index,
            size=(size - 1 >> below) + 1,
            proof=[hash_of(span, read) for span in way],
            root=parse_checkpoint(parse_note(signed.note).text).root,
        )

    try:
        # A file may be narrower than the signed tile is: the others complete it.
        narrower = resource.width < itself.width
        whole = await log.resource(itself, size) if narrower else b""
        others = {tile: await log.resource(tile, size) for tile in beside}
        await asyncio.to_thread(verified, whole[resource.width * HASH_SIZE :], others)
    except NotProven:
        return False
    return True


def _file(data: bytes, media_type: str, cached: str, name: str = "") -> Response[bytes]:
    """`name` is for who keeps it as a file; without one, the last part of the address does."""
    headers = {"cache-control": cached, "access-control-allow-origin": "*"}
    if name:
        headers["content-disposition"] = f'inline; filename="{name}"'
    return Response(data, media_type=media_type, headers=headers)


FILES = (
    Router(
        "/",
        route_handlers=[checkpoint, policy, tile, leaf, proof],
        # One address for each file, in every cache and log.
        middleware=[gate],
        opt={"for_programs": True},
    ),
)
