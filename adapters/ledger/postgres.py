"""The ledger in Postgres: one call of `append()` per group, and plain reads by position and tag."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import asyncpg

from adapters.clock import utc_now
from adapters.ledger.append_call import (
    APPEND,
    APPEND_PRIVATE,
    arguments_of,
    private_arguments_of,
    said,
    tell_appended,
    tell_failed,
    tell_refused,
)
from adapters.ledger.batcher import Batcher, Waiting
from adapters.ledger.held import HeldConnections
from adapters.ledger.leaf import as_recorded, tag_number
from adapters.ledger.prepared import command_number, prepare, require_place, sealed
from adapters.ledger.reads import LANES as READ_LANES
from adapters.ledger.reads import Reads
from adapters.ledger.unreadable import Row, with_unreadable
from adapters.migrate import check_name
from adapters.postgres.errors import LOST, NoFreeConnection
from adapters.postgres.standbys import LET_WARN, NotReplicated, heard, wait_for_standbys
from adapters.postgres.times import held, held_or_first
from domain.errors import (
    CommandKeyReused,
    CommandKeyUnsound,
    HeadUnsound,
    NotCanonical,
    OutcomeUnknown,
)
from domain.ports import Head, Reading, Receipt, Recorded, Submission
from domain.private import Seal

LANES = 2  # groups on their way at once
PATIENCE = 15.0  # seconds for one group, with all that it takes to reach the database again

TURN = 0.25
"""Of the patience, what a group waits for the head, after which nothing was recorded, and nothing
will be. Postgres may let it wait twice (in the queue, and first in it), and so may the batcher."""

# The head as of the same snapshot, and one look into each place where a tag may stand, with the
# number that was found there. An event that several of them find comes several times.
_READ = """
    select size, null::bytea, leaf_hash, null::bigint from {schema}.head
    union all
    select position, leaf, leaf_hash, tag_1 from {schema}.event where tag_1 {tag} and position > $2
    union all
    select position, leaf, leaf_hash, tag_2 from {schema}.event where tag_2 {tag} and position > $2
    union all
    select position, leaf, leaf_hash, tag_3 from {schema}.event where tag_3 {tag} and position > $2
    union all
    select position, leaf, leaf_hash, tag_4 from {schema}.event where tag_4 {tag} and position > $2
    union all
    select e.position, e.leaf, e.leaf_hash, t.tag
    from {schema}.event_tag t
    cross join lateral (
        select * from {schema}.event where position = t.position limit 1
    ) e
    where t.tag {tag} and t.position > $2
"""
_ONE = "= $1"
# The tags come out of a subquery so that the planner does not know their number: else it plans each
# call anew, which costs more than the reading.
_ANY = "= any((select $1::bigint[])::bigint[])"
_READ_AFTER = """
    select position, leaf, leaf_hash from {schema}.event
    where position > $1 order by position limit $2
"""
# What is signed was durable before it was.
_RECEIPT = f"""
    select k.digest, k.first_position, k.last_position, {held_or_first("e.recorded_at")}, k.reply,
           coalesce((
               select c.size >= k.last_position from {{schema}}.checkpoint c
               order by c.number desc limit 1
           ), false), e.position as there
    from {{schema}}.command_key k left join {{schema}}.event e on e.position = k.first_position
    where k.key = $1
