"""What is handed to outsiders to verify: the whole register as one file, or one of its records.

A bundle is a zip file with the files of a static log, C2SP tlog-tiles, and two things beside:

    checkpoint              the signed note over the first `size` entries
    tile/entries/...        the entries
    tile/0/... tile/1/...   the hashes over them
    policy                  the keys as the register says them: whoever verifies compares
    checkpoints/<size>      earlier signed notes: they tell since when something differs

Nothing in it is believed by who verifies, and nothing is verified by who writes it.
"""

import asyncio
import zipfile
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import msgspec
from msgspec import Struct

from adapters.notary.errors import StateRefused
from adapters.notary.leaves import SignedLeaves
from adapters.notary.published import Published, PublishedLog
from adapters.problems import CannotRun
from domain.errors import EntryUnreadable
from domain.history import partnership_tag
from domain.ports import Ledger, Unreadable
from domain.transparency.checkpoint import parse_checkpoint
from domain.transparency.errors import OutsideTree
from domain.transparency.lines import encoded
from domain.transparency.note import parse_note
from domain.transparency.tiles import WIDTH, Bundle, Tile, entries_of, path_of, tiles_of
from domain.transparency.tree import HASH_SIZE, GrowingRoot, leaf_hash
from domain.values import PartnershipId

BEHIND = timedelta(hours=1)
RECORD_FORMAT = "twinledger-record/1"
MOST_CHECKPOINTS = 4_096
MOST_NAMED = 10  # entries that are not what was recorded; all are counted
_LEVEL = 1  # the entries become a fourth; more costs time and saves little
_BEGUN = (1980, 1, 1, 0, 0, 0)  # the same log gives the same bytes, whenever it is written


class NotWhole(CannotRun):
    """The ledger lacks what was signed. What was written until then is no bundle."""


class Differing:
    """Which of the entries that are written into a bundle are not what was recorded.

    Each is held against the leaf hash that the notary has in its `folder` of what it signed, where
    that is here, or else against the one that is stored beside it. Memory stays flat.
    """

    def __init__(self, latest: Published, folder: Path | None = None) -> None:
        self._root = parse_checkpoint(parse_note(latest.note).text).root
        self._signed: SignedLeaves | None = None
        if folder is not None:
            with suppress(StateRefused):  # it is the notary's, and may be for no other user
                leaves = SignedLeaves(folder)
                self._signed = leaves if leaves.root(latest.size) == self._root else None
        self._tree = GrowingRoot()
        self.count, self.first = 0, list[int]()

    @property
    def signed(self) -> bool:
        """Whether the entries that were added, all of them, lead to the root that was signed."""
        return self._tree.root() == self._root

    def add(self, entries: Sequence[bytes], stored: bytes) -> None:
        """Those that follow what was added; `stored` are the leaf hashes that stand beside them."""
        after = self._tree.size
        hashes = [stored[at : at + HASH_SIZE] for at in range(0, len(stored), HASH_SIZE)]
        if self._signed is not None:
            hashes = self._signed.read(after, after + len(entries))
        for position, (entry, recorded) in enumerate(zip(entries, hashes, strict=True), after + 1):
            hashed = leaf_hash(entry)
            self._tree.add(hashed)
            if hashed != recorded:
                self.count += 1
                self.first += [position] if self.count <= MOST_NAMED else []


class ProvenEntry(Struct, frozen=True):
    """An entry and the hashes from it up to the signed root, in base64."""

    position: int
    leaf: str
    proof: Sequence[str]


class ProvenRecord(Struct, frozen=True):
    """All entries of a partnership below one checkpoint."""

    format: str
    partnership: str
    checkpoint: str
    entries: Sequence[ProvenEntry]


async def to_hand_out(log: PublishedLog) -> Published | None:
    """The last checkpoint that enough witnesses signed, or where these are an hour behind or there
    are none, the last; None before the first. Raises `LogUnreadable` where it is no checkpoint.
    """
    latest, witnessed = await log.latest(), await log.best_over(1)
    if latest is None or witnessed is None:
        return None
    near = latest.published_at - witnessed.published_at < BEHIND
    chosen = witnessed if near else latest
    chosen.require_readable()
    return chosen


async def bundle(
    log: PublishedLog,
    latest: Published,
    progress: Callable[[int, int], None] | None = None,
    differing: Differing | None = None,
) -> AsyncGenerator[bytes, None]:
    """The register below the checkpoint `latest`, in pieces. `progress` gets (done, all), and
    `differing` all entries.

    A thread packs, so that others are served meanwhile. Memory stays flat, but for about a kilobyte
    for each 512 entries that the zip format takes. Raises `NotWhole`.
    """
    out = _Pieces()
    # Written as to a pipe: nobody has to keep the whole of it. Where it breaks off it is not closed
    # here: a thread may still be at its last file.
    packed = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL)
    await _add(packed, "checkpoint", latest.cosigned)
    await _add(packed, "policy", await log.policy(latest.origin))
    for size, note in await log.earlier(latest, MOST_CHECKPOINTS):
        await _add(packed, f"checkpoints/{size}", note)
    for resource in _resources(latest.size):
        try:
            data = await log.resource(resource, latest.size)
            if isinstance(resource, Bundle) and differing is not None:
                stored = await log.resource(Tile(0, resource.index, resource.width), latest.size)
                await asyncio.to_thread(differing.add, entries_of(resource, data), stored)
        except OutsideTree:
            raise NotWhole(
                f"{path_of(resource)} is not whole: the ledger lacks what was signed.",
                "`twinledger verify` says where; keep everything as it is.",
            ) from None
        await _add(packed, path_of(resource), data)
        if isinstance(resource, Bundle) and progress is not None:
            progress(resource.index * WIDTH + resource.width, latest.size)
        yield out.taken()
    await asyncio.to_thread(packed.close)
    yield out.taken()


async def proven_record(
    ledger: Ledger, log: PublishedLog, latest: Published, partnership: PartnershipId
) -> ProvenRecord:
    """The entries of a partnership below the checkpoint `latest`, each with its proof.

    However many they are, the database is asked equally often. Raises `EntryUnreadable`: a record
    without one of its entries is none.
    """
    events = await ledger.read(frozenset({partnership_tag(partnership)}))
    signed = [event for event in events if event.position <= latest.size]
    for event in signed:
        if isinstance(event, Unreadable):
            raise EntryUnreadable(position=event.position, changed=event.changed)
    proofs = await log.proofs([event.position for event in signed], latest)
    entries = [
        ProvenEntry(
            event.position, event.leaf.decode(), [encoded(one) for one in proofs[event.position]]
        )
        for event in signed
    ]
    return ProvenRecord(RECORD_FORMAT, partnership, latest.cosigned.decode(), entries)


def record_as_json(record: ProvenRecord) -> bytes:
    return msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n"


class _Pieces:
    """A file that is only written on, and forgets what was taken from it."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._written.append(data)
        return len(data)

    def flush(self) -> None: ...

    def close(self) -> None: ...

    def taken(self) -> bytes:
        taken, self._written = b"".join(self._written), []
        return taken


def _resources(size: int) -> Iterable[Tile | Bundle]:
    for begin in range(0, size, WIDTH):
        yield Bundle(begin // WIDTH, min(WIDTH, size - begin))
    yield from tiles_of(size)


async def _add(out: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, _BEGUN)
    packed = name.startswith("tile/entries/")
    info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    info.external_attr = 0o644 << 16
    await asyncio.to_thread(out.writestr, info, data)
