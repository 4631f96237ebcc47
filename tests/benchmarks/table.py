"""How results are printed: medians of several rounds as ratios, because machines differ."""

import statistics
from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct

from tests.benchmarks.plan import Plan


class Round(Struct, frozen=True):
    """One measurement of both, taken right after each other: units a second, or seconds."""

    ours: float
    theirs: float


def headings(ours: str, theirs: str) -> None:
    """The line above the rows of one comparison."""
    print(f"\n{'':<42}{theirs:>18}{ours:>18}{'ratio':>8}{'min':>8}{'max':>8}")


async def compare(
    name: str,
    ours: Callable[[], Awaitable[float]],
    theirs: Callable[[], Awaitable[float]],
    plan: Plan,
) -> None:
    """Both in turn, so that what else the machine does meets both. The first round warms up."""
    rounds = []
    for number in range(plan.rounds + 1):
        their, our = await theirs(), await ours()
        if number:
            rounds.append(Round(our, their))
    row(name, rounds)


def row(name: str, rounds: Sequence[Round], *, digits: int = 0) -> None:
    """Ours divided by theirs, round by round; the median, the lowest and the highest."""
    ratios = [one.ours / one.theirs for one in rounds]
    ours = statistics.median(one.ours for one in rounds)
    theirs = statistics.median(one.theirs for one in rounds)
    print(
        f"{name:<42}{theirs:>18,.{digits}f}{ours:>18,.{digits}f}"
        f"{statistics.median(ratios):>8.2f}{min(ratios):>8.2f}{max(ratios):>8.2f}",
        flush=True,
    )
