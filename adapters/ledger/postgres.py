"""The ledger in Postgres: one call of `append()` per group, and plain reads by position and tag."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from adapters.ledger.batcher import Batcher, Waiting
from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.leaf import decode, tag_numbers
from adapters.ledger.prepared import command_number, prepare
from adapters.migrate import check_name
from domain.errors import CommandKeyReused, ConditionFailed, NotCanonical, OutcomeUnknown
from domain.ports import Head, Receipt, Recorded, Submission

PATIENCE = 15.0  # seconds for one group, with all that it takes to reach the database again

# Arrays of numbers and ids go as text: the driver takes three times as long to encode them as
# arrays. No type holds a line feed (`check_text`).
_APPEND = """
    select * from {schema}.append(
        $1::text::uuid[], $2, $3, $4::text::int[], $5::text::int[],
        $6::text::uuid[], string_to_array($7, E'\n'), $8, $9::text::int[],
        $10::text::bigint[], $11::text::int[],
        $12::text::bigint[], $13::text::bigint[], $14::text::int[]
    )
"""
# LIMIT keeps the look-up of each event an index probe, also where the plan was made while the table
# was empty.
_READ = """
    select e.position, e.leaf, e.leaf_hash
    from (select distinct position from {schema}.event_tag where tag = any($1) and position > $2) t
    cross join lateral (
        select * from {schema}.event where position = t.position limit 1
    ) e
    order by e.position
"""
_READ_AFTER = """
    select position, leaf, leaf_hash from {schema}.event
    where position > $1 order by position limit $2
"""
_RECEIPT = """
    select k.digest, k.first_position, k.last_position, e.recorded_at, k.reply
    from {schema}.command_key k join {schema}.event e on e.position = k.first_position
    where k.key = $1
"""
_HEAD = "select size, recorded_at, leaf_hash from {schema}.head"
_KNOWN_AT = "select {schema}.position_known_at($1)"

# What one submission may be the reason for; anything else would meet each of them alike.
_DATA_ERRORS = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
)
# Ways in which a server or the way to it disappears, also while it fails over or restarts.
_LOST = (
    OSError,  # with TimeoutError: connecting, or waiting for a free connection
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.TransactionRollbackError,
    asyncpg.InternalClientError,
)


class PostgresLedger:
    """A `domain.ports.Ledger` in the schema `schema` of the pool's database.

    Nothing is bound to a session, so the pool may stand before a transaction pooler. The pool
    belongs to the caller. One of its connections is held while appends keep coming, so it needs
    two or more.
    """

    def __init__(
        self,
        pool: "asyncpg.Pool[asyncpg.Record]",
        *,
        schema: str = "twinledger",
        patience: float = PATIENCE,
        lanes: int = 2,
    ) -> None:
        check_name("schema", schema)
        self._pool, self._patience = pool, patience
        self._batcher = Batcher(self._send, self._let_go, lanes=lanes)
        self._held: list[PoolConnectionProxy[asyncpg.Record]] = []
        self._append = _APPEND.format(schema=schema)
        self._read = _READ.format(schema=schema)
        self._read_after = _READ_AFTER.format(schema=schema)
        self._receipt = _RECEIPT.format(schema=schema)
        self._head = _HEAD.format(schema=schema)
        self._known_at = _KNOWN_AT.format(schema=schema)

    async def append(self, submission: Submission) -> Receipt:
        return await self._batcher.append(prepare(submission))

    def check(self, submission: Submission) -> None:
        prepare(submission)

    async def receipt_of(self, scope: str, key: str, digest: bytes) -> Receipt | None:
        row = await self._pool.fetchrow(self._receipt, command_number(scope, key))
        if row is None:
            return None
        first_digest, first, last, recorded_at, reply = row
        if digest != first_digest:
            raise CommandKeyReused(command_key=key)
        return Receipt(first, last, recorded_at, reply, replayed=True)

    async def read(self, tags: frozenset[str], *, after: int = 0) -> Sequence[Recorded]:
        rows = await self._pool.fetch(self._read, tag_numbers(tags), after)
        events = [decode(*row) for row in rows]
        # Rows are found by a number of 8 bytes that two tags could share; leaves have the tags.
        return [event for event in events if not tags.isdisjoint(event.tags)]

    async def read_after(self, position: int, limit: int) -> Sequence[Recorded]:
        rows = await self._pool.fetch(self._read_after, position, limit)
        return [decode(*row) for row in rows]

    async def head(self) -> Head:
        row = await self._pool.fetchrow(self._head)
        assert row is not None  # noqa: S101 - the migration puts it there
        size, recorded_at, leaf_hash = row
        return Head(size, recorded_at if size else None, leaf_hash)

    async def position_known_at(self, moment: datetime) -> int:
        position: int = await self._pool.fetchval(self._known_at, moment)
        return position

    async def _send(self, group: list[Waiting]) -> None:
        await self._send_until(asyncio.get_running_loop().time() + self._patience, group)

    async def _send_until(self, deadline: float, group: list[Waiting]) -> None:
        """Answer every member of `group`, sending it again where its outcome was lost.

        Sending again is safe: what an earlier call recorded is known by its command keys.
        """
        loop = asyncio.get_running_loop()
        arguments = _arguments(group)
        unknown = False  # an earlier call may have been committed
        pause = 0.05
        while True:
            called = False
            try:
                connection = await self._take(deadline)
                # At the deadline the line is cut; the server is not asked to cancel, because a
                # cancelled wait for a standby counts as committed.
                cut = loop.call_at(deadline, connection.terminate)
                try:
                    called = True
                    rows = await connection.fetch(self._append, *arguments)
                finally:
                    cut.cancel()
                    self._held.append(connection)
            except _DATA_ERRORS as error:
                await self._split(deadline, group, error)
                return
            except _LOST as error:
                unknown = unknown or called
                await self._let_go()
                if self._pool.is_closing() or loop.time() + pause >= deadline:
                    _give_up(group, error, unknown=unknown)
                    return
                # Other connections may still lead to a server that is no longer the primary.
                await self._pool.expire_connections()
                await asyncio.sleep(pause)
                pause = min(2 * pause, 1.0)
            except Exception as error:  # a full disk, a missing right: it meets all alike
                _give_up(group, error, unknown=unknown)
                return
            else:
                if rows[0]["verdict"] == "appended":
                    _appended(group, rows[0])
                    return
                group = _without_refused(group, rows)
                if not group:
                    return
                arguments = _arguments(group)

    async def _take(self, deadline: float) -> "PoolConnectionProxy[asyncpg.Record]":
        if self._held:
            return self._held.pop()
        async with asyncio.timeout_at(deadline):
            return await self._pool.acquire()

    async def _let_go(self) -> None:
        while self._held:
            await self._pool.release(self._held.pop())

    async def _split(self, deadline: float, group: list[Waiting], error: Exception) -> None:
        """One of the group cannot be stored, so none was: find it, and store its neighbours."""
        if len(group) == 1:
            group[0].failed(
                NotCanonical(
                    field="submission",
                    problem=f"was refused by the database ({error})",
                    remedy="Correct it; nothing of it was stored.",
                )
            )
            return
        middle = len(group) // 2
        await self._send_until(deadline, group[:middle])
        await self._send_until(deadline, group[middle:])


def _arguments(group: list[Waiting]) -> list[object]:
    """The arrays of `append()` in 0001_ledger.sql, in its order."""
    keys, digests, replies, firsts, lasts = [], [], [], [], []
    ids, types, leaves, stamps_at = [], [], [], []
    tags: list[int] = []
    tagged: list[int] = []
    unless: list[int] = []
    afters: list[int] = []
    submissions: list[int] = []
    number = 0
    for n, waiting in enumerate(group, 1):
        prepared = waiting.prepared
        submission = prepared.submission
        keys.append(prepared.key)
        digests.append(submission.digest)
        replies.append(submission.reply)
        firsts.append(number + 1)
        for event in prepared.events:
            number += 1
            ids.append(event.id)
            types.append(event.type)
            leaves.append(event.leaf.bytes)
            stamps_at.append(event.leaf.stamp_at)
            tags += event.tags
            tagged += [number] * len(event.tags)
        lasts.append(number)
        unless += prepared.condition_tags
        afters += [submission.condition.after] * len(prepared.condition_tags)
        submissions += [n] * len(prepared.condition_tags)
    return [
        *(_array(keys), digests, replies, _array(firsts), _array(lasts)),
        *(_array(ids), "\n".join(types), leaves, _array(stamps_at)),
        *(_array(tags), _array(tagged)),
        *(_array(unless), _array(afters), _array(submissions)),
    ]


def _array(values: Iterable[int | str]) -> str:
    """An array of numbers or ids as Postgres reads it."""
    return f"{{{','.join(map(str, values))}}}"


def _appended(group: list[Waiting], row: asyncpg.Record) -> None:
    """Give each member of `group` its receipt; the function's comment in SQL describes `row`."""
    position: int = row["from_position"]
    recorded_at: datetime = row["at"]
    for waiting in group:
        prepared = waiting.prepared
        first, position = position + 1, position + len(prepared.events)
        waiting.appended(Receipt(first, position, recorded_at, prepared.submission.reply, False))


