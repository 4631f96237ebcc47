"""What witnesses have signed of a ledger, as its own database has it, for all who serve it."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic

import asyncpg
from msgspec import Struct

from adapters.migrate import check_name
from adapters.postgres.errors import LOST
from adapters.signing.ed25519 import verify
from domain.transparency.cosignature import witnessed_at
from domain.transparency.errors import NotProven
from domain.transparency.note import Note, VerifierKey, parse_note, parse_signature
from domain.transparency.policy import AskedWitnesses, format_witnesses, parse_witnesses

BELIEVED = 1.0  # seconds

_ASKED = "select policy from {schema}.witness_policy order by number desc limit 1"
_ANNOUNCE = "insert into {schema}.witness_policy (policy) values ($1)"
_ORIGIN = "select origin from {schema}.checkpoint order by number desc limit 1"
_LAST = """
    select size, line, (
        select note from {schema}.checkpoint c where c.origin = s.origin and c.size = s.size
    ) as note
    from {schema}.cosignature s where origin = $1 and name = $2 and key_id = $3
    order by size desc, at desc limit 1
"""
_NOTICE = """
    select conflict, problem, remedy from {schema}.witness_notice
    where name = $1 and key_id = $2 order by number desc limit 1
"""
_ADD_NOTICE = """
    insert into {schema}.witness_notice (name, key_id, conflict, problem, remedy)
    values ($1, $2, $3, $4, $5)
"""
_ADD_COSIGNATURE = """
    insert into {schema}.cosignature (origin, size, name, key_id, at, line)
    values ($1, $2, $3, $4, $5, $6) on conflict do nothing
"""


class WitnessNotice(Struct, frozen=True):
    """What there is to say of a witness, empty where it signs. In a `conflict` it has signed
    another history than this register's.
    """

    conflict: bool = False
    problem: str = ""
    remedy: str = ""


class WitnessWord(Struct, frozen=True):
    """A witness that is asked: it has signed the first `size` entries, last at `at` by its own
    clock; 0 and None before the first.
    """

    name: str
    address: str
    size: int = 0
    at: datetime | None = None
    notice: WitnessNotice = WitnessNotice()


class Witnessing(Struct, frozen=True):
    """What the witnesses that are asked have to say; `quorum` of them shall have signed."""

    quorum: int = 0
    witnesses: tuple[WitnessWord, ...] = ()

    @property
    def size(self) -> int:
        """Up to which entry enough of them have signed: the quorum, or one where there is none."""
        sizes = sorted((one.size for one in self.witnesses), reverse=True)
        return sizes[max(self.quorum, 1) - 1] if sizes else 0

    @property
    def signed_by(self) -> tuple[WitnessWord, ...]:
        """Who has signed at least up to there."""
        return tuple(one for one in self.witnesses if self.size and one.size >= self.size)

    @property
    def conflicts(self) -> tuple[WitnessWord, ...]:
        """Who has signed another history."""
        return tuple(one for one in self.witnesses if one.notice.conflict)

    @property
    def sentence(self) -> str:
        """`witnessed by a and b up to entry 7, on 24 November 2026`, or `not witnessed`."""
        signed = self.signed_by
        last = max((one.at for one in signed if one.at), default=None)
        if not signed or last is None:
            return "not witnessed"
        names = " and ".join(one.name for one in signed)
        return f"witnessed by {names} up to entry {self.size}, on {last.day} {last:%B %Y}"


async def nobody() -> Witnessing:
    """For who serves a register that asks nobody."""
    return Witnessing()


class Witnessings:
    """What is recorded of witnesses in the ledger's `schema`."""

    def __init__(
        self,
        pool: "asyncpg.Pool[asyncpg.Record]",
        *,
        schema: str = "twinledger",
        clock: Callable[[], float] = monotonic,
    ) -> None:
        check_name("schema", schema)
        self._pool, self._schema, self._clock = pool, schema, clock
        self._found, self._until = Witnessing(), 0.0
        self._looking = asyncio.Lock()

    async def now(self) -> Witnessing:
        """How it stands, or stood at most a second ago; the last answer while the database is away.

        Signatures that do not verify are passed over.
        """
        async with self._looking:  # who comes meanwhile shares the answer
            if self._clock() >= self._until:
                with suppress(*LOST):
                    self._found = await self._look()
                self._until = self._clock() + BELIEVED  # who waits does not look again in vain
            return self._found

    async def announce(self, asked: AskedWitnesses) -> None:
        """Let everybody know who is asked; the same again does nothing."""
        text = format_witnesses(asked) if asked.witnesses else ""
        if (await self._pool.fetchval(self._sql(_ASKED)) or "") != text:
            await self._pool.execute(self._sql(_ANNOUNCE), text)

    async def signed_by(self, key: VerifierKey, origin: str) -> tuple[int, datetime | None]:
        """Up to which entry a witness has signed, and when; what does not verify does not count."""
        row = await self._pool.fetchrow(self._sql(_LAST), origin, key.name, key.key_id)
        if row is None or row["note"] is None:
            return 0, None
        try:
            note = Note(parse_note(row["note"]).text, (parse_signature(row["line"]),))
            time = witnessed_at(note, key, verify)
        except NotProven:
            return 0, None
        return (row["size"], datetime.fromtimestamp(time, UTC)) if time else (0, None)

    async def add(self, key: VerifierKey, origin: str, size: int, time: int, line: str) -> None:
        """Publish a cosignature, which was verified; the same again does nothing."""
        sql = self._sql(_ADD_COSIGNATURE)
        await self._pool.execute(sql, origin, size, key.name, key.key_id, time, line)

    async def notice_of(self, key: VerifierKey) -> WitnessNotice:
        """What was said last of a witness."""
        row = await self._pool.fetchrow(self._sql(_NOTICE), key.name, key.key_id)
        return WitnessNotice() if row is None else WitnessNotice(*row)

    async def give(self, key: VerifierKey, notice: WitnessNotice) -> None:
        """Say something of a witness; the same again does nothing."""
        if await self.notice_of(key) != notice:
            said = (notice.conflict, notice.problem, notice.remedy)
            await self._pool.execute(self._sql(_ADD_NOTICE), key.name, key.key_id, *said)

    async def _look(self) -> Witnessing:
        text = await self._pool.fetchval(self._sql(_ASKED))
        if not text:
            return Witnessing()
        asked = parse_witnesses(text)
        origin = await self._pool.fetchval(self._sql(_ORIGIN)) or ""
        words: Sequence[WitnessWord] = [
            WitnessWord(
                one.key.name,
                one.address,
                *await self.signed_by(one.key, origin),
                await self.notice_of(one.key),
            )
            for one in asked.witnesses
        ]
        return Witnessing(asked.quorum, tuple(words))

    def _sql(self, text: str) -> str:
        return text.format(schema=self._schema)
