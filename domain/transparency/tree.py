"""The Merkle tree over the ledger's leaves, RFC 6962 section 2.1."""

import hashlib

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256(0x00 || leaf)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class GrowingRoot:
    """The root of a growing list of leaf hashes, in memory of one hash per bit of its length.

    It keeps the roots of the complete subtrees from left to right, which are as many as the
    length has ones in binary.
    """

    def __init__(self) -> None:
        self.size = 0
        self._complete: list[bytes] = []

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
        if not self._complete:
            return EMPTY_ROOT
        root = self._complete[-1]
        for left in reversed(self._complete[:-1]):
            root = node_hash(left, root)
        return root
