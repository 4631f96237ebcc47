import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from adapters.notary.keys import signers_in
from adapters.postgres.pool import open_pool
from domain.transparency.note import format_vkey
from tests.adapters.notary.desk import SCHEMA
from tests.conftest import TestServer, renamed
from tests.verifier.auditor import Auditor
from tests.verifier.ledger import Outsider, SignedLedger, fill_and_sign
from tests.verifier.register import Register, first, leaf


@pytest.fixture
def auditor(tmp_path: Path) -> Auditor:
    return Auditor(tmp_path)


@pytest.fixture(scope="session")
def register() -> Register:
    """Two full tiles and a part of a third."""
    return first(600)


@pytest.fixture(scope="session")
def rewritten(register: Register) -> Register:
    """The same key signs another history: entry 300 is another one, and all hashes are right."""
    leaves = list(register.leaves)
    leaves[299] = leaf(300, "as if it had always been so")
    return Register(leaves)


@pytest.fixture(scope="session")
async def signed_once(
    server: TestServer, template: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    """A database with a signed ledger, of which each test gets a copy, and its notary's folder."""
    name, folder = f"{template}_signed", tmp_path_factory.mktemp("notary") / "notary"
    await _create(server, name, template)
    async with await open_pool(renamed(server.superuser_dsn, database=name)) as pool:
        await fill_and_sign(pool, folder)
    return name, folder


@pytest.fixture
async def ledger(
    server: TestServer, signed_once: tuple[str, Path], tmp_path: Path
) -> AsyncIterator[SignedLedger]:
    """A ledger of 5,200 entries, all of them signed."""
    template, folder = signed_once
    name = f"twl_test_{server.run}_copy"
    await _create(server, name, template)
    shutil.copytree(folder, tmp_path / "notary")
    dsn = renamed(server.superuser_dsn, database=name)
    async with await open_pool(dsn) as pool:
        yield SignedLedger(pool, dsn, tmp_path / "notary", tmp_path / "verified")
    admin = await asyncpg.connect(server.superuser_dsn)
    await admin.execute(f"drop database {name} with (force)")
    await admin.close()


@pytest.fixture
def outsider(ledger: SignedLedger, tmp_path: Path) -> Outsider:
    (signer,) = signers_in(ledger.notary, schema=SCHEMA, origin=None)
    return Outsider(format_vkey(signer.key), tmp_path / "outsider")


async def _create(server: TestServer, name: str, template: str) -> None:
    admin = await asyncpg.connect(server.superuser_dsn)
    await admin.execute(f"create database {name} template {template}")
    await admin.close()
