"""Accounts of those who record: a pseudonym, a role, a community, and a key that only they know."""

import hashlib
import secrets
from datetime import timedelta

import asyncpg
from msgspec import Struct

from domain.values import CommunityId, Role

KEY_PREFIX = "twl_"
SESSION_LASTS = timedelta(hours=8)


class Account(Struct, frozen=True):
    """Who records. `community` is empty for officers, approvers and administrators."""

    pseudonym: str
    role: Role
    community: CommunityId
    community_name: str


class RegisterName(Struct, frozen=True):
    """What this register is called; `demo` is true for the demonstration."""

    name: str
    demo: bool


class PseudonymTaken(Exception):
    """There is such an account already; nothing was changed."""

    def __init__(self, pseudonym: str) -> None:
        super().__init__(f"The account {pseudonym!r} exists already. Choose another pseudonym.")
        self.pseudonym = pseudonym


class PostgresAccounts:
    """Accounts and sessions in the tables of `0002_accounts.sql`.

    Only hashes of keys and tokens are stored: they are 256 random bits, so SHA-256 is enough.
    """

    def __init__(self, pool: asyncpg.Pool, schema: str) -> None:
        self._pool, self._schema = pool, schema

    async def name_register(self, name: str, *, demo: bool) -> RegisterName:
        """Name the register once; the name it has already stays. Returns the one in force."""
        await self._pool.execute(
            f"insert into {self._schema}.register (name, demo) values ($1, $2) "
            "on conflict do nothing",
            name,
            demo,
        )
        named = await self.register()
        if named is None:
            raise AssertionError("the row was inserted or there before")
        return named

    async def register(self) -> RegisterName | None:
        """The register's name, None before `init` or `demo`."""
        row = await self._pool.fetchrow(f"select name, demo from {self._schema}.register")
        return None if row is None else RegisterName(row["name"], row["demo"])

    async def found(self, name: str, first: Account) -> str | None:
        """Name an own register and add its first account, both or nothing; the account's key.

        None when the register has a name already.
        """
        key = KEY_PREFIX + secrets.token_urlsafe(32)
        made = await self._pool.fetchval(
            f"with named as (insert into {self._schema}.register (name, demo) values ($1, false) "
            "on conflict do nothing returning name) "
            f"insert into {self._schema}.account "
            "(pseudonym, role, community, community_name, key_hash) "
            "select $2, $3, $4, $5, $6 from named returning pseudonym",
            name,
            first.pseudonym,
            first.role,
            first.community,
            first.community_name,
            _hash(key),
        )
        return key if made else None

    async def add(self, account: Account) -> str:
        """Store the account and return its key, which is shown this once and never again."""
        key = KEY_PREFIX + secrets.token_urlsafe(32)
        try:
            await self._pool.execute(
                f"insert into {self._schema}.account "
                "(pseudonym, role, community, community_name, key_hash) "
                "values ($1, $2, $3, $4, $5)",
                account.pseudonym,
                account.role,
                account.community,
                account.community_name,
                _hash(key),
            )
        except asyncpg.UniqueViolationError:
            raise PseudonymTaken(account.pseudonym) from None
        return key

    async def renew_key(self, pseudonym: str) -> str | None:
        """Give an open account a new key; None when there is none.

        The old key and the sessions end at once, its tokens within a second.
        """
        key = KEY_PREFIX + secrets.token_urlsafe(32)
        found = await self._pool.fetchval(
            f"with ended as (delete from {self._schema}.session where pseudonym = $1), "
            f"revoked as (update {self._schema}.token set revoked_at = clock_timestamp() "
            "where pseudonym = $1 and revoked_at is null) "
            f"update {self._schema}.account set key_hash = $2 "
            "where pseudonym = $1 and closed_at is null returning pseudonym",
            pseudonym,
            _hash(key),
        )
        return key if found else None

    async def close(self, pseudonym: str) -> bool:
        """Close an account, as `renew_key`; what it recorded stays. False when not open."""
        found = await self._pool.fetchval(
            f"with ended as (delete from {self._schema}.session where pseudonym = $1), "
            f"revoked as (update {self._schema}.token set revoked_at = clock_timestamp() "
            "where pseudonym = $1 and revoked_at is null) "
            f"update {self._schema}.account set closed_at = clock_timestamp() "
            "where pseudonym = $1 and closed_at is null returning pseudonym",
            pseudonym,
        )
        return found is not None

    async def list(self) -> tuple[tuple[Account, bool], ...]:
        """All accounts by pseudonym, with whether each is open."""
        rows = await self._pool.fetch(
            "select pseudonym, role, community, community_name, closed_at is null as open "
            f"from {self._schema}.account order by pseudonym"
        )
        return tuple((_account(row), row["open"]) for row in rows)

    async def find(self, key: str) -> Account | None:
        """The open account with this key."""
        row = await self._pool.fetchrow(
            "select pseudonym, role, community, community_name "
            f"from {self._schema}.account where key_hash = $1 and closed_at is null",
            _hash(key),
        )
        return None if row is None else _account(row)

    async def open_session(self, account: Account) -> str:
        """A token that stands for the account for eight hours."""
        token = secrets.token_urlsafe(32)
        await self._pool.execute(
            f"with over as (delete from {self._schema}.session where ends_at < clock_timestamp()) "
            f"insert into {self._schema}.session values ($1, $2, clock_timestamp() + $3)",
            _hash(token),
            account.pseudonym,
            SESSION_LASTS,
        )
        return token

    async def session(self, token: str) -> Account | None:
        """Whose session the token is, while it lasts and the account is open."""
        row = await self._pool.fetchrow(
            "select pseudonym, role, community, community_name "
            f"from {self._schema}.session join {self._schema}.account using (pseudonym) "
            "where token_hash = $1 and ends_at > clock_timestamp() and closed_at is null",
            _hash(token),
        )
        return None if row is None else _account(row)

    async def close_session(self, token: str) -> None:
        """End a session; unknown ones are no error."""
        await self._pool.execute(
            f"delete from {self._schema}.session where token_hash = $1",
            _hash(token),
        )


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _account(row: asyncpg.Record) -> Account:
    return Account(
        row["pseudonym"], row["role"], CommunityId(row["community"]), row["community_name"]
    )
