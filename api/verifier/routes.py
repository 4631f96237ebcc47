"""What is downloaded to check the register at home: the verifier, and the files that it reads."""

from collections.abc import AsyncGenerator
from hashlib import sha256
from pathlib import Path

from litestar import Litestar, Response, Router, route
from litestar.params import FromPath

from adapters.bundles import bundle, proven_record, record_as_json, to_hand_out
from adapters.notary.published import Published
from api.gate.middleware import gate
from api.refusals import NotSignedYet
from api.requests import READ, HttpRequest, services_of
from api.verifier.bundle_stream import BundleStream, BundleStreams
from domain.refusals import NotFound
from domain.values import read_partnership_id

_VERIFIER = Path(__file__).with_name("twinledger_verify.py").read_bytes()
_ETAG = f'"{sha256(_VERIFIER).hexdigest()}"'
"""The SHA-256 of the file: whoever has it from elsewhere, too, can compare."""


@route("/verify.py", http_method=READ)
async def verifier(request: HttpRequest) -> Response[bytes]:
    """The verifier, always the same bytes for one release."""
    headers = _attached("twinledger_verify.py") | {"etag": _ETAG}
    if request.headers.get("if-none-match") == _ETAG:
        return Response(b"", status_code=304, headers=headers)
    return Response(_VERIFIER, media_type="text/x-python", headers=headers)


@route("/bundle.zip", http_method=READ)
async def whole_register(request: HttpRequest) -> BundleStream:
    """Everything that is signed now, as one file. It is written while it is sent, to few at once;
    raises `TooManyBundles`.
    """
    signed, log = await _signed(request), services_of(request).log
    await log.policy(signed.origin)  # what is wrong with it can be told before the file has begun
    # A HEAD is a stream as well: its length is not known before it is written.
    pieces = _nothing() if request.method == "HEAD" else bundle(log, signed)
    return BundleStream(_streams_of(request.app), pieces, _attached("register.zip"))


@route("/partnerships/{ref:str}/record.json", http_method=READ)
async def record(request: HttpRequest, ref: FromPath[str]) -> Response[bytes]:
    """All signed entries of a partnership, each with its proof."""
    services, partnership = services_of(request), read_partnership_id(ref)
    signed = await _signed(request)
    found = await proven_record(services.ledger, services.log, signed, partnership)
    if not found.entries:
        signed_yet = f"Of the {signed.size} entries that are signed, none is about it."
        raise NotFound("signed record", ref, signed_yet)
    content = record_as_json(found)
    headers = _attached(f"record-{partnership}.json")
    return Response(content, media_type="application/json", headers=headers)


async def _signed(request: HttpRequest) -> Published:
    published = await to_hand_out(services_of(request).log)
    if published is None:
        raise NotSignedYet
    return published


async def _nothing() -> AsyncGenerator[bytes, None]:
    return
    yield b""


def _streams_of(app: Litestar) -> BundleStreams:
    """Those of this application."""
    streams: BundleStreams = app.state.setdefault("bundle_streams", BundleStreams())
    return streams


def _attached(name: str) -> dict[str, str]:
    disposition = f'attachment; filename="{name}"'
    return {"content-disposition": disposition, "access-control-allow-origin": "*"}


HANDLERS = (
    Router(
        "/",
        route_handlers=[verifier, whole_register, record],
        middleware=[gate],
        opt={"for_programs": True},
    ),
)
