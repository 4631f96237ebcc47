"""Checkpoints: C2SP tlog-checkpoint. What a log signs: its origin, its size and its root."""

from msgspec import Struct

from domain.transparency.errors import Malformed
from domain.transparency.lines import LARGEST, decoded_hash, encoded, number
from domain.transparency.tree import EMPTY_ROOT, HASH_SIZE


class Checkpoint(Struct, frozen=True):
    """The head of a log: `root` is the tree over its first `size` leaves.

    `origin` names the log for ever; its key bears the same name. `extensions` are further lines
    that others wrote: they are kept because they are signed, and nothing is read from them.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for line in (self.origin, *self.extensions):
            if not line or any(sign < " " for sign in line):
                raise _malformed(1, f"{line[:60]!r} is no line of text")
        if not 0 <= self.size <= LARGEST:
            raise _malformed(2, f"{self.size} is no number of leaves")
        if len(self.root) != HASH_SIZE or (self.size == 0 and self.root != EMPTY_ROOT):
            raise _malformed(3, f"it is no root of a tree of {self.size} leaves")


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint in the text of a note."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1]:
        raise _malformed(len(lines), "it is cut off")
    origin, size, root, *extensions = lines[:-1]
    return Checkpoint(
        origin,
        number(size, "checkpoint, line 2"),
        decoded_hash(root, "checkpoint, line 3"),
        tuple(extensions),
    )


def format_checkpoint(checkpoint: Checkpoint) -> str:
    """The text of the note that the log signs."""
    head = (checkpoint.origin, str(checkpoint.size), encoded(checkpoint.root))
    return "".join(line + "\n" for line in (*head, *checkpoint.extensions))


def _malformed(line: int, problem: str) -> Malformed:
    return Malformed(
        f"checkpoint, line {line}",
        problem,
        "A checkpoint has the origin, the number of leaves and the root in base64, a line each.",
    )
