"""Which moment of the two clocks is asked about, and from which position it is answered.

A read is pinned to one position: what is recorded while it is answered does not come into it, and
the same question at the same `position` has the same answer for ever.
"""

from datetime import UTC, date, datetime, time
from typing import Annotated

from litestar.di import NamedDependency
from msgspec import Struct

from api import as_at, same_history
from api.refusals import NotShownYet
from api.requests import HttpRequest, services_of
from api.rest import parameters
from api.services import Services
from domain.dates import parse_day
from domain.ports import Head
from domain.refusals import Invalid
from projections.views import Moment

AsOf = Annotated[
    str | None,
    parameters.day(
        "as-of", "The day of the world that is asked about; today in UTC where it is left out."
    ),
]
KnownAt = Annotated[
    str | None,
    parameters.day(
        "known-at", "Only what was recorded by the end of this day in UTC. Not with `position`."
    ),
]
Position = Annotated[
    int | None,
    parameters.position(
        "position", "Only what was recorded up to this entry. Not together with `known-at`."
    ),
]
After = Annotated[
    int | None,
    parameters.position(
        "after", "Wait some seconds until this entry is shown: to read one's own write."
    ),
]

ReadAt = Annotated[
    str | None,
    parameters.named(
        "as-at",
        "The `As-At` of an earlier answer: where this register no longer has that entry, it "
        "says so instead of answering by another history.",
        pattern=as_at.PATTERN,
    ),
]


class At(Struct, frozen=True):
    """A moment, pinned. `now` says that nothing was asked but the present.

    `leaf_hash` is that of the entry at `position`.
    """

    as_of: date
    position: int
    leaf_hash: bytes
    now: bool

    @property
    def last_entry(self) -> as_at.AsAt:
        """The last entry that counts."""
        return as_at.AsAt(self.position, self.leaf_hash)

    @property
    def moment(self) -> Moment:
        """As the read models are asked."""
        return Moment(self.as_of, self.position)


Pinned = NamedDependency[At]
"""What a handler is given that depends on `asked`."""


async def asked(
    request: HttpRequest,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    position: Position = None,
    *,
    after: After = None,
    read_at: ReadAt = None,
) -> At:
    """The moment of a read, from the query of the request.

    Raises `Invalid` for a parameter that cannot be, `NotShownYet` where the read models do not
    show in time what is asked for, and `AnotherHistory` where an earlier answer was read at an
    entry that this register does not have.
    """
    services = services_of(request)
    await same_history.require_written(services, read_at or "", parameter="as-at")
    refuse_negative(after, "after")
    shown = await _reach(services, after, "after") if after else await services.shown()
    until = await known_until(services, known_at, position)
    if until is not None and until > shown.position:
        shown = await _reach(services, until, "position")
    last = as_at.AsAt(shown.position, shown.leaf_hash)
    if until is not None and until != shown.position:
        last = await as_at.as_at(services.ledger, until)
    return At(
        day_of(as_of, "as-of") or today(services),
        last.position,
        last.leaf_hash,
        now=as_of is None and until is None,
    )


async def known_until(services: Services, known_at: str | None, position: int | None) -> int | None:
    """The position that `known-at` or `position` names; None where all that is recorded counts."""
    refuse_negative(position, "position")
    known_on = day_of(known_at, "known-at")
    if known_on is None:
        return position
    if position is not None:
        raise Invalid(
            "position", "it is asked together with known-at", "Ask for one of the two clocks' ends."
        )
    end = datetime.combine(known_on, time.max, UTC)
    return None if end >= services.now() else await services.ledger.position_known_at(end)


def day_of(text: str | None, field: str) -> date | None:
    """The day that a parameter names. Raises `Invalid`."""
    return None if text is None else parse_day(text, field=field)


def today(services: Services) -> date:
    """The day of a read that names none."""
    return services.now().astimezone(UTC).date()


async def _reach(services: Services, position: int, parameter: str) -> Head:
    """Where the read models stand when they show `position`. Raises where they do not in time."""
    shown = await services.shown()
    if shown.position >= position:
        return shown
    await refuse_unrecorded(services, position, parameter)
    await services.wait_for(position)
    shown = await services.shown()
    if shown.position < position:
        raise NotShownYet(position)
    return shown


def refuse_negative(position: int | None, parameter: str) -> None:
    """Raise `Invalid` for a position before the beginning."""
    if position is not None and position < 0:
        raise Invalid(
            parameter, f"{position} is no position", "Entries are numbered from 1; 0 is before all."
        )


async def refuse_unrecorded(services: Services, position: int, parameter: str) -> None:
    """Raise `Invalid` for a position that the ledger has not reached."""
    last = (await services.ledger.head()).position
    if position > last:
        raise Invalid(
            parameter,
            f"there is no entry {position} here: the last one is {last}",
            "If you have read it here before, this register was restored from an earlier copy: "
            "begin again at its first entry.",
        )
