"""The Merkle tree over the ledger's leaves, RFC 6962 section 2.1.

Leaves are counted from 0 here, as in the RFC; the ledger's positions count from 1. `index_of` and
`position_of` are the only two places where one becomes the other.
"""

import hashlib
from collections.abc import Iterable, Sequence

from msgspec import Struct

from domain.transparency.errors import Malformed, OutsideTree

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def index_of(position: int) -> int:
    """The leaf's index in the tree, from 0, of a position in the ledger, from 1."""
    if position < 1:
        raise OutsideTree(index=position - 1, size=0)
    return position - 1


def position_of(index: int) -> int:
    """The position in the ledger, from 1, of a leaf's index in the tree, from 0."""
    return index + 1


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256(0x00 || leaf)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of_complete(complete: Sequence[bytes]) -> bytes:
    """The root over the roots of complete subtrees, the largest first; of none, of nothing.

    The definition splits at the largest power of two, so the last subtrees are joined first.
    """
    if not complete:
        return EMPTY_ROOT
    root = complete[-1]
    for left in reversed(complete[:-1]):
        root = node_hash(left, root)
    return root


class TreeState(Struct, frozen=True):
    """What a tree needs to go on growing: 32 bytes for each one in the binary of its size.

    `complete` are the roots of its complete subtrees from left to right. It does not say that
    they are right: whoever resumes compares the root with the one that was signed.
    """

    size: int = 0
    complete: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        fits = self.size >= 0 and len(self.complete) == self.size.bit_count()
        if not fits or any(len(root) != HASH_SIZE for root in self.complete):
            raise Malformed(
                "saved tree",
                f"{len(self.complete)} hashes do not belong to a size of {self.size}",
                "Read the leaves again from the first.",
            )


class GrowingRoot:
    """The root of a growing list of leaf hashes, in memory of one hash per bit of its length."""

    def __init__(self, state: TreeState | None = None) -> None:
        """Begin with no leaves, or go on where `state` was saved."""
        self.size = state.size if state else 0
        self._complete = list(state.complete) if state else []

    def add(self, leaf: bytes) -> None:
        """Add the hash of the next leaf (not the leaf itself)."""
        self._complete.append(leaf)
        self.size += 1
        # Every trailing zero bit of the new size is a pair of subtrees of one height.
        for _ in range((self.size & -self.size).bit_length() - 1):
            right = self._complete.pop()
            self._complete[-1] = node_hash(self._complete[-1], right)

    def root(self) -> bytes:
        """The root over all leaves so far; of none, SHA-256 of nothing."""
        return root_of_complete(self._complete)

    def state(self) -> TreeState:
        """What `GrowingRoot` takes to go on from here."""
        return TreeState(self.size, tuple(self._complete))


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over these leaf hashes (not over the leaves themselves)."""
    tree = GrowingRoot()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()
