"""A decider: what may be done, and what then holds. Time and identity come in with the act."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from typing import Generic, TypeVar

from msgspec import Struct

from domain.dates import EdtfDate
from domain.ports import Actor

C = TypeVar("C")
E = TypeVar("E")
S = TypeVar("S")


class Act(Struct, frozen=True):
    """The circumstances of a command: who, when it is effective in the world, and the time now.

    `key` is the command's key: what is minted from it stays the same when the command is repeated.
    """

    actor: Actor
    key: str
    now: datetime
    on: EdtfDate | None = None

    @property
    def today(self) -> date:
        """The latest day that has begun anywhere: a clerk in Kiribati is 14 hours ahead of UTC."""
        return (self.now.astimezone(UTC) + timedelta(hours=14)).date()


class Entry(Struct, Generic[E], frozen=True):
    """A recorded event with its circumstances, as the rules see it.

    `private` are the commitments to its private values, by field; the values nobody sees here.
    """

    position: int
    recorded_at: datetime
    on: EdtfDate | None
    actor: Actor
    event: E
    private: dict[str, str] = {}


class Decider(Struct, Generic[C, E, S], frozen=True):
    """`decide` answers a command with events or raises `Refused`; `evolve` folds one event."""

    initial: S
    decide: Callable[[C, S, Act], tuple[E, ...]]
    evolve: Callable[[S, Entry[E]], S]

    def fold(self, entries: Iterable[Entry[E]]) -> S:
        """The state after all `entries`, in order."""
        return reduce(self.evolve, entries, self.initial)
