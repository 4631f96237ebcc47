"""Which status held on a day, as far as the dates of the acts tell.

Every act took place at some moment between an earliest and a latest day, and the acts took place in
one order. So an act's status was possible from the act's earliest day until the latest day of the
next act, and certain from its latest day until the earliest day of the next one.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from heapq import heappop, heappush
from typing import Protocol, TypeVar

from msgspec import Struct

from domain.dates import parse
from domain.values import Status
from projections.dossier.dossier import Dossier, StatusAct, Step

BEGINNING, END = date.min, date.max
"""Stored as -infinity and infinity."""

_DAYS = {4: 366, 7: 31, 10: 1}
"""One unit of a date's own precision, by the length of its text: a year, a month, a day."""


class Span(Struct, frozen=True):
    """A status between two acts; each `until` is the first day after it.

    `act` is None for the time in which a legacy partnership was perhaps still on its way.
    """

    status: Status
    possible_from: date
    certain_from: date
    certain_until: date
    possible_until: date
    act: StatusAct | None = None

    def possible_on(self, day: date) -> bool:
        return self.possible_from <= day < self.possible_until


def bounds(step: Step) -> tuple[date, date]:
    """The first and the last day on which the step can have taken place."""
    if not step.on:
        return BEGINNING, step.certain_by
    earliest, latest = _with_doubt(step.on)
    return earliest, max(earliest, min(latest, step.certain_by))


def spans(dossier: Dossier) -> tuple[Span, ...]:
    """All that have a day on which they are possible, in order of the acts."""
    acts = in_order(dossier.acts)
    first: list[date] = []
    for act in acts:
        first.append(max(bounds(act.step)[0], first[-1] if first else BEGINNING))
    last: list[date] = []
    for act in reversed(acts):
        last.append(min(bounds(act.step)[1], last[-1] if last else END))
    last.reverse()

    found = [
        Span(act.status, first[n], last[n], following_first, following_last, act)
        for n, act in enumerate(acts)
        for following_first in [first[n + 1] if n + 1 < len(acts) else END]
        for following_last in [last[n + 1] if n + 1 < len(acts) else END]
        if first[n] < following_last
    ]
    if dossier.legacy and acts[0].status != "proposed" and first[0] < last[0]:
        # It began on one of these days; before that it was at most on its way.
        found.insert(0, Span("proposed", first[0], first[0], first[0], last[0]))
    return tuple(found)


class Stepped(Protocol):
    """Something that was done in a step."""

    @property
    def step(self) -> Step:
        """When."""
        ...


A = TypeVar("A", bound=Stepped)


def in_order(acts: Iterable[A]) -> list[A]:
    """As they took place; as they were recorded where their dates do not tell."""
    found = list(acts)
    if len(found) < 2:
        return found
    recorded = [(act, *bounds(act.step)) for act in found]
    begun_from = sorted((first, n) for n, (_, first, _) in enumerate(recorded))
    over_by = sorted((last, n) for n, (_, _, last) in enumerate(recorded))
    ordered: list[A] = []
    done: set[int] = set()
    possible: list[int] = []
    waiting = iter(begun_from)
    following = next(waiting, None)
    # The next one is the first recorded of those that can have begun before any other was surely
    # over. That bound only grows, so who was possible once stays so: each is looked at once.
    for surely_over, number in over_by:
        while number not in done:
            while following is not None and following[0] <= surely_over:
                heappush(possible, following[1])
                following = next(waiting, None)
            taken = heappop(possible)
            done.add(taken)
            ordered.append(recorded[taken][0])
    return ordered


def _with_doubt(on: str) -> tuple[date, date]:
    """The bounds of an EDTF date; "about" and "possibly" widen each end that they stand at."""
    dated = parse(on)
    start, slash, end = on.partition("/")
    earliest, latest = dated.earliest or BEGINNING, dated.latest or END
    return _moved(earliest, -_doubt(start)), _moved(latest, _doubt(end if slash else start))


def _doubt(point: str) -> int:
    """Days: one unit of the point's precision for ~ or ?, two for both of them, %."""
    written = point.rstrip("?~%")
    marks = {"": 0, "?": 1, "~": 1, "%": 2}[point[len(written) :]]
    return marks * _DAYS.get(len(written), 0) * int(10 ** written.count("X"))


def _moved(day: date, days: int) -> date:
    if day in (BEGINNING, END):
        return day
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return BEGINNING if days < 0 else END
