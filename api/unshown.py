"""A partnership that is recorded, and of which nothing can be shown."""

from domain.history import partnership_tag
from domain.ports import Ledger, Unreadable
from domain.values import PartnershipId
from projections.parked import Parking


async def unshown_from(
    ledger: Ledger, parking: Parking, partnership: PartnershipId, position: int | None = None
) -> int | None:
    """The first entry of it that cannot be shown; None where there is none up to `position`.

    The read models know only of such that say on which partnership they are. The ledger finds what
    it has filed under one whatever its bytes say, at the cost of a reading: so this is for who is
    about to say that there is no such partnership.
    """
    if (waits_from := await parking.incomplete_from(partnership, position)) is not None:
        return waits_from
    recorded = await ledger.read(frozenset({partnership_tag(partnership)}))
    unreadable = (one.position for one in recorded if isinstance(one, Unreadable))
    return next((one for one in unreadable if position is None or one <= position), None)
