"""What was asked and decided about private values. None of it says what they were."""

from msgspec import Struct

from domain.partnership.commands import ErasureGround
from domain.partnership.events.base import Event


class ErasureRequested(Event, frozen=True):
    position: int
    ground: ErasureGround
    law: str = ""


class ErasedValue(Struct, frozen=True):
    """A field, and the commitment to its value: by that name its data key was kept."""

    field: str
    commitment: str


class PrivateValuesErased(Event, frozen=True):
    """The certificate: from this entry on nobody is shown these values, and their keys are
    destroyed as soon as it is recorded. It repeats the request, so it stands by itself.
    """

    request: int
    position: int
    values: tuple[ErasedValue, ...]
    ground: ErasureGround
    law: str = ""


class ErasureRejected(Event, frozen=True):
    request: int
    reason: str
