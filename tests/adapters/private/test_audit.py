"""Looking at every private value again finds what was changed behind the register's back."""

from typing import TYPE_CHECKING

import asyncpg
import msgspec
import pytest
from msgspec import Raw, Struct
from msgspec.structs import replace

from adapters.ledger.postgres import PostgresLedger
from adapters.private.audit import PrivateProblem, audit_private
from adapters.private.erasing import Erasures
from adapters.private.values import PrivateValues
from domain.ports import NewEvent
from tests.adapters.private.keys import MemoryKeys
from tests.adapters.submissions import event, submission
from tests.conftest import SCHEMA, Database

if TYPE_CHECKING:
    Pool = asyncpg.Pool[asyncpg.Record]


class Vault(Struct):
    """Three entries, of which the first and the third have a private value."""

    pool: "Pool"
    keys: MemoryKeys
    values: PrivateValues
    ledger: PostgresLedger
    owner_dsn: str

    async def problems(self) -> tuple[PrivateProblem, ...]:
        erasures = Erasures(self.ledger, self.values)
        everything = await audit_private(self.pool, self.values, erasures, SCHEMA)
        # One entry after the other finds the same, also what lies between two of them.
        one_by_one = await audit_private(self.pool, self.values, erasures, SCHEMA, batch=1)
        assert one_by_one == everything
        return everything

    async def altered(self, sql: str) -> None:
        """What a superuser does who switches the guard off and on again."""
        owner = await asyncpg.connect(self.owner_dsn)
        try:
            guard = f"alter table {SCHEMA}.private_value {{}} trigger append_only"
            await owner.execute(guard.format("disable"))
            await owner.execute(sql)
            await owner.execute(guard.format("enable always"))
        finally:
            await owner.close()


def saying(contact: str) -> NewEvent:
    return replace(event(), private={"contact": Raw(msgspec.json.encode(contact))})


@pytest.fixture
async def vault(pool: "Pool", database: Database) -> Vault:
    keys = MemoryKeys()
    values = PrivateValues(pool, keys)
    ledger = PostgresLedger(pool, seal=values.seal)
    told = event(public=b'{"note":"\\"private\\":{}"}')
    await ledger.append(submission(saying("Ottilie"), told, saying("Adam")))
    return Vault(pool, keys, values, ledger, database.owner_dsn)


async def test_where_all_is_well_nothing_is_found(vault: Vault) -> None:
    assert await vault.problems() == ()


async def test_a_changed_byte_is_found_with_its_entry(vault: Vault) -> None:
    await vault.altered(
        f"update {SCHEMA}.private_value set ciphertext = "
        "set_byte(ciphertext, 20, get_byte(ciphertext, 20) # 1) where position = 3"
    )

    (problem,) = await vault.problems()
    assert (problem.position, problem.field) == (3, "contact")
    assert "changed behind the register's back" in problem.what


async def test_two_swapped_values_are_found(vault: Vault) -> None:
    await vault.altered(
        f"update {SCHEMA}.private_value p set ciphertext = o.ciphertext "
        f"from {SCHEMA}.private_value o where o.position = 4 - p.position"
    )

    assert [problem.position for problem in await vault.problems()] == [1, 3]


async def test_a_value_that_nobody_erased_and_that_is_gone_is_found(vault: Vault) -> None:
    await vault.altered(f"delete from {SCHEMA}.private_value where position = 1")
    await vault.keys.destroy(next(reversed(vault.keys.kept)))

    assert [problem.position for problem in await vault.problems()] == [1, 3]


async def test_a_value_that_no_entry_commits_to_is_found(vault: Vault) -> None:
    await vault.altered(f"insert into {SCHEMA}.private_value values (2, 'contact', '')")

    (problem,) = await vault.problems()
    assert (problem.position, problem.what) == (2, "is sealed here, but the entry commits to none")
