"""Checkpoints that bear the register's own signature and are none of its own.

Nobody has to be believed for that: the signature is checked with the register's keys, and the root
is compared with that of its own entries.
"""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from adapters.notary.published import PublishedLog
from adapters.signing.ed25519 import verify
from adapters.witness.client import Answer
from domain.transparency.checkpoint import Checkpoint, parse_checkpoint
from domain.transparency.errors import NotProven, OutsideTree
from domain.transparency.note import VerifierKey, parse_note, parse_vkey, verify_note


class _Evidence(Struct, frozen=True):
    checkpoints: tuple[str, ...]


async def foreign_in(log: PublishedLog, answer: Answer) -> Checkpoint | None:
    """The first such checkpoint in what a witness answered; None where there is none."""
    latest = await log.latest()
    if latest is None or answer.media_type != "application/json":
        return None
    try:
        evidence = msgspec.json.decode(answer.content, type=_Evidence)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    keys = [parse_vkey(key.vkey) for key in await log.keys() if key.origin == latest.origin]
    for note in evidence.checkpoints:
        signed = _signed(note, latest.origin, keys)
        if signed is not None and not await _is_own(log, signed, latest.size):
            return signed
    return None


def _signed(text: str, origin: str, keys: Sequence[VerifierKey]) -> Checkpoint | None:
    try:
        note = parse_note(text.encode())
        checkpoint = parse_checkpoint(note.text)
        by = verify_note(note, keys, verify)
    except (NotProven, UnicodeEncodeError):
        return None
    return checkpoint if by and checkpoint.origin == origin else None


async def _is_own(log: PublishedLog, checkpoint: Checkpoint, signed: int) -> bool:
    if not 0 < checkpoint.size <= signed:
        return checkpoint.size == 0
    try:
        return await log.root_at(checkpoint.size) == checkpoint.root
    except OutsideTree:
        return False
