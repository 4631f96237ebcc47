"""What is handed to outsiders to verify: the whole register as one file, or one of its records.

A bundle is a zip file with the files of a static log, C2SP tlog-tiles, and three things beside:

    checkpoint              the signed note over the first `size` entries
    tile/entries/...        the entries
    tile/0/... tile/1/...   the hashes over them
    policy                  the keys as the register says them: whoever verifies compares
    checkpoints/<size>      earlier signed notes: they tell since when something differs

Nothing in it is believed by who verifies, and nothing is verified by who writes it.
"""

import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import BinaryIO

import asyncpg
import msgspec
from msgspec import Struct

from adapters.migrate import check_name
from adapters.notary.published import Published, PublishedLog
from adapters.problems import CannotRun
from domain.history import partnership_tag
from domain.ports import Ledger
from domain.transparency.errors import OutsideTree
from domain.transparency.lines import encoded
from domain.transparency.proof_file import parse_proof
from domain.transparency.tiles import WIDTH, Bundle, Tile, path_of, tiles_of
from domain.values import PartnershipId

RECORD_FORMAT = "twinledger-record/1"
MOST_CHECKPOINTS = 4_096
_LEVEL = 1  # the entries become a fourth; more costs time and saves little
_BEGUN = (1980, 1, 1, 0, 0, 0)  # the same log gives the same bytes, whenever it is written

# The latest of each of as many stretches of the log.
_EARLIER = """
select distinct on (size * $3 / $2) size, note from {schema}.checkpoint
where origin = $1 and size < $2 order by size * $3 / $2, size desc
"""


class NothingToHandOut(CannotRun):
    """There is no signed checkpoint yet, or the ledger is not whole. Nothing was written."""


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


async def write_bundle(
    pool: "asyncpg.Pool[asyncpg.Record]",
    schema: str,
    to: BinaryIO,
    progress: Callable[[int, int], None],
) -> Published:
    """Write the register as it was signed last; gives that checkpoint. `progress` gets (done, all).

    Memory stays flat, but for about a kilobyte for each 512 entries that the zip format takes.
    Raises `NothingToHandOut`; what was written by then is no bundle.
    """
    check_name("schema", schema)
    log = PublishedLog(pool, schema=schema)
    latest = await _signed(log)
    keys = {key.vkey: key for key in await log.keys() if key.origin == latest.origin}
    policy = [f"log {key.vkey}\n" for key in keys.values() if key.last_size is None]
    sql = _EARLIER.format(schema=schema)
    earlier = await pool.fetch(sql, latest.origin, latest.size, MOST_CHECKPOINTS)
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as out:
        _add(out, "checkpoint", latest.cosigned)
        _add(out, "policy", "".join([*policy, "quorum none\n"]).encode())
        for size, note in earlier:
            _add(out, f"checkpoints/{size}", note)
        try:
            for resource in _resources(latest.size):
                _add(out, path_of(resource), await log.resource(resource, latest.size))
                if isinstance(resource, Bundle):
                    progress(resource.index * WIDTH + resource.width, latest.size)
        except OutsideTree:
            raise NothingToHandOut(
                f"{path_of(resource)} is not whole: the ledger lacks what was signed.",
                "`twinledger verify` says where; keep everything as it is.",
            ) from None
    return latest


async def proven_record(
    ledger: Ledger, log: PublishedLog, partnership: PartnershipId
) -> ProvenRecord:
    """The entries of a partnership that are signed, each with its proof; may be none."""
    latest = await _signed(log)
    entries = []
    for event in await ledger.read(frozenset({partnership_tag(partnership)})):
        if event.position <= latest.size:
            proof = parse_proof(await log.proof(event.position, latest))
            hashes = [encoded(each) for each in proof.hashes]
            entries.append(ProvenEntry(event.position, event.leaf.decode(), hashes))
    return ProvenRecord(RECORD_FORMAT, partnership, latest.cosigned.decode(), entries)


def record_as_json(record: ProvenRecord) -> bytes:
    return msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n"


async def _signed(log: PublishedLog) -> Published:
    latest = await log.latest()
    if latest is None:
        raise NothingToHandOut(
            "Nothing of this register is signed yet.",
            "Let `twinledger serve` run for a moment: its notary signs once a second.",
        )
    return latest


def _resources(size: int) -> Iterable[Tile | Bundle]:
    for begin in range(0, size, WIDTH):
        yield Bundle(begin // WIDTH, min(WIDTH, size - begin))
    yield from tiles_of(size)


def _add(out: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, _BEGUN)
    packed = name.startswith("tile/entries/")
    info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    info.external_attr = 0o644 << 16
    out.writestr(info, data)
