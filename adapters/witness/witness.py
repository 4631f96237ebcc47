"""The witness: C2SP tlog-witness, add-checkpoint. It signs only what goes on from what it has seen.

Between the comparison with what was signed last and the saving of what is signed now nothing is
awaited, and the folder has one owner: so of two submissions at once one comes second.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from adapters.signing.ed25519 import verify
from adapters.witness.errors import (
    LogStopped,
    NotSignedByLog,
    OtherSize,
    TwoHistories,
    UnfitSubmission,
    UnknownLog,
    WrongProof,
)
from adapters.witness.evidence import About, Shows, evidence_in, keep, settle
from adapters.witness.folder import trusted_logs
from adapters.witness.seen import Seen, SeenLogs, seen_now
from domain.transparency.checkpoint import Checkpoint, parse_checkpoint
from domain.transparency.cosignature import cosign
from domain.transparency.errors import Malformed, NotProven, WrongPath
from domain.transparency.note import Note, Signer, format_signature, parse_note, verify_note
from domain.transparency.proofs import shows_other_beginning, verify_consistency
from domain.transparency.submission import Submission, parse_submission

_REMEMBERED = timedelta(hours=1)  # how exactly it is kept when an unchanged log was signed last

_log = structlog.get_logger("twinledger.witness")


class Witness:
    """Signs with `signer` for the logs that are trusted in `folder`, which this process owns."""

    def __init__(self, folder: Path, signer: Signer, now: Callable[[], datetime]) -> None:
        self.folder, self.signer, self._now = folder, signer, now
        self._seen = SeenLogs(folder)

    def add_checkpoint(self, body: bytes) -> bytes:
        """The cosignature line for the checkpoint in the body of a request.

        What is signed is durable before this returns. Raises a `WitnessRefusal`, and then nothing
        was signed; evidence of two histories is durable, too.
        """
        submission, note, checkpoint = _read(body)
        origin = checkpoint.origin
        self._require_signed(note, origin)
        for one in evidence_in(self.folder, origin):
            if one.stops:
                notes = (one.part("witnessed.checkpoint"), one.part("other.checkpoint"))
                raise LogStopped(origin=origin, notes=notes)
        last = self._seen.last(origin)
        seen = last.checkpoint if last else None
        if last and seen and seen.size == checkpoint.size and seen.root != checkpoint.root:
            # Whatever old size it names: two roots for one size are signed, and that is enough.
            self._keep("two roots", last, submission, checkpoint, body)
            raise TwoHistories(size=seen.size)
        size = seen.size if seen else 0
        if submission.old != size:
            raise OtherSize(size=size)
        if last and seen:
            self._require_extension(last, seen, submission, checkpoint, body)
        elif submission.hashes:
            raise WrongProof(size=0, fork=False)
        self._require_undoubted(size, submission, checkpoint, body)
        now = seen_now(origin, submission.checkpoint, self._now())
        if last is None or checkpoint.size > size or now.at - last.at > _REMEMBERED:
            # The point of no return: a signature that left without this could be followed by one
            # on another history.
            self._seen.save(now)
        signature = cosign(note.text, self.signer, int(now.at.timestamp()))
        return f"{format_signature(signature)}\n".encode()

    def _require_signed(self, note: Note, origin: str) -> None:
        keys = [key for key in trusted_logs(self.folder) if key.name == origin]
        if not keys:
            raise UnknownLog(origin=origin)
        try:
            signed = verify_note(note, keys, verify)
        except NotProven as error:
            raise NotSignedByLog(origin=origin) from error
        if not signed:
            raise NotSignedByLog(origin=origin)

    def _require_extension(
        self,
        last: Seen,
        seen: Checkpoint,
        submission: Submission,
        checkpoint: Checkpoint,
        body: bytes,
    ) -> None:
        """Raise `WrongProof` unless the new tree is shown to begin with the one signed last."""
        try:
            verify_consistency(
                old_size=seen.size,
                old_root=seen.root,
                new_size=checkpoint.size,
                new_root=checkpoint.root,
                proof=submission.hashes,
            )
        except WrongPath as error:
            fork = shows_other_beginning(
                old_size=seen.size,
                old_root=seen.root,
                new_size=checkpoint.size,
                new_root=checkpoint.root,
                proof=submission.hashes,
            )
            shows: Shows = "another beginning" if fork else "nothing for sure"
            self._keep(shows, last, submission, checkpoint, body)
            raise WrongProof(size=seen.size, fork=fork) from error

    def _require_undoubted(
        self, size: int, submission: Submission, checkpoint: Checkpoint, body: bytes
    ) -> None:
        """Compare with the notes whose proofs did not fit: of one size there is one root."""
        for one in evidence_in(self.folder, checkpoint.origin):
            if one.settled or one.about.fork or one.about.other_size != checkpoint.size:
                continue
            if one.about.other_root == checkpoint.root:
                settle(
                    one, "It was the proof that did not fit: the same tree came with a right one."
                )
                continue
            doubted = Seen(checkpoint.origin, self._now(), one.part("other.checkpoint").decode())
            self._keep("two roots", doubted, submission, checkpoint, body)
            raise TwoHistories(size=size)

    def _keep(
        self, shows: Shows, last: Seen, submission: Submission, checkpoint: Checkpoint, body: bytes
    ) -> None:
        about = About(
            checkpoint.origin,
            self._now(),
            shows,
            last.checkpoint.size,
            checkpoint.size,
            checkpoint.root,
        )
        keep(
            self.folder,
            about,
            witnessed=last.note.encode(),
            other=submission.checkpoint,
            submission=body,
        )
        _log.error(
            "two_histories" if about.fork else "proof_does_not_fit",
            log=checkpoint.origin,
            witnessed=about.size,
            submitted=checkpoint.size,
        )


def _read(body: bytes) -> tuple[Submission, Note, Checkpoint]:
    try:
        submission = parse_submission(body)
        note = parse_note(submission.checkpoint)
        checkpoint = parse_checkpoint(note.text)
    except Malformed as error:
        raise UnfitSubmission(error.problem, error.remedy) from error
    if submission.old > checkpoint.size:
        raise UnfitSubmission(
            f"It is to go on from {submission.old} entries, and has {checkpoint.size}.",
            "Send a checkpoint that is not older.",
        )
    return submission, note, checkpoint
