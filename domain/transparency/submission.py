"""What a log sends a witness: the body of add-checkpoint, C2SP tlog-witness.

old <size>                  the tree that the witness has signed last
<hash>                      one a line: the proof that the new tree begins with it
                            a blank line, and the signed checkpoint as it came
"""

from msgspec import Struct

from domain.transparency.errors import Malformed
from domain.transparency.lines import decoded_hashes, encoded, number, text_of


class Submission(Struct, frozen=True):
    """A signed note, and the consistency proof from a tree of `old` leaves to its tree."""

    old: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes


def parse_submission(body: bytes) -> Submission:
    """The submission in the body of a request. Its checkpoint is taken as it is."""
    head, blank, checkpoint = text_of(body, "submission").partition("\n\n")
    first, *lines = head.split("\n")
    if not blank or not first.startswith("old "):
        raise Malformed(
            "submission",
            "does not begin with the old size and lines up to a blank one",
            "Write `old`, a space and the size, the proof, a blank line and the checkpoint.",
        )
    old = number(first.removeprefix("old "), "submission, old size")
    return Submission(old, decoded_hashes(lines, "submission"), checkpoint.encode())


def format_submission(submission: Submission) -> bytes:
    """The body of the request: what `parse_submission` reads."""
    lines = [f"old {submission.old}", *(encoded(each) for each in submission.hashes)]
    return "\n".join(lines).encode() + b"\n\n" + submission.checkpoint
