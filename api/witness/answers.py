"""What the witness answers for each refusal: C2SP tlog-witness, add-checkpoint. Its one table."""

from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from msgspec import Struct

from adapters.witness.errors import (
    LogStopped,
    NotSignedByLog,
    OtherSize,
    UnfitSubmission,
    UnknownLog,
    WitnessFolderRefused,
    WitnessRefusal,
    WrongProof,
)

_STATUS: dict[type[WitnessRefusal], int] = {
    UnfitSubmission: 400,
    NotSignedByLog: 403,
    UnknownLog: 404,
    WrongProof: 422,
}
TEXT = "text/plain"
SIZE = "text/x.tlog.size"

_log = structlog.get_logger("twinledger.witness")


class TwoNotes(Struct, frozen=True):
    """Why nothing is signed, and two signed checkpoints that cannot both be true: who keeps the log
    finds out by them which one is not theirs.
    """

    problem: str
    remedy: str
    checkpoints: tuple[str, ...]


def stopped(_: Request[Any, Any, Any], error: LogStopped) -> Response[TwoNotes]:
    """C2SP leaves open what stands in a refusal; here it is the evidence."""
    notes = tuple(note.decode() for note in error.notes)
    return Response(TwoNotes(error.problem, error.remedy, notes), status_code=403)


def refused(_: Request[Any, Any, Any], error: WitnessRefusal) -> Response[bytes]:
    """One line for the log's keeper; for another size that size alone, as programs read it."""
    if isinstance(error, OtherSize):
        # As a header: behind a media type of text comes a charset, and then it is another one.
        told_size = {"content-type": SIZE}
        return Response(f"{error.size}\n".encode(), status_code=409, headers=told_size)
    return told(_STATUS[type(error)], str(error))


def unusable(_: Request[Any, Any, Any], error: WitnessFolderRefused) -> Response[bytes]:
    """What is wrong with the folder is for its keeper, in the log; nobody outside learns paths."""
    _log.error("witness_folder_refused", problem=error.problem, remedy=error.remedy)
    return told(503, "This witness cannot sign now. Whoever keeps it finds the reason in its log.")


def too_slow(_: Request[Any, Any, Any], _error: TimeoutError) -> Response[bytes]:
    """The body did not come."""
    return told(408, "The request was not there in time. Send it again.")


def other(_: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """An address or a method that is not there, or a body that is too long."""
    return told(error.status_code, "See the first page of this witness for what can be asked here.")


def told(status: int, sentence: str) -> Response[bytes]:
    """A line of text."""
    return Response(f"{sentence}\n".encode(), status_code=status, media_type=TEXT)


HANDLERS: Any = {
    LogStopped: stopped,
    WitnessRefusal: refused,
    WitnessFolderRefused: unusable,
    TimeoutError: too_slow,
    HTTPException: other,
}
