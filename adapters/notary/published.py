"""The log as everybody may read it: the last signed checkpoint, its tiles, entries and proofs."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache

import asyncpg
from msgspec import Struct

from adapters.migrate import check_name
from adapters.notary.errors import AnotherNotary, LogUnreadable, TileChanged
from adapters.notary.growing import TileHash
from adapters.notary.lost import LostEntries
from adapters.notary.tiles import StoredTiles
from adapters.postgres.times import held_or_first
from domain.transparency.checkpoint import Checkpoint, parse_checkpoint
from domain.transparency.cosignature import time_of
from domain.transparency.errors import NotProven, OutsideTree
from domain.transparency.note import (
    VerifierKey,
    format_vkey,
    parse_note,
    parse_signature,
    parse_vkey,
)
from domain.transparency.policy import (
    AskedWitnesses,
    LogKey,
    Policy,
    Witnessed,
    format_policy,
    parse_witnesses,
)
from domain.transparency.proof_file import ProofFile, format_proof
from domain.transparency.proofs import (
    NodeReader,
    Span,
    consistency_proof,
    consistency_spans,
    hash_of,
    inclusion_proof,
    inclusion_spans,
    verify_inclusion,
)
from domain.transparency.tiles import (
    WIDTH,
    Bundle,
    Tile,
    in_tree,
    node_reader,
    tile_of,
)
from domain.transparency.tree import index_of

# Of each witness the last signature only: a note holds a hundred.
_CHECKPOINT = f"""
    select origin, size, note, {held_or_first("published_at")} as published_at, array(
        select distinct on (s.name, s.key_id) line from {{schema}}.cosignature s
        where s.origin = c.origin and s.size = c.size order by s.name, s.key_id, s.at desc
    ) as cosignatures
    from {{schema}}.checkpoint c
"""
_LATEST = _CHECKPOINT + "order by number desc limit 1"
_OF_SIZE = _CHECKPOINT + "where origin = $1 and size = $2"
_COSIGNED = """
    select size from {schema}.cosignature
    where origin = $1 and size >= $2
    and (name, key_id) in (select * from unnest($3::text[], $4::bytea[]))
    group by size having count(distinct (name, key_id)) >= $5 order by size desc limit 1
"""
_WITNESSES = "select policy from {schema}.witness_policy order by number desc limit 1"
# The last of each of as many stretches of the log.
_EARLIER = """
    select distinct on (size * $3 / $2) size, note from {schema}.checkpoint
    where origin = $1 and size < $2 order by size * $3 / $2, size desc
"""
_KEYS = f"""
    select origin, vkey, last_size, {held_or_first("announced_at")}
    from {{schema}}.log_key order by number
"""
# A log that takes the place of another one over the same entries finds theirs there.
_ADD_HASHES = """
    insert into {schema}.tile_hash (level, index, hash)
    select unnest($1::smallint[]), unnest($2::bigint[]), unnest($3::bytea[])
    on conflict do nothing
"""
_OTHER_HASH = """
    select level, index, made.hash
    from unnest($1::smallint[], $2::bigint[], $3::bytea[]) as made(level, index, hash)
    join {schema}.tile_hash stored using (level, index)
    where stored.hash <> made.hash order by level, index limit 1
