"""The log as files: C2SP tlog-tiles, tlog-proof and tlog-policy.

They are public, without sign-in and for other sites' pages too. What cannot change any more says so
to every cache on the way; what is not what was signed stays in none.
"""

from litestar import Response, Router, route
from litestar.params import FromPath

from adapters.notary.published import Published
from api.gate.middleware import gate
from api.refusals import NotSignedYet
from api.requests import READ, HttpRequest, services_of
from api.services import Services
from api.transparency.entries import entry_at, latest
from domain.ports import Unreadable
from domain.transparency.tiles import WIDTH, Bundle, Tile, parse_path

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
    resource, services = parse_path(request.scope["path"].removeprefix("/")), services_of(request)
    signed = await latest(request)
    data = await services.log.resource(resource, signed.size)
    proven = await _proven(services, resource, signed)
    return _file(data, _BYTES, _FOR_EVER if proven else _NEVER)


@route("/entries/{position:str}/leaf", http_method=READ)
async def leaf(request: HttpRequest, position: FromPath[str]) -> Response[bytes]:
    """The very bytes of an entry that are hashed; they are JSON, unless somebody changed them: then
    no cache keeps what is not the entry.
    """
    entry, log = await entry_at(request, position), services_of(request).log
    if isinstance(entry, Unreadable):
        return _file(entry.leaf, _BYTES, _NEVER)
    published = await log.latest()
    if published is None or entry.position > published.size:
        return _file(entry.leaf, "application/json", _FOR_A_SECOND)
    # Only what is proven never changes: the hash beside the bytes may have been changed with them.
    proven = await log.proves(entry.position, entry.leaf_hash, published)
    return _file(entry.leaf, "application/json", _FOR_EVER if proven else _NEVER)


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
    return _file(await log.proof(entry.position, signed), _TEXT, _FOR_A_SECOND)


async def _proven(services: Services, resource: Tile | Bundle, signed: Published) -> bool:
    """Whether what a file holds leads to the root that was signed.

    The way from an entry to the root goes over all hashes of each tile on it, so one entry under a
    tile speaks for the whole of it; of a bundle each has to be the one of its hash, too.
    """
    if isinstance(resource, Bundle):
        begin, count = resource.index * WIDTH, resource.width
    else:
        begin, count = resource.index * WIDTH ** (resource.level + 1), 1
    under = await services.ledger.read_after(begin, count)
    if len(under) < count or any(isinstance(entry, Unreadable) for entry in under):
        return False
    return await services.log.proves(begin + 1, under[0].leaf_hash, signed)


def _file(data: bytes, media_type: str, cached: str) -> Response[bytes]:
    headers = {"cache-control": cached, "access-control-allow-origin": "*"}
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
