"""What was taken over from before the register, and what was corrected."""

from domain.partnership.commands import CorrectableField
from domain.partnership.events.base import Event
from domain.values import Citation, DatedFact, Grade, Kind, Motive, Party, Status, Tier


class LegacyPartnershipRecorded(Event, frozen=True):
    home: Party
    counterpart: Party
    status: Status
    tier: Tier
    kind: Kind
    grade: Grade
    sources: tuple[Citation, ...]
    listed_on: str = ""
    since: DatedFact | None = None
    formally_since: DatedFact | None = None
    motives: tuple[Motive, ...] = ()
    statement: str = ""
    term_end: str = ""


class CorrectionRequested(Event, frozen=True):
    position: int
    field: CorrectableField
    value: str
    reason: str
    community: str = ""
    evidence: tuple[Citation, ...] = ()


class RecordCorrected(Event, frozen=True):
    """The correction takes effect. It repeats what the request asked, so it stands by itself."""

    request: int
    position: int
    field: CorrectableField
    value: str
    reason: str
    community: str = ""


class CorrectionRejected(Event, frozen=True):
    request: int
    reason: str
