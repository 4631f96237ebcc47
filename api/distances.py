"""How far apart places lie; partners beside partners that were shuffled: a claim's null model.

Great-circle distances on a sphere with the mean radius of the Earth (IUGG), 6,371.0088 km.
"""

import math
import random
from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean, median
from typing import TypeAlias

from msgspec import Struct

RUNS = 20
SEED = 13_016_900
BANDS = (100, 500, 1_000, 2_000, 5_000, 10_000)
"""Upper ends in km; what lies beyond the last one is a band of its own."""

NULL_MODEL = (
    "Partners shuffled, degrees kept: both ends of every pair go into one list, the list is "
    "shuffled, and neighbours in it become pairs. So every community keeps its number of partners "
    "and only who is whose partner is left to chance (the configuration model). An end that meets "
    f"itself is left out. {RUNS} runs of Python's random.Random({SEED}), the pairs in order of "
    "their reference."
)

_DIAMETER = 2 * 6371.0088

Point: TypeAlias = tuple[float, float, float]
"""A place on the unit sphere."""


class Distances(Struct, frozen=True):
    """`shares` are those of the bands, the last one open; they add up to 1."""

    median: float
    mean: float
    shares: tuple[float, ...]


class Compared(Struct, frozen=True):
    """The pairs as they are, and what chance would make of them.

    `shuffled` has the means over all runs; `lowest` and `highest` are the medians of single runs.
    """

    pairs: int
    actual: Distances
    shuffled: Distances
    lowest: float
    highest: float

    @property
    def chance_alone(self) -> bool:
        """Whether the median of the pairs lies among those of the runs."""
        return self.lowest <= self.actual.median <= self.highest


def place(latitude: float, longitude: float) -> Point:
    """Decimal degrees as a place on the unit sphere."""
    north, east = math.radians(latitude), math.radians(longitude)
    return math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north)


def kilometres(one: Point, other: Point) -> float:
    """Along the great circle."""
    return _DIAMETER * math.asin(min(1.0, math.dist(one, other) / 2))


def compare(pairs: Sequence[tuple[Point, Point]]) -> Compared:
    """Work of about a second for 25,000 pairs; the same pairs give the same answer."""
    actual = _measured([kilometres(one, other) for one, other in pairs])
    chance = random.Random(SEED)  # noqa: S311 - a reproducible draw, no secret
    ends = [end for pair in pairs for end in pair]
    runs = []
    for _ in range(RUNS):
        chance.shuffle(ends)
        joined = zip(ends[::2], ends[1::2], strict=True)
        runs.append(_measured([kilometres(one, other) for one, other in joined if one != other]))
    medians = [run.median for run in runs]
    shuffled = Distances(
        fmean(medians),
        fmean(run.mean for run in runs),
        tuple(fmean(run.shares[n] for run in runs) for n in range(len(BANDS) + 1)),
    )
    return Compared(len(pairs), actual, shuffled, min(medians), max(medians))


def _measured(distances: Sequence[float]) -> Distances:
    ends = (0, *BANDS, math.inf)
    return Distances(
        median(distances),
        fmean(distances),
        tuple(
            sum(low <= km < high for km in distances) / len(distances)
            for low, high in pairwise(ends)
        ),
    )
