"""What an import has seen, on disk: a list of any length is read with the same memory."""

import sqlite3
from typing import Any, Generic, TypeVar

import msgspec

V = TypeVar("V")

_CACHE = 8_000  # KiB of pages in memory; what is more lies in a file that is gone at the end


class Scratch:
    """A place for what was seen that is forgotten when it is closed, also when the process dies."""

    def __init__(self) -> None:
        # An empty name is SQLite's temporary database: private, and on disk once it is large.
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.execute(f"pragma cache_size = -{_CACHE}")
        self._connection.execute("pragma journal_mode = off")
        self._connection.execute(
            "create table seen (kind text, key blob, value blob, primary key (kind, key)) "
            "without rowid"
        )
        self._connection.execute("begin")  # for good: nothing of it is ever committed

    def mapping(self, kind: str, value: type[V]) -> "Seen[V]":
        """An empty one; its keys are text or tuples of text, its values of the type `value`."""
        return Seen(self._connection, kind, value)

    def close(self) -> None:
        """Forget everything."""
        self._connection.close()

    def __enter__(self) -> "Scratch":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Seen(Generic[V]):
    """Values by key, as a dictionary has them. What was seen stays seen."""

    def __init__(self, connection: sqlite3.Connection, kind: str, value: type[V]) -> None:
        self._connection, self._kind = connection, kind
        self._decode = msgspec.msgpack.Decoder(value).decode
        self._encode = msgspec.msgpack.Encoder().encode

    def get(self, key: Any, default: V, /) -> V:
        """What stands there; `default` where nothing does."""
        row = self._connection.execute(
            "select value from seen where kind = ? and key = ?", (self._kind, self._encode(key))
        ).fetchone()
        return default if row is None else self._decode(row[0])

    def __contains__(self, key: Any) -> bool:
        row = self._connection.execute(
            "select 1 from seen where kind = ? and key = ?", (self._kind, self._encode(key))
        ).fetchone()
        return row is not None

    def __setitem__(self, key: Any, value: V) -> None:
        self._connection.execute(
            "replace into seen values (?, ?, ?)",
            (self._kind, self._encode(key), self._encode(value)),
        )

    def setdefault(self, key: Any, default: V, /) -> V:
        """What stands there; `default` from now on, where nothing did."""
        done = self._connection.execute(
            "insert into seen values (?, ?, ?) on conflict do nothing",
            (self._kind, self._encode(key), self._encode(default)),
        )
        return default if done.rowcount else self.get(key, default)
