"""What a report may count of one partnership, as known at a position: its rows, folded."""

from collections.abc import AsyncGenerator, Iterable
from datetime import date
from typing import Protocol, TypeAlias, TypeVar

from msgspec import Struct

from domain.partnership.commands import ActivityKind
from domain.review.commands import Ground, Result
from domain.values import Motive
from projections.compliance import noted as n
from projections.dossier.dossier import Step
from projections.dossier.spans import bounds

T = TypeVar("T", bound=n.Noted)


class Activity(Struct, frozen=True):
    """It took place on some day from `earliest` to `latest`."""

    position: int
    kind: ActivityKind
    outcome_told: bool
    earliest: date
    latest: date


class AnnualReport(Struct, frozen=True):
    """Of a whole year; `nothing_happened` makes it a nil report."""

    position: int
    year: int
    nothing_happened: bool


class Review(Struct, frozen=True):
    """Open from `opened` to the day before `closed`, by the latest days that their dates allow.

    `entries` are those of its opening and, where it was closed, its closing.
    """

    review: str
    ground: Ground
    hold: bool
    opened: date
    closed: date | None
    entries: tuple[int, ...]


class Finding(Struct, frozen=True):
    """The latest finding on an element of a criteria set."""

    position: int
    criteria: str
    element: str
    result: Result


class ComplianceFacts(Struct, frozen=True):
    """`life` are the entries that the status rests on, the founding one first; `parties` those
    that the two communities rest on; `recognition` those of each body that lists partnerships.
    All entries are positions in the ledger.
    """

    partnership: str
    motives: tuple[Motive, ...]
    life: tuple[int, ...]
    parties: tuple[int, ...]
    recognition: dict[str, tuple[int, ...]]
    activities: tuple[Activity, ...]
    reports: tuple[AnnualReport, ...]
    reviews: tuple[Review, ...]
    findings: tuple[Finding, ...]


class Compliance(Protocol):
    """What reports count, entry by entry."""

    def facts(self, position: int) -> AsyncGenerator[ComplianceFacts, None]:
        """All partnerships in order of their reference, as known at `position`, streamed."""
        ...


Row: TypeAlias = tuple[int, n.Noted]
"""A position and what the entry there says."""


def folded(partnership: str, rows: Iterable[Row]) -> ComplianceFacts:
    """The facts of one partnership from its rows in order of position, the founding one first."""
    rows = list(rows)
    founded, (_, founding) = rows[0][0], rows[0]
    if not isinstance(founding, n.Founded):
        raise AssertionError(f"{partnership} begins with {founding!r}")
    dates = {
        fact.corrects: fact.value for _, fact in _of(n.Corrected, rows) if fact.field == "effective"
    }
    parties = [at for at, fact in _of(n.Corrected, rows) if fact.field.startswith("party_")]
    redated = [at for at, fact in _of(n.Corrected, rows) if not fact.field.startswith("party_")]
    return ComplianceFacts(
        partnership,
        founding.motives,
        life=(founded, *(at for at, _ in _of(n.StatusReached, rows)), *redated),
        parties=(founded, *parties),
        recognition=_recognition(rows),
        activities=tuple(
            Activity(at, fact.kind, fact.outcome_told, *_days(at, fact, dates))
            for at, fact in _of(n.Activity, rows)
        ),
        reports=tuple(
            AnnualReport(at, fact.year, fact.nothing_happened)
            for at, fact in _of(n.AnnualReport, rows)
        ),
        reviews=tuple(_reviews(rows, dates)),
        findings=tuple(_findings(rows)),
    )


def _of(shape: type[T], rows: Iterable[Row]) -> list[tuple[int, T]]:
    return [(at, fact) for at, fact in rows if isinstance(fact, shape)]


def _days(position: int, fact: n.Noted, dates: dict[int, str]) -> tuple[date, date]:
    return bounds(Step(position, fact.recorded, dates.get(position, fact.on)))


def _recognition(rows: Iterable[Row]) -> dict[str, tuple[int, ...]]:
    entries: dict[str, tuple[int, ...]] = {}
    for at, fact in _of(n.Recognised, rows):
        entries[fact.body] = (*entries.get(fact.body, ()), at)
    return entries


def _reviews(rows: list[Row], dates: dict[int, str]) -> Iterable[Review]:
    closings = {fact.review: (at, fact) for at, fact in _of(n.Closed, rows)}
    for at, fact in _of(n.Opened, rows):
        closing = closings.get(fact.review)
        yield Review(
            fact.review,
            fact.ground,
            fact.hold,
            opened=_days(at, fact, dates)[1],
            closed=_days(*closing, dates)[1] if closing else None,
            entries=(at, closing[0]) if closing else (at,),
        )


def _findings(rows: list[Row]) -> Iterable[Finding]:
    criteria = {fact.review: fact.criteria for _, fact in _of(n.Opened, rows)}
    latest: dict[tuple[str, str], Finding] = {}
    for at, fact in _of(n.Found, rows):
        known = criteria[fact.review], fact.element
        latest[known] = Finding(at, *known, fact.result)
    return latest.values()
