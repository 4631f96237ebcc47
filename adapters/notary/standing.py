"""How the ledger stands to what was signed of it, for all who serve it: the notary's notices."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from time import monotonic

import asyncpg
from msgspec import Struct

from adapters.migrate import check_name
from adapters.notary.errors import (
    HeadAltered,
    LedgerAltered,
    LedgerBehind,
    LedgerClosed,
    LedgerForked,
    StateRefused,
)
from adapters.notary.state import NotaryState, read_state
from adapters.postgres.errors import LOST
from adapters.postgres.times import held
from domain.errors import HeadUnsound

BELIEVED = 1.0  # seconds
PATIENCE = 3.0  # seconds; what was found last is an answer too

_NEVER = float("-inf")
_NOTICE = "select closes, problem, remedy from {schema}.notary_notice order by number desc limit 1"
_ADD_NOTICE = "insert into {schema}.notary_notice (closes, problem, remedy) values ($1, $2, $3)"
_STANDING = f"""
    select h.rows, h.timed, h.size, exists (select from {{schema}}.event where position = h.size),
           (select leaf_hash from {{schema}}.event where position = $1),
           c.origin, c.size, {held("c.published_at")}, n.closes, n.problem, n.remedy
    from (
        select count(*) as rows, count({held("recorded_at")}) as timed, max(size) as size
        from {{schema}}.head
    ) h
    left join (
        select origin, size, published_at from {{schema}}.checkpoint order by number desc limit 1
    ) c on true
    left join (
        select closes, problem, remedy from {{schema}}.notary_notice order by number desc limit 1
    ) n on true
"""


class Notice(Struct, frozen=True):
    """What the notary has to say: why it signs nothing, and what helps. Empty where all is well.

    Where it `closes`, nothing may be appended.
    """

    closes: bool = False
    problem: str = ""
    remedy: str = ""


class Standing(Struct, frozen=True):
    """`signed` entries are signed as `origin`, the last of them at `signed_at`; 0 before the first.

    Nobody but the register itself has signed, whatever else may be said of it.
    """

    signed: int = 0
    signed_at: datetime | None = None
    origin: str = ""
    notice: Notice = Notice()


class Notices:
    """The word of the notary in the database, where every process of the service reads it."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", *, schema: str = "twinledger") -> None:
        check_name("schema", schema)
        self._pool = pool
        self._notice, self._add = _NOTICE.format(schema=schema), _ADD_NOTICE.format(schema=schema)

    async def give(self, notice: Notice) -> None:
        """Say this from now on, if it is not said already. It waits for no standby: that none
        answers may be what it says.
        """
        row = await self._pool.fetchrow(self._notice)
        if (Notice(*row) if row else Notice()) != notice:
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute("set local synchronous_commit = local")
                await connection.execute(self._add, notice.closes, notice.problem, notice.remedy)


class Standings:
    """How the ledger stands, as of at most a second ago.

    It asks the notary's word, and, where the notary's folder is on this machine, compares the end
    of what was signed with the ledger itself: so an old backup is noticed before the first act.
    """

    def __init__(
        self,
        pool: "asyncpg.Pool[asyncpg.Record]",
        *,
        schema: str = "twinledger",
        folder: Path | None = None,
        clock: Callable[[], float] = monotonic,
        patience: float = PATIENCE,
    ) -> None:
        check_name("schema", schema)
        self._pool, self._folder = pool, folder
        self._clock, self._patience = clock, patience
        self._sql = _STANDING.format(schema=schema)
        self._found = Standing()
        self._until = _NEVER
        self._asking = asyncio.Lock()
        self._look_begun: asyncio.Task[None] | None = None

    async def now(self) -> Standing:
        """How it stands, or stood when the database could be asked last."""
        async with self._asking:  # who comes meanwhile shares the answer
            if self._clock() >= self._until:
                await self._look_again()
                # Who waits for a look in vain spares the others another one.
                self._until = self._clock() + BELIEVED
            return self._found

    async def _look_again(self) -> None:
        if self._look_begun is None or self._look_begun.done():
            self._look_begun = asyncio.create_task(self._find())
        # Before the first look nothing is known, and nothing may be recorded: it takes as long as
        # it takes. A later one goes on behind whoever has waited long enough: cancelling it would
        # mean to wait for the server, which is what does not answer.
        patience = None if self._until == _NEVER else self._patience
        done, _ = await asyncio.wait({self._look_begun}, timeout=patience)
        for look in done:
            look.result()

    async def _find(self) -> None:
        # Where the database is away, what was found last stands; an append says itself.
        with suppress(*LOST):
            self._found = await self._look()

    async def require_open(self) -> None:
        """Raise `LedgerClosed` where nothing may be appended."""
        notice = (await self.now()).notice
        if notice.closes:
            raise LedgerClosed(problem=notice.problem, remedy=notice.remedy)

    async def _look(self) -> Standing:
        unread: StateRefused | None = None
        state: NotaryState | None = None
        try:
            state = read_state(self._folder) if self._folder is not None else None
        except StateRefused as error:
            unread = error
        size, last_leaf = (state.size, state.last_leaf) if state else (0, b"")
        row = await self._pool.fetchrow(self._sql, size)
        assert row is not None  # noqa: S101 - of what is counted there is always a row
        rows, timed, ends, stands, found, origin, signed, signed_at, closes, problem, remedy = row
        notice = Notice() if closes is None else Notice(closes, problem, remedy)
        if unread is not None:
            # Nobody can say that this is the ledger that was signed: as closed as if it were not.
            notice = Notice(True, unread.problem, unread.remedy)
        altered: LedgerAltered | None = None
        if rows != 1:
            altered = HeadAltered(HeadUnsound(rows=rows).problem)
        elif ends < size:
            altered = LedgerBehind(ends=ends, signed=size)
        elif size and found != last_leaf:
            altered = LedgerForked(signed=size)
        elif ends and not stands:
            altered = HeadAltered(
                f"The ledger is said to end at entry {ends}, but no entry stands there."
            )
        elif ends and not timed:
            # The next entry would have to be of that time too.
            altered = HeadAltered("The time at which the ledger is said to end is none.")
        if altered is not None:
            notice = Notice(True, altered.problem, altered.remedy)
        return Standing(signed or 0, signed_at, origin or "", notice)
