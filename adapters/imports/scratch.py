"""What an import has seen, on disk: a list of any length is read with the same memory."""

import sqlite3
from collections.abc import Iterator, MutableMapping
from typing import Any, Generic, TypeVar

import msgspec

K = TypeVar("K")
V = TypeVar("V")

_CACHE = 8_000  # KiB of pages in memory; what is more lies in a file that is gone at the end


class Scratch:
    """A place for mappings that is forgotten when it is closed, also when the process dies."""

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

    def mapping(self, kind: str, value: type[V]) -> MutableMapping[Any, V]:
        """An empty mapping; its keys are text or tuples of text, its values of the type `value`."""
        return _Kept(self._connection, kind, value)

    def close(self) -> None:
        """Forget everything."""
        self._connection.close()

    def __enter__(self) -> "Scratch":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Kept(MutableMapping[K, V], Generic[K, V]):
    def __init__(self, connection: sqlite3.Connection, kind: str, value: type[V]) -> None:
        self._connection, self._kind = connection, kind
        self._decode = msgspec.msgpack.Decoder(value).decode
        self._encode = msgspec.msgpack.Encoder().encode

    def __getitem__(self, key: K) -> V:
        row = self._connection.execute(
            "select value from seen where kind = ? and key = ?", (self._kind, self._encode(key))
        ).fetchone()
        if row is None:
            raise KeyError(key)
        return self._decode(row[0])

    def __setitem__(self, key: K, value: V) -> None:
        self._connection.execute(
            "replace into seen values (?, ?, ?)",
            (self._kind, self._encode(key), self._encode(value)),
        )

    def setdefault(self, key: K, default: V) -> V:
        """What stands there; `default` from now on, where nothing did."""
        done = self._connection.execute(
            "insert into seen values (?, ?, ?) on conflict do nothing",
            (self._kind, self._encode(key), self._encode(default)),
        )
        return default if done.rowcount else self[key]

    def __delitem__(self, key: K) -> None:
        raise NotImplementedError("what was seen stays seen")

    def __iter__(self) -> Iterator[K]:
        raise NotImplementedError("it is asked by key")

    def __len__(self) -> int:
        found = self._connection.execute(
            "select count(*) from seen where kind = ?", (self._kind,)
        ).fetchone()
        return int(found[0])
