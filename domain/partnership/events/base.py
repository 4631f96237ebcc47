"""What all events of a partnership have."""

from typing import Literal

from msgspec import Struct

from domain.values import PartnershipId

Side = Literal["home", "counterpart"]


class Event(Struct, frozen=True, omit_defaults=True):
    """Base: every event names its partnership."""

    partnership: PartnershipId