"""
_ADD_KEY = "insert into {schema}.log_key (origin, vkey, last_size) values ($1, $2, $3)"
_ADD_CHECKPOINT = "insert into {schema}.checkpoint (origin, size, note) values ($1, $2, $3)"
# One publishes at a time; behind a pooler too, for the lock ends with the transaction.
_ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtext('twinledger notary'), hashtext($1))"


class Published(Struct, frozen=True):
    """A checkpoint that everybody may read: `note` as the log signed it, then the cosignatures."""

    origin: str
    size: int
    note: bytes
    published_at: datetime
    cosignatures: Sequence[str] = ()

    @property
    def cosigned(self) -> bytes:
        """The note with the lines of all who signed it. None of them is verified here."""
        return self.note + "".join(f"{line}\n" for line in self.cosignatures).encode()

    def require_readable(self) -> None:
        """Raise `LogUnreadable` where the note is no checkpoint of this origin and size. Whether a
        key has signed it is not verified here.
        """
        try:
            said = parse_checkpoint(parse_note(self.note).text)
        except NotProven as error:
            raise LogUnreadable(
                f"The last checkpoint cannot be read as it stands in the database. {error.problem}"
            ) from error
        if (said.origin, said.size) != (self.origin, self.size):
            raise LogUnreadable(
                f"The last checkpoint is stored as one over {self.size} entries of "
                f"{self.origin!r}, and says that it is over {said.size} of {said.origin!r}."
            )

    @property
    def witnesses(self) -> tuple[Witnessed, ...]:
        """Who cosigned it, each with the last time that they say. None of them is verified here."""
        signed = (parse_signature(line) for line in self.cosignatures)
        last = {one.name: time_of(one) for one in signed}
        return tuple(Witnessed(name, time) for name, time in last.items())


class AnnouncedKey(Struct, frozen=True):
    """A public key of the log, as text; with `last_size` it was replaced after that tree."""

    origin: str
    vkey: str
    last_size: int | None
    announced_at: datetime


class PublishedLog:
    """What the notary has published of the ledger in `schema`. Nothing here is believed: whoever
    verifies does so against a key that they have from elsewhere. `lost` is what was signed and is
    not there any more.
    """

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", *, schema: str = "twinledger") -> None:
        check_name("schema", schema)
        self._pool, self._schema = pool, schema
        self._stored = StoredTiles(pool, schema=schema)
        self.lost = LostEntries(pool, schema=schema)

    async def latest(self) -> Published | None:
        """The checkpoint that was published last; None before the first."""
        row = await self._pool.fetchrow(_LATEST.format(schema=self._schema))
        return None if row is None else Published(*row)

    async def best_over(self, position: int) -> Published | None:
        """Under which checkpoint an entry is proven best: the last that enough of the witnesses
        have signed, where one covers it, or else the last.
        """
        latest, asked = await self.latest(), await self._asked()
        if latest is None or not asked.witnesses:
            return latest
        names = [one.key.name for one in asked.witnesses]
        keys = [one.key.key_id for one in asked.witnesses]
        sql, enough = _COSIGNED.format(schema=self._schema), max(asked.quorum, 1)
        size = await self._pool.fetchval(sql, latest.origin, position, names, keys, enough)
        if size is None:
            return latest
        row = await self._pool.fetchrow(_OF_SIZE.format(schema=self._schema), latest.origin, size)
        return latest if row is None else Published(*row)

    async def earlier(self, latest: Published, most: int) -> list[tuple[int, bytes]]:
        """Size and note of checkpoints before `latest`, at most so many, spread over the log."""
        sql = _EARLIER.format(schema=self._schema)
        return [tuple(row) for row in await self._pool.fetch(sql, latest.origin, latest.size, most)]

    async def keys(self) -> list[AnnouncedKey]:
        """Every key that was announced, in order; the last word on each counts."""
        rows = await self._pool.fetch(_KEYS.format(schema=self._schema))
        return [AnnouncedKey(*row) for row in rows]

    async def end_key(self, key: AnnouncedKey, last_size: int) -> None:
        """Say of a key that what it signs of a tree larger than `last_size` counts for nothing."""
        sql = _ADD_KEY.format(schema=self._schema)
        await self._pool.execute(sql, key.origin, key.vkey, last_size)

    async def present_keys(self, origin: str) -> list[AnnouncedKey]:
        """The keys that sign for a log now; none where it is no more."""
        last_words = {key.vkey: key for key in await self.keys() if key.origin == origin}
        return [key for key in last_words.values() if key.last_size is None]

    async def policy(self, origin: str) -> bytes:
        """The keys that sign for a log now, and whom it asks to witness, as a policy file
        (C2SP tlog-policy). Raises `LogUnreadable` where the database has none that can be one.
        """
        announced = await self.present_keys(origin)
        try:
            keys = tuple(LogKey(parse_vkey(key.vkey)) for key in announced)
            asked = await self._asked()
            witnesses = tuple(one.key for one in asked.witnesses)
            return format_policy(Policy(keys, witnesses, asked.quorum)).encode()
        except NotProven as error:
            raise LogUnreadable(
                f"The keys that sign for {origin!r}, as they stand in the database, cannot be "
                f"used. {error.problem}"
            ) from error

    async def _asked(self) -> AskedWitnesses:
        text = await self._pool.fetchval(_WITNESSES.format(schema=self._schema))
        return parse_witnesses(text) if text else AskedWitnesses()

    async def tile_hashes(self, level: int, begin: int, end: int) -> dict[int, bytes]:
        """The stored hashes of a level from 1 on: by index, from `begin` up to, not with, `end`."""
        return await self._stored.hashes(level, begin, end)

    async def resource(self, resource: Tile | Bundle, size: int) -> bytes:
        """A tile or a bundle of the tree of `size` leaves; raises `OutsideTree` beyond it."""
        if not in_tree(resource, size):
            raise OutsideTree(index=resource.index * WIDTH + resource.width - 1, size=size)
        if isinstance(resource, Bundle):
            return await self._stored.bundle(resource)
        return (await self._stored.tiles([resource]))[resource]

    async def proof(self, position: int, latest: Published) -> bytes:
        """The proof file of an entry under a checkpoint. Raises `OutsideTree` beyond it."""
        hashes = (await self.proofs([position], latest))[position]
        return format_proof(ProofFile(index_of(position), hashes, latest.cosigned))

    async def proves(self, position: int, leaf: bytes, latest: Published) -> bool:
        """Whether the stored hashes lead from this leaf hash, at the place of an entry, to the root
        that was signed. Where they do not, that entry was changed, or another one on the way was.
        """
        try:
            verify_inclusion(
                leaf,
                index=index_of(position),
                size=latest.size,
                proof=(await self.proofs([position], latest))[position],
                root=parse_checkpoint(parse_note(latest.note).text).root,
            )
        except NotProven:
            return False
        return True

    async def proofs(
        self, positions: Collection[int], latest: Published
    ) -> dict[int, tuple[bytes, ...]]:
        """Of each of these entries the hashes from it up to the root under a checkpoint, by
        position. Raises `OutsideTree` where one of them stands beyond it.

        However many they are, the database is asked twice, and of a tile that several proofs need
        it is asked once. A thread hashes, so that others are served meanwhile.
        """
        size = latest.size
        indexes = {position: index_of(position) for position in positions}
        spans = {span for index in indexes.values() for span in inclusion_spans(index, size)}
        read = await self._reader(spans, size)
        return await asyncio.to_thread(
            lambda: {at: inclusion_proof(index, size, read) for at, index in indexes.items()}
        )

    async def consistency(
        self, old: int, new: int, fresh: Iterable[TileHash] = ()
    ) -> tuple[bytes, ...]:
        """The proof that the tree of `old` leaves is the beginning of that of `new`.

        `fresh` are tile hashes that are not stored yet.
        """
        beside = {(made.level, made.index): made.hash for made in fresh}
        return consistency_proof(
            old, new, await self._reader(consistency_spans(old, new), new, beside)
        )

    async def root_at(self, size: int) -> bytes:
        """The root over the first `size` leaves. Raises `OutsideTree` beyond what is stored."""
        whole = Span(0, size)
        return hash_of(whole, await self._reader([whole], size))

    async def _reader(
        self,
        spans: Iterable[Span],
        size: int,
        fresh: Mapping[tuple[int, int], bytes] | None = None,
    ) -> NodeReader:
        """A reader of all nodes of these spans: their tiles are fetched at once."""
        tiles = {tile_of(node, size) for span in spans for node in span.nodes()}
        data = await self._stored.tiles(tiles, fresh)
        return cache(node_reader(data.__getitem__, size))  # what proofs share is hashed once

    async def publish(
        self,
        checkpoint: Checkpoint,
        note: bytes,
        made: Sequence[TileHash],
        keys: Sequence[VerifierKey],
        *,
        follows: str = "",
    ) -> None:
        """Show everybody the signed `checkpoint`: with the tile hashes that it adds, in one
        transaction, or nothing of it. The same again does nothing.

        Raises `AnotherNotary` where another log, which is not the one that this `follows`, or a
        larger tree or another note of this one was published last, and `TileChanged` where
        another hash stands at the place of one of these.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(_ONE_AT_A_TIME, self._schema)
            last = await connection.fetchrow(_LATEST.format(schema=self._schema))
            if last is not None and self._is_there(Published(*last), checkpoint, note, follows):
                return
            hashes = (
                [one.level for one in made],
                [one.index for one in made],
                [one.hash for one in made],
            )
            await connection.execute(_ADD_HASHES.format(schema=self._schema), *hashes)
            other = await connection.fetchrow(_OTHER_HASH.format(schema=self._schema), *hashes)
            if other is not None:
                first_entry, last_entry = TileHash(*other).entries
                raise TileChanged(first=first_entry, last=last_entry)
            rows = await connection.fetch(_KEYS.format(schema=self._schema))
            known = {row["vkey"] for row in rows}
            for vkey in (format_vkey(key) for key in keys):
                if vkey not in known:
                    sql = _ADD_KEY.format(schema=self._schema)
                    await connection.execute(sql, checkpoint.origin, vkey, None)
            sql = _ADD_CHECKPOINT.format(schema=self._schema)
            await connection.execute(sql, checkpoint.origin, checkpoint.size, note)

    def _is_there(self, last: Published, checkpoint: Checkpoint, note: bytes, follows: str) -> bool:
        """Whether `note` is what was published last; raises where nothing may come after that."""
        if last.origin == checkpoint.origin:
            if last.note == note:
                return True
            if last.size >= checkpoint.size:
                raise AnotherNotary(
                    f"Another notary has published a checkpoint of {last.size} entries for "
                    f"{last.origin}.",
                    "Let one notary sign for this ledger. This one loads again and compares.",
                )
        elif last.origin != follows:
            raise signed_elsewhere(last.origin)
        return False


def signed_elsewhere(origin: str) -> AnotherNotary:
    """The ledger's log is one whose key is not here."""
    return AnotherNotary(
        f"This ledger is signed as {origin}, and the key of that log is not in this notary's "
        "folder.",
        "Where its notary is elsewhere, set TWINLEDGER_NOTARY=elsewhere here. Else put the folder "
        "back from its copy, or begin a new log by `twinledger notary renew`.",
    )
