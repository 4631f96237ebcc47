"""What the simulated database has written ahead, and how far its disk and its standby have it.

Everything is there up to a record or not at all: a crash leaves the records up to where the disk
had them, or a little further, and a fail-over those that the standby had. That is at least what a
commit has waited for, so a commit without a warning makes those before it safe as well, and never
more than the disk of the primary has, for only what is flushed is sent.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from msgspec import Struct


class Row(dict[str, Any]):
    """A row as the driver gives it: by name, and unpacked in the order of its columns."""

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values())

    def __getitem__(self, name: str | int | slice) -> Any:
        if isinstance(name, str):
            return super().__getitem__(name)
        return list(self.values())[name]


class Stored(Struct, frozen=True):
    """A row of `event`."""

    position: int
    recorded_at: datetime
    tags: frozenset[int]
    leaf: bytes
    leaf_hash: bytes

    def row(self) -> Row:
        return Row(position=self.position, leaf=self.leaf, leaf_hash=self.leaf_hash)


class Command(Struct, frozen=True):
    """A row of `command_key`."""

    first: int
    last: int
    digest: bytes
    reply: bytes


class Cursor(Struct, frozen=True):
    """A row of `projection_cursor`, as it is moved."""

    position: int = 0
    leaf_hash: bytes = bytes(32)
    counted: str = "{}"


class Checkpoint(Struct, frozen=True):
    """A row of `checkpoint`."""

    origin: str
    size: int
    note: bytes
    published_at: datetime


class Written(Struct, frozen=True):
    """The record of one commit: all that it adds."""

    events: tuple[Stored, ...] = ()
    commands: dict[str, Command] = {}
    cursor: Cursor | None = None
    applied: tuple[int, ...] = ()
    keys: tuple[str, ...] = ()
    checkpoint: Checkpoint | None = None


class WriteAheadLog:
    """Records in the order of their commits; a place in it is how many stand before."""

    def __init__(self) -> None:
        self.records: list[Written] = []
        self.on_disk, self.on_standby = 0, 0

    @property
    def end(self) -> int:
        return len(self.records)

    def add(self, written: Written) -> int:
        """The place behind it."""
        self.records.append(written)
        return self.end

    def flushed(self, up_to: int) -> None:
        self.on_disk = max(self.on_disk, up_to)

    def received(self, up_to: int) -> None:
        self.on_standby = max(self.on_standby, up_to)

    def cut(self, up_to: int) -> None:
        """What comes after is gone; the server that goes on has the rest on its disk."""
        del self.records[up_to:]
        self.on_disk, self.on_standby = up_to, min(self.on_standby, up_to)
