"""A witness of one log, and what that log can send it: its true history, or another one."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from adapters.signing.ed25519 import Ed25519Signer, verify
from adapters.witness.folder import require_folder, trust, witness_signer
from adapters.witness.witness import Witness
from api.witness.app import create_witness_app
from domain.transparency.checkpoint import Checkpoint, format_checkpoint
from domain.transparency.cosignature import witnessed_at
from domain.transparency.note import format_note, parse_note, sign_note
from domain.transparency.proofs import consistency_proof, nodes_of
from domain.transparency.submission import Submission, format_submission
from domain.transparency.tree import leaf_hash, root_of
from tests.domain.transparency.log import LEAVES, LOG, ORIGIN

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
FORGED = [LEAVES[0], leaf_hash(b"forged"), *LEAVES[2:]]


def signed(
    size: int,
    *,
    leaves: list[bytes] = LEAVES,
    by: Ed25519Signer = LOG,
    origin: str = ORIGIN,
) -> bytes:
    """The checkpoint of the first `size` leaves, as the log signs it."""
    text = format_checkpoint(Checkpoint(origin, size, root_of(leaves[:size])))
    return format_note(sign_note(text, [by]))


def body(old: int, new: int, *, leaves: list[bytes] = LEAVES, note: bytes | None = None) -> bytes:
    """What the log sends to go on from `old`: with the right proof over these leaves."""
    proof = consistency_proof(old, new, nodes_of(leaves))
    return format_submission(Submission(old, proof, note or signed(new, leaves=leaves)))


class Watching:
    """A witness in `folder` that trusts the log, and whoever asks it over HTTP."""

    def __init__(self, folder: Path, *, trusts: bool = True) -> None:
        self.folder, self.now = folder, NOON
        require_folder(folder)
        self.signer = witness_signer(folder, "witness.lodz.example")
        if trusts:
            trust(folder, LOG.key)
        self.again()

    def again(self) -> None:
        """Begin anew on the same folder, as after the end of its process."""
        self.witness = Witness(self.folder, self.signer, lambda: self.now)
        # httpx and litestar describe the same protocol by types of their own.
        app: Any = create_witness_app(self.witness)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://witness.test")

    async def sent(self, content: bytes) -> httpx.Response:
        """The answer to a submission."""
        return await self.client.post("/add-checkpoint", content=content)

    async def submits(self, old: int, new: int, *, leaves: list[bytes] = LEAVES) -> httpx.Response:
        """The log submits its first `new` leaves, to go on from `old`."""
        return await self.sent(body(old, new, leaves=leaves))

    def time_of(self, answer: httpx.Response, note: bytes) -> int | None:
        """When the witness says that it signed this note; None if it did not."""
        return witnessed_at(parse_note(note + answer.content), self.signer.key, verify)
