"""A real ledger that is signed, and all that looks for changes in it."""

import argparse
import io
import zipfile
from pathlib import Path
from typing import TypeAlias

import asyncpg

from adapters.bundles import bundle
from adapters.ledger.audit import Audit, audit
from adapters.notary.published import PublishedLog
from api.verifier import twinledger_verify as standalone
from api.verifier.stored import against_what_was_signed
from api.verifier.twinledger_verify import Answer
from tests.adapters.notary.desk import SCHEMA, at_the_notary, record
from tests.verifier.register import FilesInMemory

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

STEPS = (1_000, 2_304, 3_800, 5_000, 5_200)
"""How many entries there are each time that the notary signs. Each of 500 came in one append."""
SIZE = STEPS[-1]
TABLES = (
    *("event", "event_tag", "command_key", "head"),
    *("checkpoint", "tile_hash", "log_key"),
)


async def fill_and_sign(pool: Pool, folder: Path) -> None:
    """Append `SIZE` entries, signed by the notary of `folder` at each of the steps."""
    async with at_the_notary(pool, folder) as notary:
        await notary.load()
        done = 0
        for size in STEPS:
            await record(pool, size - done)
            await notary.notary.step()
            done = size


class SignedLedger:
    """A ledger as its keeper, and everybody else, may look at it."""

    def __init__(self, pool: Pool, owner_dsn: str, notary: Path, remembered: Path) -> None:
        self.pool, self.owner_dsn = pool, owner_dsn
        self.notary, self.remembered = notary, remembered

    async def columns(self) -> Audit:
        """What `twinledger verify` says of the columns."""
        return await audit(self.pool, SCHEMA, lambda _done, _all: None)

    async def signed(self) -> Answer | None:
        """What it says of the entries, held against what was signed."""
        return await against_what_was_signed(
            self.pool, SCHEMA, notary=self.notary, remembered=self.remembered
        )

    async def files(self) -> dict[str, bytes]:
        """Its bundle, as whoever downloads it unpacks it."""
        log = PublishedLog(self.pool, schema=SCHEMA)
        latest = await log.latest()
        assert latest is not None
        packed = b"".join([piece async for piece in bundle(log, latest)])
        with zipfile.ZipFile(io.BytesIO(packed)) as opened:
            return {name: opened.read(name) for name in opened.namelist()}

    async def tampered(self, *statements: str) -> None:
        """A superuser switches the guards off, does this, and switches them on again."""
        connection = await asyncpg.connect(self.owner_dsn)
        try:
            await without_guards(connection, *statements)
        finally:
            await connection.close()


async def without_guards(connection: Connection, *statements: str) -> None:
    await connection.execute(f"set search_path = {SCHEMA}")
    for table in TABLES:
        await connection.execute(f"alter table {table} disable trigger append_only")
    for statement in statements:
        await connection.execute(statement)
    for table in TABLES:
        await connection.execute(f"alter table {table} enable always trigger append_only")


class Outsider:
    """Somebody who verified the register once, and does so again."""

    def __init__(self, key: str, folder: Path) -> None:
        self._asked = argparse.Namespace(key=[key], policy=None, state=folder, bundle=None)

    def looks_at(self, files: dict[str, bytes]) -> Answer:
        def look(work: standalone.Work) -> standalone.Verified:
            held = work.register(FilesInMemory(files))
            return standalone.Verified("it", held.signed, held.notes)

        return standalone.answer_to(look, self._asked)