def _without_refused(group: list[Waiting], rows: list[asyncpg.Record]) -> list[Waiting]:
    """Answer those of `group` that `rows` name, and return the others: they may come again."""
    reasons: dict[int, list[asyncpg.Record]] = {}
    for row in rows:
        reasons.setdefault(row["submission"], []).append(row)
    for number, rows_of_one in reasons.items():
        _not_appended(group[number - 1], rows_of_one)
    return [waiting for number, waiting in enumerate(group, 1) if number not in reasons]


def _not_appended(waiting: Waiting, rows: list[asyncpg.Record]) -> None:
    """Say to one member of a group why: by its key, if the ledger knows that, else by its tags."""
    prepared = waiting.prepared
    submission = prepared.submission
    row = next((row for row in rows if row["verdict"] != "conflict"), rows[0])
    match row["verdict"]:
        case "known":
            # Its own event there: this very append was recorded by a call whose reply was lost.
            own = str(row["first_id"]) == prepared.events[0].id
            waiting.appended(
                Receipt(
                    row["from_position"],
                    row["to_position"],
                    row["at"],
                    row["first_reply"],
                    replayed=not own,
                )
            )
        case "reused":
            waiting.failed(CommandKeyReused(command_key=submission.command_key))
        case "conflict":
            latest = max(row["to_position"] for row in rows)
            waiting.failed(ConditionFailed(after=submission.condition.after, position=latest))
        case verdict:
            raise AssertionError(f"append() answered {verdict!r}")


def _said(error: Exception) -> str:
    """One line: Postgres adds details and hints on lines of their own."""
    return str(error).partition("\n")[0].rstrip(".") or type(error).__name__


def _give_up(group: list[Waiting], error: Exception, *, unknown: bool) -> None:
    for waiting in group:
        answer = (
            OutcomeUnknown(command_key=waiting.prepared.submission.command_key)
            if unknown
            else LedgerUnavailable(reason=_said(error))
        )
        answer.__cause__ = error
        waiting.failed(answer)
