"""A register made in memory, as the writer would hand it out, for the verifier to be held to."""

import base64
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from api.verifier.twinledger_verify import Files
from domain.transparency.checkpoint import Checkpoint, format_checkpoint
from domain.transparency.cosignature import cosign
from domain.transparency.note import Note, Signer, format_note, format_vkey, sign_note
from domain.transparency.proofs import Node, NodeReader, consistency_proof, inclusion_proof
from domain.transparency.tiles import (
    WIDTH,
    Bundle,
    bundle_data,
    path_of,
    tile_data,
    tiles_of,
)
from domain.transparency.tree import leaf_hash, node_hash
from tests.domain.transparency.log import LOG, NOON, ORIGIN

KEY = format_vkey(LOG.key)
ENTRIES = "tile/entries/000"


def leaf(position: int, text: str = "") -> bytes:
    """A small entry in the one spelling that it may have."""
    stamp = f"2026-11-23T{position // 3600 % 24:02}:{position // 60 % 60:02}:{position % 60:02}"
    return (
        f'{{"n":{position},"public":"{text}","recorded_at":"{stamp}.000000Z",'
        f'"tags":["partnership:TL-{position % 7}"]}}'
    ).encode()


class Register:
    """Leaves, every complete subtree over them, and the signed note over the first of them."""

    def __init__(self, leaves: Iterable[bytes], *, by: Signer = LOG) -> None:
        self.leaves, self.by = list(leaves), by
        self.levels = [[leaf_hash(each) for each in self.leaves]]
        while len(row := self.levels[-1]) > 1:
            self.levels.append(
                [node_hash(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)]
            )

    @property
    def size(self) -> int:
        return len(self.leaves)

    @property
    def node(self) -> NodeReader:
        def read(node: Node) -> bytes:
            return self.levels[node.level][node.index]

        return read

    def root(self, size: int) -> bytes:
        parts, begin = [], 0
        for level in reversed(range(size.bit_length())):
            if size >> level & 1:
                parts.append(self.levels[level][begin >> level])
                begin += 1 << level
        root = parts.pop()
        while parts:
            root = node_hash(parts.pop(), root)
        return root

    def note(self, size: int | None = None, *, witnesses: Sequence[Signer] = ()) -> bytes:
        size = self.size if size is None else size
        text = format_checkpoint(Checkpoint(ORIGIN, size, self.root(size)))
        signed = sign_note(text, [self.by])
        lines = [cosign(text, witness, NOON) for witness in witnesses]
        return format_note(Note(text, (*signed.signatures, *lines)))

    def proof(self, position: int, size: int | None = None) -> tuple[bytes, ...]:
        return inclusion_proof(position - 1, self.size if size is None else size, self.node)

    def consistency(self, old: int) -> bytes:
        """That the first `old` are the beginning of all, as hashes in base64, one a line."""
        hashes = consistency_proof(old, self.size, self.node)
        return b"".join(base64.b64encode(each) + b"\n" for each in hashes)

    def files(
        self, *, witnesses: Sequence[Signer] = (), checkpoints: Sequence[int] = ()
    ) -> dict[str, bytes]:
        """The files of its bundle."""
        made = {"checkpoint": self.note(witnesses=witnesses)}
        made["policy"] = f"log {KEY}\nquorum none\n".encode()
        for size in checkpoints:
            made[f"checkpoints/{size}"] = self.note(size)
        for begin in range(0, self.size, WIDTH):
            entries = self.leaves[begin : begin + WIDTH]
            made[path_of(Bundle(begin // WIDTH, len(entries)))] = bundle_data(entries)
        for tile in tiles_of(self.size):
            made[path_of(tile)] = tile_data(tile, self.node)
        return made


def first(size: int) -> Register:
    """The first so many entries of the same register."""
    return Register(leaf(position) for position in range(1, size + 1))


class FilesInMemory(Files):
    """A bundle that never was a file."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files, self.count = files, len(files)

    def names(self, prefix: str) -> list[str]:
        return [name for name in self.files if name.startswith(prefix)]

    def read(self, name: str, most: int = 1 << 20) -> bytes | None:
        return self.files.get(name)


def written(files: dict[str, bytes], file: Path, method: int = zipfile.ZIP_STORED) -> Path:
    """The files as a zip file."""
    with zipfile.ZipFile(file, "w", method) as out:
        for name, data in files.items():
            out.writestr(name, data)
    return file
