"""From what a person typed to the bytes of a report."""

from datetime import UTC, date, datetime, time
from typing import get_args

from adapters.lists import shipped_lists
from adapters.regimes import load_regime, regime_for_report
from api.reports.rendering import Format, render
from api.reports.sister_city_transparency import REPORT, sister_city_transparency
from domain.dates import parse_day
from domain.ports import Ledger
from domain.refusals import Invalid, NotFound
from projections.views import Register

REPORTS: tuple[str, ...] = (REPORT,)
FORMATS: tuple[Format, ...] = get_args(Format)


async def issue(
    register: Register,
    ledger: Ledger,
    *,
    report: str,
    as_of: str,
    position: int,
    format: Format,
    regime: str | None = None,
) -> bytes:
    """The report as a file. `as_of` is a day as typed, `regime` a file or a name, None: shipped.

    `register` must have reached `position` (see `position_asked_for`). Raises `Refused` or
    `RegimeRefused`; then nothing was made.
    """
    if report not in REPORTS:
        raise NotFound("report", report, f"There are {', '.join(REPORTS)}.")
    day = parse_day(as_of, field="as-of")
    lists = shipped_lists()
    file = load_regime(regime, lists) if regime else regime_for_report(report, lists)
    made = await sister_city_transparency(
        register, ledger, regime=file, lists=lists, as_of=day, position=position
    )
    return render(made, format)


async def position_asked_for(
    ledger: Ledger, *, known_at: str | None = None, position: int | None = None
) -> int:
    """The position that a report rests on: given, or known at the end of a day (UTC), or the head.

    Raises `Invalid` when both are given, when a day is none, or a position is not there yet.
    """
    head = (await ledger.head()).position
    if known_at is not None and position is not None:
        raise Invalid("position", "known-at says it already", "Give one of the two.")
    if known_at is not None:
        return await ledger.position_known_at(_end_of(parse_day(known_at, field="known-at")))
    if position is None:
        return head
    if not 0 <= position <= head:
        raise Invalid(
            "position",
            f"{position} is not in the register, which ends at {head}",
            f"Use a position from 0 to {head}.",
        )
    return position


def _end_of(day: date) -> datetime:
    """The last moment that the ledger can tell apart (microseconds)."""
    return datetime.combine(day, time.max, UTC)
