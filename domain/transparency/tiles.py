"""The log as files: C2SP tlog-tiles, with tiles of height 8.

A tile is 256 consecutive hashes of one level of the tree, as bytes; level 0 are the leaf hashes,
and each hash of a higher tile is the root over a whole tile below. An entry bundle is the leaves
themselves under a tile of level 0. The last of each level may be partial; a partial one is never
hashed into a tile above. What is full never changes, so it can be cached for ever.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from msgspec import Struct

from domain.transparency.errors import Malformed, OutsideTree
from domain.transparency.proofs import Node, NodeReader
from domain.transparency.tree import HASH_SIZE, root_of

HEIGHT = 8
WIDTH = 1 << HEIGHT
LARGEST_ENTRY = 0xFFFF  # an entry's length is written in two bytes
_HIGHEST_LEVEL = 63
_PATH = re.compile(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([0-9]{1,3}))?")


class Tile(Struct, frozen=True, order=True):
    """`width` hashes from the `index`-th group of 256 on of the level 8 * `level` of the tree."""

    level: int
    index: int
    width: int = WIDTH


class Bundle(Struct, frozen=True, order=True):
    """The leaves from 256 * `index` on, `width` of them."""

    index: int
    width: int = WIDTH


TileReader: TypeAlias = Callable[[Tile], bytes]


def path_of(resource: Tile | Bundle) -> str:
    """Its path below the log's address, such as `tile/0/x001/x234/067.p/112`."""
    kind = str(resource.level) if isinstance(resource, Tile) else "entries"
    digits = str(resource.index)
    digits = digits.zfill(len(digits) + -len(digits) % 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    number = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    partial = "" if resource.width == WIDTH else f".p/{resource.width}"
    return f"tile/{kind}/{number}{partial}"


def parse_path(path: str) -> Tile | Bundle:
    """What `path` names. Each tile has one path only: any other spelling of it is refused."""
    if found := _PATH.fullmatch(path):
        kind, number, partial = found.groups()
        index = int(number.replace("x", "").replace("/", ""))
        width = int(partial or WIDTH)
        named = Bundle(index, width) if kind == "entries" else Tile(int(kind), index, width)
        level = named.level if isinstance(named, Tile) else 0
        if level <= _HIGHEST_LEVEL and 1 <= width <= WIDTH and path_of(named) == path:
            return named
    raise Malformed(
        "tile",
        f"{path[:80]!r} is no path of a tile or of an entry bundle",
        "Write it as tile/0/x001/067, with .p/112 behind it where 112 of its 256 are there.",
    )


def in_tree(resource: Tile | Bundle, size: int) -> bool:
    """Whether all that it holds stands in a tree of `size` leaves."""
    level = resource.level if isinstance(resource, Tile) else 0
    return resource.index * WIDTH + resource.width <= size >> HEIGHT * level


def tiles_of(size: int) -> Iterator[Tile]:
    """All tiles of a tree of `size` leaves, level by level, each as full as it is."""
    level = 0
    while hashes := size >> HEIGHT * level:
        yield from (Tile(level, index) for index in range(hashes // WIDTH))
        if hashes % WIDTH:
            yield Tile(level, hashes // WIDTH, hashes % WIDTH)
        level += 1


def completed_tiles(old: int, new: int) -> Iterator[Tile]:
    """The tiles that are full in a tree of `new` leaves and were not in one of `old`.

    Lower levels come first: a tile's hashes are the roots of tiles that came before it.
    """
    if not 0 <= old <= new:
        raise OutsideTree(index=old, size=new)
    level = 0
    while new >> HEIGHT * (level + 1):
        shift = HEIGHT * (level + 1)
        yield from (Tile(level, index) for index in range(old >> shift, new >> shift))
        level += 1


def tile_of(node: Node, size: int) -> Tile:
    """The tile of a tree of `size` leaves from which the hash of `node` can be had."""
    level, first, count = _place(node)
    width = min(WIDTH, (size >> HEIGHT * level) - first // WIDTH * WIDTH)
    if first % WIDTH + count > width:
        raise OutsideTree(index=(node.index + 1 << node.level) - 1, size=size)
    return Tile(level, first // WIDTH, width)


def tile_data(tile: Tile, read: NodeReader) -> bytes:
    """The tile's bytes, from the hashes of its nodes."""
    first = tile.index * WIDTH
    return b"".join(read(Node(HEIGHT * tile.level, first + place)) for place in range(tile.width))


def hashes_of(tile: Tile, data: bytes) -> list[bytes]:
    """The tile's hashes, from its bytes."""
    if len(data) != tile.width * HASH_SIZE:
        raise Malformed(
            path_of(tile),
            f"has {len(data)} bytes instead of {tile.width * HASH_SIZE}",
            "Fetch it again; it was cut or changed.",
        )
    return [data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]


def node_reader(read: TileReader, size: int) -> NodeReader:
    """A reader of nodes over the tiles of a tree of `size` leaves; it reads each tile once.

    Tiles from elsewhere may lie: a proof made of them is verified against a signed root.
    """
    known: dict[Tile, list[bytes]] = {}

    def hash_of_node(node: Node) -> bytes:
        tile = tile_of(node, size)
        if tile not in known:
            known[tile] = hashes_of(tile, read(tile))
        _, first, count = _place(node)
        return root_of(known[tile][first % WIDTH : first % WIDTH + count])

    return hash_of_node


def bundle_data(entries: Sequence[bytes]) -> bytes:
    """The bytes of a bundle: each entry behind its length in two bytes, the higher first."""
    if any(len(entry) > LARGEST_ENTRY for entry in entries):
        raise Malformed(
            "entry bundle", "an entry is too long", f"The limit is {LARGEST_ENTRY} bytes."
        )
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def entries_of(bundle: Bundle, data: bytes) -> list[bytes]:
    """The bundle's leaves, exactly `bundle.width` of them."""
    entries, at = [], 0
    while at < len(data):
        begin = at + 2
        at = begin + int.from_bytes(data[at:begin], "big")
        entries.append(data[begin:at])
    if at != len(data) or len(entries) != bundle.width:
        raise Malformed(
            path_of(bundle),
            f"does not hold {bundle.width} whole entries",
            "Fetch it again; it was cut or changed.",
        )
    return entries


def _place(node: Node) -> tuple[int, int, int]:
    """The tile level over which `node` lies, its first hash there, and how many it spans."""
    level, above = divmod(node.level, HEIGHT)
    return level, node.index << above, 1 << above
