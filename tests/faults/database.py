"""A model in memory of what Postgres does for the ledger and for a projection.

It is what the comments of `append()` in `adapters/migrations` promise and the contract of a ledger
is held to it: a lock on the head, judged and written under it, durable at the commit, and undone
by a crash before that. A commit waits for the disk and then for the standby, under its locks, and
is seen by others after that, or where a crash ends the waiting. Tags are read from the leaves, so
their tables are not modelled.
"""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.ledger.leaf import STAMP_LENGTH, decode, stamp_of, tag_number
from adapters.migrate import MIGRATIONS
from tests.faults.write_ahead import (
    Checkpoint,
    Command,
    Cursor,
    Row,
    Stored,
    WriteAheadLog,
    Written,
)


class Database:
    """`flush` is awaited where Postgres waits for its disk: before what was written is durable.
    `replicated` is awaited where it waits for the standby, and False where somebody has ended that.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        flush: Callable[[], Awaitable[None]],
        replicated: Callable[[], Awaitable[bool]],
        earliest: datetime,
    ) -> None:
        self.clock, self.flush, self.replicated = clock, flush, replicated
        self._earliest = earliest
        self.log = WriteAheadLog()
        self.losses = 0
        self._arguments = _parameters()
        self._begin()

    def _begin(self) -> None:
        """Empty, and nobody holds a lock."""
        self.events: list[Stored] = []
        self.commands: dict[str, Command] = {}
        self.cursor = Cursor()
        self.applied: list[int] = []
        self.keys: list[str] = []
        self.checkpoint: Checkpoint | None = None
        self.lease: object | None = None
        self.head_lock = asyncio.Lock()

    async def append(self, *arguments: Any, warn: Callable[[], None]) -> list[Row]:
        """`append()`: judge by what is committed, write, commit."""
        given = dict(zip(self._arguments, arguments, strict=True))
        async with AsyncExitStack() as until_commit:
            await self.lock_head(until_commit)
            if reasons := self._reasons(given):
                # The lock on the head is written ahead, so this commit waits as well.
                await self.commit(Written(), warn)
                return reasons
            written, row = self._written(given)
            await self.commit(written, warn)
            return [row]

    async def lock_head(self, until_commit: AsyncExitStack) -> None:
        await until_commit.enter_async_context(self.head_lock)

    async def commit(self, written: Written, warn: Callable[[], None]) -> None:
        """All of it is durable, or, where the server ends before, nothing may be there."""
        place = self.log.add(written)
        await self.flush()
        self.log.flushed(place)
        if await self.replicated():
            self.log.received(place)
        else:
            warn()
        self._show(written)

    def commit_without_waiting(self, written: Written) -> None:
        """As with `synchronous_commit = off`."""
        self.log.add(written)
        self._show(written)

    def _show(self, written: Written) -> None:
        self.events += written.events
        self.commands |= written.commands
        self.cursor = written.cursor or self.cursor
        self.applied += written.applied
        self.keys += written.keys
        self.checkpoint = written.checkpoint or self.checkpoint

    def recover(self, up_to: int) -> None:
        """A server goes on with the records up to here; whoever was at work is gone."""
        seen = list(self.events)
        self.log.cut(up_to)
        self._begin()
        for written in self.log.records:
            self._show(written)
        self.losses += seen != self.events[: len(seen)]

    def _reasons(self, given: dict[str, Any]) -> list[Row]:
        reasons: list[Row] = []
        for number, (key, digest) in enumerate(
            zip(_array(given["keys"]), given["digests"], strict=True), 1
        ):
            if (known := self.commands.get(key)) is not None:
                first = self.events[known.first - 1]
                verdict = "known" if known.digest == digest else "reused"
                reasons.append(_row(number, verdict, known, first))
        conditions = zip(
            *(
                map(int, _array(given[f"condition_{name}"]))
                for name in ("tags", "afters", "submissions")
            ),
            strict=True,
        )
        for tag, after, submission in conditions:
            later = [event.position for event in self.events[after:] if tag in event.tags]
            if later:
                reasons.append(_row(submission, "conflict", Command(0, later[-1], b"", b"")))
        seen = zip(
            _array(given["seen_positions"]),
            given["seen_hashes"],
            _array(given["seen_submissions"]),
            strict=True,
        )
        for position, leaf_hash, submission in seen:
            if not self.has(int(position), leaf_hash):
                told = Command(0, len(self.events), b"", b"")
                reasons.append(_row(int(submission), "conflict", told))
        return reasons

    def _written(self, given: dict[str, Any]) -> tuple[Written, Row]:
        base = len(self.events)
        before = self.events[-1].recorded_at if self.events else self._earliest
        stamp, now = given["proposed"], self.clock()
        leaves: list[bytes] = given["leaves"]
        hashes: list[bytes] = given["leaf_hashes"]
        if stamp < before or abs(stamp - now) > timedelta(seconds=1):
            stamp = max(before, now)
            leaves = [
                leaf[: int(at)] + stamp_of(stamp) + leaf[int(at) + STAMP_LENGTH :]
                for leaf, at in zip(leaves, _array(given["stamps_at"]), strict=True)
            ]
            hashes = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
        events = [
            Stored(position, stamp, frozenset(map(tag_number, decode(0, leaf, b"").tags)), leaf, h)
            for position, (leaf, h) in enumerate(zip(leaves, hashes, strict=True), base + 1)
        ]
        commands = {
            key: Command(base + int(first), base + int(last), digest, reply)
            for key, first, last, digest, reply in zip(
                _array(given["keys"]),
                _array(given["first_events"]),
                _array(given["last_events"]),
                given["digests"],
                given["replies"],
                strict=True,
            )
        }
        appended = Row(
            verdict="appended", from_position=base, to_position=base + len(events), at=stamp
        )
        return Written(tuple(events), commands), appended

    def read(self, tags: list[int], after: int) -> list[Row]:
        found = [event for event in self.events[after:] if not event.tags.isdisjoint(tags)]
        ends = self.events[-1].leaf_hash if self.events else bytes(32)
        size = Row(size=len(self.events), leaf=None, leaf_hash=ends, tag=None)
        by_tag = (Row(event.row(), tag=tag) for event in found for tag in event.tags & {*tags})
        return [size, *by_tag]

    def read_after(self, position: int, limit: int) -> list[Row]:
        return [event.row() for event in self.events[position : position + limit]]

    def has(self, position: int, leaf_hash: bytes) -> bool:
        there = self.events[position - 1 : position]
        return [event.leaf_hash for event in there] == [leaf_hash]

    def head(self) -> Row:
        if not self.events:
            return Row(size=0, recorded_at=None, leaf_hash=bytes(32))
        last = self.events[-1]
        return Row(size=last.position, recorded_at=last.recorded_at, leaf_hash=last.leaf_hash)

    def receipt_of(self, key: str) -> Row | None:
        known = self.commands.get(key)
        if known is None:
            return None
        return Row(
            digest=known.digest,
            first_position=known.first,
            last_position=known.last,
            recorded_at=self.events[known.first - 1].recorded_at,
            reply=known.reply,
            signed=self.checkpoint is not None and self.checkpoint.size >= known.last,
            there=known.first,
        )

    def position_known_at(self, moment: datetime) -> int:
        return sum(event.recorded_at <= moment for event in self.events)


def _row(number: int, verdict: str, known: Command, first: Stored | None = None) -> Row:
    return Row(
        submission=number,
        verdict=verdict,
        from_position=known.first,
        to_position=known.last,
        at=first and first.recorded_at,
        first_leaf=first and first.leaf,
        first_reply=known.reply,
    )


def _array(text: str) -> list[str]:
    return [one for one in text.strip("{}").split(",") if one]


def _parameters(folder: Path = MIGRATIONS) -> list[str]:
    """The names of the parameters of `append()`, from the last migration that defines it."""
    found = ""
    for file in sorted(folder.glob("*.sql")):
        defined = re.search(
            r"create function {schema}\.append\((.*?)\)\s+returns", file.read_text(), re.S
        )
        found = defined.group(1) if defined else found
    return [parameter.split()[0] for parameter in found.split(",")]
