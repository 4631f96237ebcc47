"""A model in memory of what Postgres does for the ledger and for a projection.

It is what the comments of `append()` in `adapters/migrations` promise and the contract of a ledger
is held to it: a lock on the head, judged and written under it, durable at the commit, and undone
by a crash before that. Tags are read from the leaves, so their tables are not modelled.
"""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct

from adapters.ledger.leaf import STAMP_LENGTH, decode, stamp_of, tag_number
from adapters.migrate import MIGRATIONS


class Row(dict[str, Any]):
    """A row as the driver gives it: by name, and unpacked in the order of its columns."""

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values())

    def __getitem__(self, name: str | int) -> Any:
        return list(self.values())[name] if isinstance(name, int) else super().__getitem__(name)


class Stored(Struct, frozen=True):
    position: int
    recorded_at: datetime
    tags: frozenset[int]
    leaf: bytes
    leaf_hash: bytes

    def row(self) -> Row:
        return Row(position=self.position, leaf=self.leaf, leaf_hash=self.leaf_hash)


class Command(Struct, frozen=True):
    first: int
    last: int
    digest: bytes
    reply: bytes


class Cursor(Struct, frozen=True):
    """A row of `projection_cursor`, as it is moved."""

    position: int = 0
    leaf_hash: bytes = bytes(32)
    counted: str = "{}"


class Database:
    """`flush` is awaited where Postgres waits for its disk: before what was written is durable."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        flush: Callable[[], Awaitable[None]],
        earliest: datetime,
    ) -> None:
        self.clock, self.flush, self._earliest = clock, flush, earliest
        self.events: list[Stored] = []
        self.commands: dict[str, Command] = {}
        self.cursor = Cursor()
        self.applied: list[int] = []
        self.lease: object | None = None
        self.head_lock = asyncio.Lock()
        self._arguments = _parameters()

    async def append(self, *arguments: Any) -> list[Row]:
        """`append()`: judge by what is committed, write, commit."""
        given = dict(zip(self._arguments, arguments, strict=True))
        async with AsyncExitStack() as until_commit:
            await self.lock_head(until_commit)
            if reasons := self._reasons(given):
                return reasons
            return await self.commit(*self._written(given))

    async def lock_head(self, until_commit: AsyncExitStack) -> None:
        await until_commit.enter_async_context(self.head_lock)

    async def commit(
        self, events: list[Stored], commands: dict[str, Command], row: Row
    ) -> list[Row]:
        """All of it is durable, or, where the server ends before, nothing is there."""
        await self.flush()
        self.keep(events, commands)
        return [row]

    def keep(self, events: list[Stored], commands: dict[str, Command]) -> None:
        self.events += events
        self.commands |= commands

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
            there = self.events[int(position) - 1 : int(position)]
            if [event.leaf_hash for event in there] != [leaf_hash]:
                told = Command(0, len(self.events), b"", b"")
                reasons.append(_row(int(submission), "conflict", told))
        return reasons

    def _written(self, given: dict[str, Any]) -> tuple[list[Stored], dict[str, Command], Row]:
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
        return events, commands, appended

    def crash(self) -> None:
        """What was not committed was never written, and nobody holds a lock."""
        self.lease = None

    def read(self, tags: list[int], after: int) -> list[Row]:
        found = [event for event in self.events[after:] if not event.tags.isdisjoint(tags)]
        ends = self.events[-1].leaf_hash if self.events else bytes(32)
        size = Row(size=len(self.events), leaf=None, leaf_hash=ends)
        return [size, *(event.row() for event in found)]

    def read_after(self, position: int, limit: int) -> list[Row]:
        return [event.row() for event in self.events[position : position + limit]]

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
            signed=False,
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
