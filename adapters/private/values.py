"""The private values of one register: sealed on their way in, opened again, erased."""

from collections.abc import Sequence
from typing import Literal

import asyncpg
import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from adapters.migrate import check_name
from adapters.private.sealing import KEY_SIZE, Altered, seal, unseal
from domain.ports import Recorded
from domain.private import Committed, KeyStore

_OF = """
    select position, field, ciphertext from {schema}.private_value
    where position = any($1::bigint[])
"""
_ERASE = "select {schema}.erase_private($1, $2)"
_HELD = """
    select u.position, u.field from unnest($1::bigint[], $2::text[]) u (position, field)
    where exists (
        select from {schema}.private_value p where p.position = u.position and p.field = u.field
    )
"""


class Place(Struct, frozen=True):
    """Where a private value stands: the entry that commits to it, and the field."""

    position: int
    field: str
    commitment: str


class Opened(Struct, frozen=True):
    """A private value as it was found: `value` where it is `kept`, else why there is none.

    `unreadable`: its key or its sealed bytes are gone, or cannot be read here. `altered`: they
    are not what was committed.
    """

    found: Literal["kept", "unreadable", "altered"]
    value: str = ""


class PrivateValues:
    """Opens and erases what `seal` closed. A key without its row, or a row without its key, is
    nothing: only together they are a value.
    """

    def __init__(
        self, pool: "asyncpg.Pool[asyncpg.Record]", keys: KeyStore, *, schema: str = "twinledger"
    ) -> None:
        check_name("schema", schema)
        self._pool, self._keys = pool, keys
        self._of, self._erase = _OF.format(schema=schema), _ERASE.format(schema=schema)
        self._held = _HELD.format(schema=schema)

    async def seal(self, committed: Committed) -> bytes:
        """A `domain.private.Seal`: the key is durable before anything is recorded."""
        key = AESGCM.generate_key(KEY_SIZE * 8)
        await self._keys.keep(committed.commitment, key)
        return seal(committed, key)

    async def read(self, places: Sequence[Place]) -> dict[Place, Opened]:
        """Each of `places`, held against its commitment."""
        rows = await self._pool.fetch(self._of, sorted({place.position for place in places}))
        sealed = {(row["position"], row["field"]): row["ciphertext"] for row in rows}
        return {
            place: await self._opened(place, sealed.get((place.position, place.field)))
            for place in places
        }

    async def _opened(self, place: Place, sealed: bytes | None) -> Opened:
        try:
            key = await self._keys.find(place.commitment)
        except OSError:  # without it the page goes on, and the value stays as closed
            key = None
        if key is None or sealed is None:
            return Opened("unreadable")
        try:
            value = unseal(place.field, place.commitment, sealed, key)
        except Altered:
            return Opened("altered")
        return Opened("kept", msgspec.json.decode(value, type=str))

    async def erase(self, place: Place) -> None:
        """Destroy the key, then remove what it opened. Repeating it is no error.

        The key goes first: should this end in between, what is left can be read by nobody.
        """
        await self._keys.destroy(place.commitment)
        await self._pool.execute(self._erase, place.position, place.field)

    async def left_of(self, places: Sequence[Place]) -> tuple[Place, ...]:
        """Those of which a key or a row is still there."""
        rows = await self._pool.fetch(
            self._held, [place.position for place in places], [place.field for place in places]
        )
        held = {(row["position"], row["field"]) for row in rows}
        return tuple(
            [
                place
                for place in places
                if (place.position, place.field) in held or await self._has_key(place)
            ]
        )

    async def _has_key(self, place: Place) -> bool:
        try:
            return await self._keys.find(place.commitment) is not None
        except OSError:  # it cannot be looked for: nobody knows that it is gone
            return True


def places_of(entry: Recorded) -> tuple[Place, ...]:
    """The private values to which an entry commits."""
    return tuple(
        Place(entry.position, field, commitment) for field, commitment in entry.private.items()
    )
