"""The content of the report "sister-city-transparency", line by line.

The names of these fields and the ids of the figures are its public format, in JSON and CSV: a
change gets a new `format`.
"""

from datetime import date
from typing import Literal, TypeAlias

from msgspec import Struct

from domain.refusals import NotFound


class LedgerRange(Struct, frozen=True):
    """The events that the report knows: 1 to `last_position`; none when that is 0.

    `known_at` is when the last of them was recorded, `leaf_hash` its leaf hash in hexadecimal.
    """

    first_position: int
    last_position: int
    known_at: str
    leaf_hash: str

    @property
    def as_at(self) -> str:
        """`POSITION-LEAFHASH` of the last of them."""
        return f"{self.last_position}-{self.leaf_hash or '0' * 64}"


class RegimeUsed(Struct, frozen=True):
    """The rule file. `as_shipped` is False when somebody changed it or wrote his own."""

    id: str
    version: int
    title: str
    form: str
    sha256: str
    as_shipped: bool
    tests: tuple[str, ...]


class ListUsed(Struct, frozen=True):
    """A list edition and what it was used for."""

    id: str
    title: str
    edition: str
    used_for: str
    sha256: str
    attribution: str


class Basis(Struct, frozen=True, kw_only=True):
    """Line 1: what the report rests on.

    `community` is the id of the reporting unit, empty for the whole register. `since` is the first
    day of the period in which activities and annual reports count, None for all time; its last day
    is `as_of`. `population` says in words which partnerships lines 4 to 14 are about.
    """

    reporting_unit: str
    community: str
    since: date | None
    as_of: date
    ledger: LedgerRange
    regime: RegimeUsed
    lists: tuple[ListUsed, ...]
    population: str


Unit: TypeAlias = Literal["partnerships", "parties", "activities", "annual reports", "reviews"]


class Figure(Struct, frozen=True):
    """One number. `value` is how many rows `id` opens to, `unit` what they are.

    `group` is the heading above it, `detail` a further fact of the row (a score, a question).
    """

    id: str
    label: str
    value: int
    unit: Unit = "partnerships"
    group: str = ""
    detail: str = ""


class Gap(Struct, frozen=True):
    """Why a line cannot be answered from what is recorded, and what would fill it."""

    why: str
    filled_by: str


class Line(Struct, frozen=True, kw_only=True):
    """One line. With a `gap` its figures are only what is recorded so far.

    `elements` are the codes of the study's elements that it answers, `rests_on` says from what.
    """

    line: int
    title: str
    elements: tuple[str, ...]
    rests_on: str
    figures: tuple[Figure, ...]
    gap: Gap | None = None


class Report(Struct, frozen=True, kw_only=True):
    """Line 1 is `basis`, `lines` are 2 to 15; `data_quality` is what limits them."""

    report: str = "sister-city-transparency"
    format: int = 2
    notice: str
    basis: Basis
    lines: tuple[Line, ...]
    data_quality: tuple[Figure, ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All of them, in order."""
        return (*(figure for line in self.lines for figure in line.figures), *self.data_quality)

    def figure(self, id_: str) -> Figure:
        """The figure of that id. Raises `NotFound`."""
        for figure in self.figures:
            if figure.id == id_:
                return figure
        raise NotFound(
            "figure of this report", id_[:60], "Take its id from the report: 5.activities."
        )


class CountedRow(Struct, frozen=True):
    """One row behind a figure: what was counted, why, and the entries that say so.

    `subject` names the two communities; `entries` are positions in the ledger.
    """

    partnership: str
    subject: str
    because: str
    entries: tuple[int, ...]


class OpenedFigure(Struct, frozen=True, kw_only=True):
    """A figure with the rows behind it: as many as its value, in order of the reference."""

    report: str = "sister-city-transparency"
    format: int = 3
    basis: Basis
    figure: Figure
    rows: tuple[CountedRow, ...]
