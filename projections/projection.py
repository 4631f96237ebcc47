"""A projection: a name, a version, its tables, the events it handles, what it does with them."""

import re
from collections.abc import Sequence
from typing import Literal, Protocol, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from msgspec import Struct

from domain.decider import Entry
from domain.partnership.evolve import History

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_PLAIN = re.compile(r"[a-z_][a-z0-9_]{0,40}", re.ASCII)


class Place(Struct, frozen=True):
    """Where the tables are: `schema` is the ledger's; `suffix` ends each name."""

    schema: str
    suffix: str = ""

    def __post_init__(self) -> None:
        """Both are put into SQL as they are."""
        if not _PLAIN.fullmatch(self.schema) or not re.fullmatch("[a-z0-9_]*", self.suffix):
            raise ValueError(f"{self.schema!r} or {self.suffix!r} is no plain identifier")

    @property
    def views(self) -> str:
        """The schema of all projections, owned by the application's role."""
        return f"{self.schema}_views"

    def sql(self, text: str) -> str:
        """`text` with `{schema}` and `{suffix}` filled in."""
        return text.replace("{schema}", self.views).replace("{suffix}", self.suffix)

    def table(self, name: str) -> str:
        """The name of a table here, without its schema, as COPY wants it."""
        return f"{name}{self.suffix}"


class Table(Struct, frozen=True):
    """A table and the columns that tell its rows apart."""

    name: str
    key: tuple[str, ...]


class Projection(Protocol):
    """Disposable: everything it holds can be built again from position 0.

    `version` goes up with every change of the tables, of what is stored in them, or of the rules
    that fill them. The tables of each version have names of their own: a release reads and writes
    its own ones alone, so that an older one beside it is never disturbed.
    """

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> int: ...

    @property
    def tables(self) -> tuple[Table, ...]: ...

    @property
    def keyed_by(self) -> Literal["partnership", "community"]:
        """What `apply` folds together: events of different ones never touch the same row, so that
        they may be applied in any order.
        """
        ...

    @property
    def sql(self) -> str:
        """Creates the tables, with `{schema}` and `{suffix}`; indexes have no names of their own,
        so that two builds can stand side by side.
        """
        ...

    @property
    def handles(self) -> frozenset[str]:
        """The storage tags of the events that `apply` is given."""
        ...

    async def apply(
        self, batch: Sequence[Entry[History]], connection: Connection, place: Place
    ) -> None:
        """Write what follows from `batch`, in the transaction that also moves the cursor.

        The rows depend on the events and their order alone, never on how they were batched, on the
        time or on the machine: a rebuild is compared with them byte by byte. Raises `CannotFollow`
        where an entry cannot follow those before it.
        """
        ...


def place_of(projection: Projection, schema: str, beside: str = "") -> Place:
    """The tables of this version of `projection`: those that are read, or others beside them."""
    return Place(schema, f"_v{projection.version}{beside}")


class CannotFollow(Exception):
    """The entry at `position` cannot follow what is recorded before it."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(f"position {position}: {reason}")
        self.position, self.reason = position, reason
