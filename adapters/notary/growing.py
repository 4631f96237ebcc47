"""The tree as the notary grows it: the root, and the hashes of which its tiles are made."""

from collections.abc import Iterable

from msgspec import Struct

from domain.transparency.tiles import HEIGHT
from domain.transparency.tree import GrowingRoot, TreeState, node_hash


class TileHash(Struct, frozen=True, order=True):
    """What stands at `index` of tile level `level`, 1 at least: the root over 256^level leaves."""

    level: int
    index: int
    hash: bytes

    @property
    def entries(self) -> tuple[int, int]:
        """The positions of the first and the last entry below it."""
        below = 1 << HEIGHT * self.level
        return self.index * below + 1, (self.index + 1) * below


class GrowingTree(GrowingRoot):
    """A `GrowingRoot` that keeps the tile hashes completed on the way, until they are `taken`.

    Lower levels come before higher ones, and each level in order.
    """

    def __init__(self, state: TreeState | None = None) -> None:
        """Begin with no leaves, or go on where `state` was saved."""
        super().__init__(state)
        self._made: list[TileHash] = []

    def grow(self, leaves: Iterable[bytes]) -> None:
        """Add leaf hashes in order."""
        made, complete = self._made, self._complete
        for leaf in leaves:
            complete.append(leaf)
            self.size = size = self.size + 1
            # Every trailing zero bit of the new size is a pair of subtrees of one height.
            for height in range(1, (size & -size).bit_length()):
                right = complete.pop()
                complete[-1] = node_hash(complete[-1], right)
                if height % HEIGHT == 0:
                    index = (size >> height) - 1
                    made.append(TileHash(height // HEIGHT, index, complete[-1]))

    def add(self, leaf: bytes) -> None:
        """Add the hash of the next leaf."""
        self.grow((leaf,))

    def taken(self) -> list[TileHash]:
        """The tile hashes completed since the last call."""
        made, self._made = self._made, []
        return made
