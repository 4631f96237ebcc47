"""The witness's application: `/add-checkpoint` for logs, and for everybody what it witnessed."""

import asyncio
from typing import Any

from litestar import Litestar, Request, Response, post, route
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.types import Message, Scope

from adapters.witness.evidence import PARTS, evidence_in
from adapters.witness.witness import Witness
from api.app import HEADERS
from api.requests import READ
from api.web.rendering import render
from api.web.static_files import static_files
from api.witness.answers import HANDLERS, TEXT
from api.witness.standing import WitnessStanding, standing_of
from domain.transparency.note import format_vkey

LARGEST_SUBMISSION = 65_536  # bytes: a proof has 63 hashes at most, a checkpoint 100 signatures
SLOWEST_SUBMISSION = 10.0  # seconds

WitnessRequest = Request[Any, Any, State]


def create_witness_app(witness: Witness) -> Litestar:
    """The application over one witness, whose folder this process owns."""
    return Litestar(
        [add_checkpoint, overview, overview_as_json, key, evidence, static_files()],
        state=State({"witness": witness}),
        exception_handlers=HANDLERS,
        before_send=[_with_headers],
        request_max_body_size=LARGEST_SUBMISSION,
        openapi_config=None,
        logging_config=None,
    )


@post("/add-checkpoint", status_code=200)
async def add_checkpoint(request: WitnessRequest) -> Response[bytes]:
    """Cosign a checkpoint that goes on from the last one: C2SP tlog-witness."""
    async with asyncio.timeout(SLOWEST_SUBMISSION):
        body = await request.body()
    return Response(_of(request).add_checkpoint(body), media_type=TEXT)


@route("/", http_method=READ)
async def overview(request: WitnessRequest) -> Response[bytes]:
    """What this witness has seen, and in red what must not be."""
    return render("witness.html", standing=_standing(request))


@route("/witness.json", http_method=READ)
async def overview_as_json(request: WitnessRequest) -> WitnessStanding:
    """The same for programs."""
    return _standing(request)


@route("/key", http_method=READ)
async def key(request: WitnessRequest) -> Response[bytes]:
    """The public key of this witness, a line."""
    vkey = format_vkey(_of(request).signer.key)
    return Response(f"{vkey}\n".encode(), media_type=TEXT)


@route("/evidence/{log:str}/{number:str}/{part:str}", http_method=READ)
async def evidence(
    request: WitnessRequest, log: FromPath[str], number: FromPath[str], part: FromPath[str]
) -> Response[bytes]:
    """A signed note of evidence, as it came."""
    for one in evidence_in(_of(request).folder):
        if (one.log, str(one.number)) == (log, number) and part in PARTS:
            return Response(one.part(part), media_type=TEXT)
    raise NotFoundException


def _of(request: WitnessRequest) -> Witness:
    witness = request.app.state["witness"]
    assert isinstance(witness, Witness)  # noqa: S101 - create_witness_app puts it there
    return witness


def _standing(request: WitnessRequest) -> WitnessStanding:
    witness = _of(request)
    own = witness.signer.key
    return standing_of(witness.folder, own.name, format_vkey(own))


async def _with_headers(message: Message, _: Scope) -> None:
    if message["type"] == "http.response.start":
        headers = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
        others = [(b"cache-control", b"no-cache"), (b"access-control-allow-origin", b"*")]
        message["headers"] = [*message["headers"], *headers, *others]
