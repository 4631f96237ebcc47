"""A notary on a real ledger, with calls that can fail before or after they took effect."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import asyncpg

from adapters.ledger import PostgresLedger
from adapters.notary.entries import StoredEntries
from adapters.notary.keys import signers_in
from adapters.notary.notary import Notary
from adapters.notary.published import PublishedLog
from adapters.notary.state import NotaryState, StateFile, owned
from adapters.signing.ed25519 import verify
from domain.transparency.checkpoint import Checkpoint
from domain.transparency.policy import LogKey, Policy, verify_checkpoint
from domain.transparency.proof_file import parse_proof, verify_proof
from domain.transparency.tree import leaf_hash
from tests.adapters.submissions import event, submission

Fails = Literal["before", "after"]
SCHEMA = "twinledger"


class Broken(Exception):
    """A call that failed."""


class FailingState(StateFile):
    """A state file whose next save fails, before or after it took effect."""

    fails: Fails | None = None

    def save(self, state: NotaryState) -> None:
        fails, self.fails = self.fails, None
        if fails == "before":
            raise Broken
        super().save(state)
        if fails == "after":
            raise Broken


class FailingLog(PublishedLog):
    """A log whose next publishing fails, before or after it took effect."""

    fails: Fails | None = None

    async def publish(self, *args: Any, **more: Any) -> None:
        fails, self.fails = self.fails, None
        if fails == "before":
            raise Broken
        await super().publish(*args, **more)
        if fails == "after":
            raise Broken


class NotaryDesk:
    """A notary with its folder and its ledger."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", folder: Path) -> None:
        self.pool, self.folder = pool, folder
        self.state = FailingState(folder)
        self.log = FailingLog(pool)
        signers = signers_in(folder, schema=SCHEMA, origin=None)
        self.notary = Notary(StoredEntries(pool), self.log, self.state, signers)
        self.policy = Policy((LogKey(signers[0].key),))

    async def load(self) -> int:
        """Load; how many entries are signed then."""
        return (await self.notary.load()).size

    async def sign(self) -> int:
        """Load and sign what is there; how many entries are signed then."""
        await self.notary.load()
        return (await self.notary.step()).size

    async def checkpoint(self) -> Checkpoint | None:
        """What everybody may read, verified."""
        published = await self.log.latest()
        if published is None:
            return None
        return verify_checkpoint(published.cosigned, self.policy, verify).checkpoint

    async def verified(self, position: int) -> Checkpoint:
        """The checkpoint under which an entry is proven by what everybody may read."""
        latest = await self.log.latest()
        assert latest is not None
        proof = parse_proof(await self.log.proof(position, latest))
        leaf = await self.pool.fetchval(
            "select leaf from twinledger.event where position = $1", position
        )
        return verify_proof(proof, leaf_hash(leaf), self.policy, verify).checkpoint


@asynccontextmanager
async def at_the_notary(
    pool: "asyncpg.Pool[asyncpg.Record]", folder: Path
) -> AsyncIterator[NotaryDesk]:
    with owned(folder):
        yield NotaryDesk(pool, folder)


async def record(pool: "asyncpg.Pool[asyncpg.Record]", count: int) -> None:
    """Append so many entries."""
    ledger = PostgresLedger(pool)
    at_once = 500
    for begin in range(0, count, at_once):
        events = tuple(event(f"n:{begin}") for _ in range(min(at_once, count - begin)))
        await ledger.append(submission(*events))


async def altered(owner_dsn: str, *statements: str, tables: Sequence[str] = ("event",)) -> None:
    """What a superuser does who switches the guards off and on again."""
    connection = await asyncpg.connect(owner_dsn)
    try:
        for table in tables:
            await connection.execute(f"alter table twinledger.{table} disable trigger append_only")
        for statement in statements:
            await connection.execute(statement)
        for table in tables:
            await connection.execute(
                f"alter table twinledger.{table} enable always trigger append_only"
            )
    finally:
        await connection.close()
