"""The register's own database, held against what was signed of it, by the verifier of outsiders."""

import argparse
import asyncio
import sys
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

from adapters.migrate import check_name
from adapters.notary.keys import KEY, SECOND_KEY
from adapters.notary.published import Published, PublishedLog
from adapters.notary.state import NotaryState, read_state
from adapters.signing.key_file import load_signer
from api.verifier import twinledger_verify as standalone
from api.verifier.twinledger_verify import Answer, Files, Known, NotVerified, Verified, Work
from api.verifier.witnessed import witnesses_of
from domain.transparency.note import format_vkey
from domain.transparency.policy import AskedWitnesses
from domain.transparency.tiles import WIDTH, Bundle, bundle_data, parse_path

T = TypeVar("T")

_LEAVES = """
    select position, substring(leaf for 65535) from {schema}.event
    where position > $1 and position <= $2
"""
_LEAF_HASHES = """
    select position, leaf_hash from {schema}.event where position > $1 and position <= $2
"""


class StoredLog(Files):
    """The tables of the ledger as a bundle: each row as it stands, and not as it should.

    Read by the verifier in a thread of its own, while `loop` asks the database.
    """

    def __init__(
        self,
        pool: "asyncpg.Pool[asyncpg.Record]",
        schema: str,
        latest: Published,
        earlier: Sequence[tuple[int, bytes]],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        check_name("schema", schema)
        self.count = sys.maxsize
        self._pool, self._schema, self._loop = pool, schema, loop
        self._log = PublishedLog(pool, schema=schema)
        self._notes = {f"checkpoints/{size}": note for size, note in earlier}
        self._notes["checkpoint"] = latest.cosigned
        self._ended = False

    def close(self) -> None:
        """Nothing is read any more."""
        self._ended = True

    def names(self, prefix: str) -> list[str]:
        return [name for name in self._notes if name.startswith(prefix)]

    def read(self, name: str, most: int = 1 << 20) -> bytes | None:
        if self._ended:
            raise standalone.CannotTell("It was stopped", "Start it again.")
        if not name.startswith("tile/"):
            return self._notes.get(name)
        tile = parse_path(name)
        begin, width = tile.index * WIDTH, tile.width
        if isinstance(tile, Bundle):
            # An entry that is missing stands there as one without a byte, which none ever is.
            return bundle_data(self._column(_LEAVES, begin, width, missing=b""))
        if tile.level == 0:
            hashes = self._column(_LEAF_HASHES, begin, width, missing=bytes(32))
        else:
            stored = self._ask(self._log.tile_hashes(tile.level, begin, begin + width))
            hashes = [stored.get(index, bytes(32)) for index in range(begin, begin + width)]
        return b"".join(each if len(each) == 32 else bytes(32) for each in hashes)

    def _column(self, sql: str, begin: int, width: int, *, missing: bytes) -> list[bytes]:
        asked = self._pool.fetch(sql.format(schema=self._schema), begin, begin + width)
        rows = {row[0]: row[1] for row in self._ask(asked)}
        return [rows.get(position, missing) for position in range(begin + 1, begin + width + 1)]

    def _ask(self, question: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(question, self._loop).result()


async def against_what_was_signed(
    pool: "asyncpg.Pool[asyncpg.Record]",
    schema: str,
    *,
    notary: Path,
    remembered: Path,
    keys: Sequence[str] = (),
    witnesses: AskedWitnesses | None = None,
) -> Answer | None:
    """Whether the ledger is what was signed; None where nothing of it was signed yet.

    Trusts `keys`, else those in the folder of the `notary`, else those `remembered`; never what
    the database says. What the notary keeps in its folder counts beside the database. Which of the
    `witnesses` have signed is told; where none are named, which of those that the notary asks by
    the database's own word, and then whose word that is.
    """
    log = PublishedLog(pool, schema=schema)
    latest, state = await log.latest(), read_state(notary)
    signed = state if state is not None and state.size else None
    if latest is None:
        return _gone(signed, remembered)
    earlier = await log.earlier(latest, standalone.WIDTH)
    asked = argparse.Namespace(
        key=keys or _keys_in(notary), policy=None, state=remembered, bundle=None
    )
    cities = await witnesses_of(log, latest, witnesses)
    if cities.best.size < latest.size:
        earlier.append((cities.best.size, cities.best.note))
    loop = asyncio.get_running_loop()
    files = StoredLog(pool, schema, latest, earlier, loop)
    also = [_as_known(signed)] if signed is not None and signed.origin == latest.origin else []

    def look(work: Work) -> Verified:
        held = work.register(files, also=also)
        what = f"The first {held.bundle.size:,} entries are those that were signed"
        logs = held.signed.policy.logs
        notes = [*cities.before(latest, logs), *cities.notes, *held.notes]
        return Verified(what, cities.on(latest, logs), notes)

    try:
        return await asyncio.to_thread(standalone.answer_to, look, asked)
    finally:
        files.close()


def _gone(signed: NotaryState | None, remembered: Path) -> NotVerified | None:
    size = signed.size if signed is not None else 0
    if not size and not any(remembered.glob("*/checkpoint")):
        return None
    return NotVerified(
        "Nothing in the database is signed any more, and its entries were",
        standalone.KEEP,
        [
            standalone.Place(
                1, size, "the checkpoint over them is gone", "the checkpoint over it is gone"
            )
        ]
        if size
        else (),
    )


def _as_known(state: NotaryState) -> Known:
    return Known(state.size, state.root, state.note, "signed by its notary")


def _keys_in(notary: Path) -> list[str]:
    """The public halves of the keys that lie there; none where this user may not read them."""
    files = [notary / name for name in (KEY, SECOND_KEY)]
    return [format_vkey(load_signer(file).key) for file in files if _readable(file)]


def _readable(file: Path) -> bool:
    try:
        file.open("rb").close()
    except OSError:
        return False
    return True
