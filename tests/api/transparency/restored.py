"""Registers that are not the one that was signed, and how they are served."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import asyncpg
from msgspec.structs import replace

from adapters.ledger import PostgresLedger
from adapters.notary.guarded import GuardedLedger
from adapters.notary.standing import Standings
from api.services import Services
from tests.adapters.notary.desk import altered
from tests.api.desk import services_on

BEHIND = (
    "create table public.kept as select * from twinledger.event where position > 1",
    "delete from twinledger.event where position > 1",
    "update twinledger.head set size = 1",
)
BROUGHT_BACK = (
    "insert into twinledger.event select * from public.kept",
    "update twinledger.head set size = (select max(position) from public.kept)",
)


def rewritten(position: int) -> tuple[str, str]:
    """Another word in the entry at `position`, with the hash that goes with it."""
    new = "convert_to(replace(convert_from(leaf, 'UTF8'), 'Town', 'Dorf'), 'UTF8')"
    entry = f"update twinledger.event set leaf = {new} where position = {position}"
    leaf_hash = "update twinledger.event set leaf_hash = sha256('\\x00'::bytea || leaf)"
    return entry, f"{leaf_hash} where position = {position}"


def guarded(services: Services, pool: "asyncpg.Pool[asyncpg.Record]", folder: Path) -> Services:
    """As `wiring.py` serves it, but that how the ledger stands is looked at each time."""
    standings = Standings(pool, folder=folder, clock=count(step=10).__next__)
    ledger = GuardedLedger(PostgresLedger(pool), standings.require_open)
    return replace(services, ledger=ledger, standing=standings.now)


def guarded_on(
    pool: "asyncpg.Pool[asyncpg.Record]", folder: Path, *, demo: bool = True
) -> Services:
    """A register whose notary is in `folder`."""
    return guarded(services_on(pool, demo=demo), pool, folder)


@asynccontextmanager
async def restored(owner_dsn: str, kind: str, folder: Path) -> AsyncIterator[None]:
    """A ledger `behind` its state or `forked` from it, or a state that is `cut short` or `no file`;
    at the end all but a fork is put right.
    """
    state = folder / "state.json"
    kept = state.read_bytes()
    match kind:
        case "behind":
            await altered(owner_dsn, *BEHIND)
        case "forked":
            await altered(owner_dsn, *rewritten(3))
        case "cut short":
            state.write_bytes(kept[: len(kept) // 2])
        case "no file":
            state.unlink()
            state.mkdir()
    yield
    if kind == "behind":
        await altered(owner_dsn, *BROUGHT_BACK)
    if state.is_dir():
        state.rmdir()
    state.write_bytes(kept)