"""
_HEAD = f"select size, {held('recorded_at')}, leaf_hash from {{schema}}.head"
_KNOWN_AT = "select {schema}.position_known_at($1)"

# What one submission may be the reason for; anything else would meet each of them alike.
_DATA_ERRORS = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
)


class PostgresLedger:
    """A `domain.ports.Ledger` in the schema `schema` of the pool's database.

    Nothing is bound to a session, so the pool may stand before a transaction pooler. The pool
    belongs to the caller. Up to `LANES` of its connections are held while appends keep coming, one
    less where that would leave none to readers; in a pool of one, readers wait. Two more are held
    while reads keep coming, where that leaves one to others. `clock` gives the time that appends
    propose, in UTC; the database puts its own in its place where the two are more than a second
    apart, or where it would turn time back. `seal` makes private values unreadable before they are
    stored; without it they are refused.
    """

    def __init__(
        self,
        pool: "asyncpg.Pool[asyncpg.Record]",
        *,
        schema: str = "twinledger",
        patience: float = PATIENCE,
        clock: Callable[[], datetime] = utc_now,
        seal: Seal | None = None,
    ) -> None:
        check_name("schema", schema)
        self._pool, self._patience, self._clock, self._seal = pool, patience, clock, seal
        self._schema = schema
        # One connection at least is left to those who read.
        lanes = min(LANES, max(1, pool.get_max_size() - 1))
        self._to_append = HeldConnections(pool, patience=patience)
        keeps = pool.get_max_size() > lanes + READ_LANES  # and one for all the others at least
        self._to_read = HeldConnections(pool, patience=patience, keeps=keeps)
        self._batcher = Batcher(self._send, self._to_append.let_go, lanes=lanes)
        self._reads = Reads(self._fetch, self._to_read.let_go)
        turn = max(1, round(1000 * TURN * patience))  # milliseconds; 0 would be without end
        self._append = APPEND.format(schema=schema, turn=turn, let_warn=LET_WARN)
        self._append_private = APPEND_PRIVATE.format(schema=schema, turn=turn, let_warn=LET_WARN)
        self._read_one = _READ.format(schema=schema, tag=_ONE)
        self._read_any = _READ.format(schema=schema, tag=_ANY)
        self._read_after = _READ_AFTER.format(schema=schema)
        self._receipt = _RECEIPT.format(schema=schema)
        self._head = _HEAD.format(schema=schema)
        self._known_at = _KNOWN_AT.format(schema=schema)

    async def append(self, submission: Submission) -> Receipt:
        prepared = prepare(submission)
        if self._seal is None:
            require_place(prepared)
        elif prepared.private:
            prepared = await sealed(prepared, self._seal)
        return await self._batcher.append(prepared)

    def check(self, submission: Submission) -> None:
        prepared = prepare(submission)
        if self._seal is None:
            require_place(prepared)

    async def receipt_of(self, scope: str, key: str, digest: bytes) -> Receipt | None:
        async with self._pool.acquire() as connection:
            row = await connection.fetchrow(self._receipt, command_number(scope, key))
            if row is None:
                return None
            first_digest, first, last, recorded_at, reply, signed, there = row
            if digest != first_digest:
                raise CommandKeyReused(command_key=key)
            if there is None:
                raise CommandKeyUnsound(command_key=key)
            if not signed:
                try:
                    await wait_for_standbys(connection, seconds=self._patience)
                except (*LOST, NotReplicated) as error:
                    raise OutcomeUnknown(command_key=key) from error
        return Receipt(first, last, recorded_at, reply, replayed=True)

    async def read(self, tags: frozenset[str], *, after: int = 0) -> Reading:
        return await self._reads.read(tags, after)

    async def _fetch(self, tags: frozenset[str], after: int) -> Reading:
        # Rows are found by the numbers of tags, and the leaf has the tags themselves: what is filed
        # under one that its leaf does not say was put there by somebody else. (That two tags have
        # one number is as likely as that 8 bytes are guessed.)
        named = {tag_number(tag): tag for tag in tags}
        numbers = list(named)
        answered = await (
            self._to_read.fetch(self._read_one, *numbers, after)
            if len(numbers) == 1
            else self._to_read.fetch(self._read_any, numbers, after)
        )
        if sum(number is None for *_, number in answered[:2]) != 1:
            raise HeadUnsound(rows=sum(number is None for *_, number in answered))
        (size, _, leaf_hash, _), *rows = answered
        found = {row[0]: row[:3] for row in rows}
        read = {position: as_recorded(*row) for position, row in found.items()}
        for position, _, _, number in rows:
            event = read[position]
            if event is not None and named[number] not in event.tags:
                read[position] = None
        positions = sorted(found)
        events = await self._with_unreadable(
            [found[position] for position in positions],
            [read[position] for position in positions],
            tags,
        )
        return Reading(events, size, leaf_hash)

    async def read_after(self, position: int, limit: int) -> Sequence[Recorded]:
        rows = await self._pool.fetch(self._read_after, position, limit)
        return await self._with_unreadable(rows, [as_recorded(*row) for row in rows])

    async def _with_unreadable(
        self, rows: Sequence[Row], read: Sequence[Recorded | None], asked: Iterable[str] = ()
    ) -> list[Recorded]:
        """What was read of `rows`, in their order; what is not as it was recorded is looked at once
        more, for its place.
        """
        sound = [event for event in read if event is not None]
        if len(sound) == len(read):
            return sound
        others = [row for row, event in zip(rows, read, strict=True) if event is None]
        return await with_unreadable(self._pool, self._schema, sound, others, asked)

    async def head(self) -> Head:
        rows = await self._pool.fetch(self._head)
        if len(rows) != 1:
            raise HeadUnsound(rows=len(rows))
        size, recorded_at, leaf_hash = rows[0]
        return Head(size, recorded_at if size else None, leaf_hash)

    async def position_known_at(self, moment: datetime) -> int:
        try:
            position: int = await self._pool.fetchval(self._known_at, moment)
        except (asyncpg.NoDataFoundError, asyncpg.TooManyRowsError):
            await self.head()  # which says so
            raise
        return position

    async def _send(self, group: list[Waiting]) -> None:
        await self._send_until(asyncio.get_running_loop().time() + self._patience, group)

    async def _send_until(self, deadline: float, group: list[Waiting]) -> None:
        """Answer every member of `group`, sending it again where its outcome was lost.

        Sending again is safe: what an earlier call recorded is known by its command keys.
        """
        loop = asyncio.get_running_loop()
        call, arguments = self._call(group)
        unknown = False  # an earlier call may have been committed
        pause = 0.05
        while True:
            called = False
            try:
                connection = await self._to_append.take(deadline)
                # At the deadline the line is cut; the server is not asked to cancel, because a
                # cancelled wait for a standby counts as committed.
                cut = loop.call_at(deadline, connection.terminate)
                try:
                    called = True
                    # Also a call that finds all recorded waits for the standbys: it has locked the
                    # head, which is written ahead.
                    with heard(connection):
                        rows = await connection.fetch(call, *arguments)
                finally:
                    cut.cancel()
                    self._to_append.give_back(connection)
            except _DATA_ERRORS as error:
                await self._split(deadline, group, error)
                return
            except (*LOST, NotReplicated) as error:
                unknown = unknown or called
                busy = isinstance(error, NoFreeConnection)
                over = self._pool.is_closing() or loop.time() + pause >= deadline
                if over or (busy and not unknown):
                    self._hang_up()
                    tell_failed(group, error, unknown=unknown)
                    return
                if not busy:
                    # Other connections may still lead to a server that is no longer the primary.
                    self._hang_up()
                    await self._pool.expire_connections()
                await asyncio.sleep(pause)
                pause = min(2 * pause, 1.0)
                # At another time the same events are other leaves: where a server took over they
                # may come to the same place behind others, and are not what somebody saw there.
                call, arguments = self._call(group)
            except Exception as error:  # a full disk, a missing right: it meets all alike
                tell_failed(group, error, unknown=unknown)
                return
            else:
                if rows[0]["verdict"] == "appended":
                    last = tell_appended(group, rows[0])
                    self._batcher.stored(rows[0]["from_position"], last)
                    return
                group = tell_refused(group, rows)
                if not group:
                    return
                call, arguments = self._call(group)

    def _call(self, group: list[Waiting]) -> tuple[str, list[object]]:
        """The one statement for `group`, which is another where something in it is private."""
        arguments = arguments_of(group, self._clock())
        if private := private_arguments_of(group):
            return self._append_private, [*arguments, *private]
        return self._append, arguments

    def _hang_up(self) -> None:
        self._to_append.hang_up()
        self._to_read.hang_up()

    async def _split(self, deadline: float, group: list[Waiting], error: Exception) -> None:
        """One of the group cannot be stored, so none was: find it, and store its neighbours."""
        if len(group) == 1:
            group[0].failed(_alone(group[0], error))
            return
        middle = len(group) // 2
        await self._send_until(deadline, group[:middle])
        await self._send_until(deadline, group[middle:])


def _alone(waiting: Waiting, error: Exception) -> Exception:
    """Why one submission could not be stored, also without any other."""
    if isinstance(error, asyncpg.UniqueViolationError) and error.table_name == "command_key":
        # A known key is answered with the entries that it led to: there were none.
        return CommandKeyUnsound(command_key=waiting.prepared.submission.command_key)
    return NotCanonical(
        field="submission",
        problem=f"was refused by the database ({said(error)})",
        remedy="Correct it; nothing of it was stored.",
    )
