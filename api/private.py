"""The private values of one partnership, as somebody may see them.

What there is, for everybody; the values themselves, for the staff of the community that recorded
them and for oversight officers.
"""

from datetime import datetime
from typing import Literal

import structlog
from msgspec import Struct

from adapters.private.erasing import certificate_of
from adapters.private.values import Opened, Place, places_of
from api.services import Services
from domain.errors import EntryUnreadable
from domain.history import partnership_tag
from domain.ports import Actor, Unreadable
from domain.private import may_read
from domain.refusals import NotFound
from domain.values import PartnershipId

_log = structlog.stdlib.get_logger("twinledger.private")


class PrivateValue(Struct, frozen=True):
    """One private value. `value` is null but for who may read it, and while it is `kept`.

    `not_for_you` says that it is there and kept from you; `erased` that nobody can read it any
    more, as the entry `certificate` says, which was recorded at `erased_at`; `unreadable` that its
    key is not here; `altered` that what is stored is not what the entry commits to.
    """

    position: int
    field: str
    state: Literal["kept", "not_for_you", "erased", "unreadable", "altered"]
    value: str | None = None
    certificate: int | None = None
    erased_at: datetime | None = None


async def private_values(
    services: Services, partnership: PartnershipId, actor: Actor | None
) -> tuple[PrivateValue, ...]:
    """All of them, in the order of their entries, as they are now. Raises `NotFound`.

    What a certificate names is shown to nobody, also while its key is still to be destroyed.
    """
    entries = await services.ledger.read(frozenset({partnership_tag(partnership)}))
    if not entries:
        raise NotFound("partnership", partnership, "Check the reference, or search the register.")
    for entry in entries:
        # It may be the certificate of an erasure: what is erased is shown to nobody.
        if isinstance(entry, Unreadable):
            raise EntryUnreadable(position=entry.position, changed=entry.changed)
    erased = {
        place: certificate
        for entry in entries
        if (certificate := certificate_of(entry)) is not None
        for place in certificate.places
    }
    open_to = [
        place
        for entry in entries
        if entry.private and may_read(actor, entry.on_behalf_of)
        for place in places_of(entry)
        if place not in erased
    ]
    opened: dict[Place, Opened] = {}
    if actor is not None and open_to:
        opened = await services.private.read(open_to)
        # Who reads what is written down; what they read is not.
        positions = sorted({place.position for place in open_to})
        _log.info(
            "private_values_read",
            reader=actor.recorder,
            partnership=partnership,
            positions=positions,
        )
    found = []
    for place in (place for entry in entries for place in places_of(entry)):
        if (certificate := erased.get(place)) is not None:
            one = PrivateValue(
                place.position,
                place.field,
                "erased",
                certificate=certificate.position,
                erased_at=certificate.recorded_at,
            )
        elif (seen := opened.get(place)) is not None:
            value = seen.value if seen.found == "kept" else None
            one = PrivateValue(place.position, place.field, seen.found, value)
        else:
            one = PrivateValue(place.position, place.field, "not_for_you")
        found.append(one)
    return tuple(found)
