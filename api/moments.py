"""The two clocks of a page, from its address: as of which day, as known when."""

import re
from datetime import UTC, date, datetime, time

from msgspec import Struct

from api import same_history
from api.problems import Item as Mistake
from api.services import Services
from api.typed import Typed
from domain.dates import parse_day
from domain.refusals import Invalid
from projections.views import Moment

_BOTH = (
    "A day as known (known-at) and an entry (position) both say up to where the entries count. "
    "Leave one of the two out."
)
_NUMBER = re.compile("[0-9]{1,15}", re.ASCII)


class Asked(Struct, frozen=True):
    """The moment asked about. `known_on` is the day, or None where a position or all was asked."""

    moment: Moment
    known_on: date | None
    mistakes: tuple[Mistake, ...] = ()

    @property
    def now(self) -> bool:
        """Whether it is today, with all that is known."""
        return self.moment == Moment()


async def read_moment(services: Services, typed: Typed) -> Asked:
    """`as-of` and `known-at` are days, `position` is the number of an entry.

    The last two say the same of one clock: both together are a mistake, and neither counts. `as-at`
    is the entry that the page was read at from which a link leads on: raises `AnotherHistory` where
    this register does not have it.
    """
    await same_history.require_written(services, typed.one("as-at"), parameter="as-at")
    mistakes: list[Mistake] = []
    as_of = day_of(typed, "as-of", mistakes)
    known_on = day_of(typed, "known-at", mistakes)
    position = await _position(services, typed.one("position"), mistakes)
    if typed.one("known-at") and typed.one("position"):
        mistakes.append(Mistake("position", _BOTH))
        known_on = position = None
    elif known_on is not None:
        end = datetime.combine(known_on, time.max, UTC)
        position = await services.ledger.position_known_at(end)
    return Asked(Moment(as_of, position), known_on, tuple(mistakes))


def whole_number(text: str) -> int | None:
    """What is typed in 1 to 15 ASCII digits, as entries and pages are; None for anything else."""
    return int(text) if _NUMBER.fullmatch(text) else None


def day_of(typed: Typed, field: str, mistakes: list[Mistake]) -> date | None:
    """The day typed in `field`, None where nothing is; what is no day goes to `mistakes`."""
    text = typed.one(field)
    if not text:
        return None
    try:
        return parse_day(text, field=field)
    except Invalid:
        remedy = "Write it as year-month-day: 2026-11-01."
        mistakes.append(Mistake(field, f"{text[:40]!r} is not a day. {remedy}"))
        return None


async def _position(services: Services, text: str, mistakes: list[Mistake]) -> int | None:
    if not text:
        return None
    last = (await services.ledger.head()).position
    position = whole_number(text)
    if position is None or position > last:
        problem = f"{text[:20]!r} is not an entry of this register."
        mistakes.append(Mistake("position", f"{problem} They are numbered from 1 to {last}."))
        return None
    return position
