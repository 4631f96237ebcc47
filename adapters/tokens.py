"""Tokens: a program acts with one for an account, until it expires or is revoked."""

import base64
import hashlib
import secrets
import time
import zlib
from datetime import datetime, timedelta

import asyncpg
from msgspec import Struct

from adapters.accounts import Account
from domain.values import CommunityId

TOKEN_PREFIX = "twlt_"  # noqa: S105 - how a token begins, which is no secret
LONGEST = timedelta(days=365)
BELIEVED_FOR = 1.0
"""Seconds after which a token is looked up again: a revoked one opens nothing after that."""
KEPT_AFTER_END = timedelta(days=30)
"""How long it can be seen when a token that expired or was revoked was last used."""
_REMEMBERED = 1_024
_LAST_USE_WITHIN = timedelta(hours=1)
_RANDOM_BYTES, _CHECKSUM_BYTES = 32, 4


class Bearer(Struct, frozen=True):
    """Who came with a token. With a read-only one nothing can be recorded."""

    account: Account
    read_only: bool
    token: int


class KnownToken(Struct, frozen=True):
    """A token as it is listed: everything but the secret. `last_used_at` is exact to an hour."""

    number: int
    pseudonym: str
    read_only: bool
    created_at: datetime
    ends_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    in_force: bool


def is_well_formed(token: str) -> bool:
    """Whether `token` has a token's prefix, length and checksum: a slip is told without a look-up.

    A checksum is no proof of anything: only the table knows whose token it is.
    """
    if not token.startswith(TOKEN_PREFIX):
        return False
    try:
        whole = base64.b64decode(token.removeprefix(TOKEN_PREFIX), altchars=b"-_", validate=True)
    except ValueError:
        return False
    body, checksum = whole[:_RANDOM_BYTES], whole[_RANDOM_BYTES:]
    return len(whole) == _RANDOM_BYTES + _CHECKSUM_BYTES and checksum == _checksum(body)


class PostgresTokens:
    """Tokens in the table of `0003_tokens.sql` and `0005`. Only their SHA-256 is stored."""

    def __init__(self, pool: asyncpg.Pool, schema: str) -> None:
        self._pool, self._schema = pool, schema
        self._recent: dict[bytes, tuple[float, Bearer]] = {}

    async def add(
        self, pseudonym: str, *, lasts: timedelta, read_only: bool = False
    ) -> tuple[int, str] | None:
        """A new token of an open account: its number, and itself, which is shown this once.

        None when there is no such open account. `lasts` is at most `LONGEST`. Tokens of whoever
        that ended more than `KEPT_AFTER_END` ago are deleted with it.
        """
        token = _mint()
        number = await self._pool.fetchval(
            f"with over as (delete from {self._schema}.token "
            "where least(ends_at, revoked_at) < statement_timestamp() - $5::interval) "
            f"insert into {self._schema}.token "
            "(token_hash, pseudonym, read_only, created_at, ends_at) "
            "select $1, pseudonym, $3, statement_timestamp(), statement_timestamp() + $4 "
            f"from {self._schema}.account where pseudonym = $2 and closed_at is null "
            "returning number",
            _hash(token),
            pseudonym,
            read_only,
            lasts,
            KEPT_AFTER_END,
        )
        return None if number is None else (number, token)

    async def list(self) -> tuple[KnownToken, ...]:
        """Those in force and those that ended lately, the newest last."""
        rows = await self._pool.fetch(
            "select number, pseudonym, read_only, token.created_at, ends_at, revoked_at, "
            "last_used_at, revoked_at is null and closed_at is null "
            "and ends_at > clock_timestamp() as in_force "
            f"from {self._schema}.token join {self._schema}.account using (pseudonym) "
            "order by number"
        )
        return tuple(KnownToken(**row) for row in rows)

    async def revoke(self, number: int) -> bool:
        """End a token; it opens nothing after `BELIEVED_FOR`. False when it is not in force."""
        found = await self._pool.fetchval(
            f"update {self._schema}.token set revoked_at = clock_timestamp() "
            "where number = $1 and revoked_at is null and ends_at > clock_timestamp() "
            "returning number",
            number,
        )
        return found is not None

    async def revoke_all_of(self, pseudonym: str) -> None:
        """End every token of an account."""
        await self._pool.execute(
            f"update {self._schema}.token set revoked_at = clock_timestamp() "
            "where pseudonym = $1 and revoked_at is null",
            pseudonym,
        )

    async def whose(self, token: str) -> Bearer | None:
        """Who acts with `token`, as it stood at most `BELIEVED_FOR` seconds ago.

        None for one that never was, has expired or is revoked, or whose account is closed.
        """
        digest, now = _hash(token), time.monotonic()
        known = self._recent.get(digest)
        if known is not None and now - known[0] < BELIEVED_FOR:
            return known[1]
        bearer = await self._look_up(digest)
        # Unknown ones are not remembered: a flood of them shall not push out the others.
        self._recent.pop(digest, None)
        if bearer is not None:
            self._recent[digest] = (now, bearer)
            if len(self._recent) > _REMEMBERED:
                del self._recent[next(iter(self._recent))]
        return bearer

    async def _look_up(self, digest: bytes) -> Bearer | None:
        row = await self._pool.fetchrow(
            "select number, read_only, pseudonym, role, community, community_name, "
            "last_used_at is null or last_used_at < clock_timestamp() - $2::interval as unnoted "
            f"from {self._schema}.token join {self._schema}.account using (pseudonym) "
            "where token_hash = $1 and revoked_at is null and closed_at is null "
            "and ends_at > clock_timestamp()",
            digest,
            _LAST_USE_WITHIN,
        )
        if row is None:
            return None
        if row["unnoted"]:
            await self._pool.execute(
                f"update {self._schema}.token set last_used_at = clock_timestamp() "
                "where number = $1",
                row["number"],
            )
        account = Account(
            row["pseudonym"], row["role"], CommunityId(row["community"]), row["community_name"]
        )
        return Bearer(account, row["read_only"], row["number"])


def _mint() -> str:
    body = secrets.token_bytes(_RANDOM_BYTES)
    return TOKEN_PREFIX + base64.urlsafe_b64encode(body + _checksum(body)).decode()


def _checksum(body: bytes) -> bytes:
    return zlib.crc32(TOKEN_PREFIX.encode() + body).to_bytes(_CHECKSUM_BYTES, "big")


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
