"""What was reported, said and seen beside the status."""

from domain.partnership.commands import ActivityKind
from domain.partnership.events.base import Event
from domain.values import Citation, MoneyLine, Vitality


class ActivityReported(Event, frozen=True):
    kind: ActivityKind
    statement: str
    outcome: str = ""
    evidence: tuple[Citation, ...] = ()


class AnnualReportFiled(Event, frozen=True):
    year: int
    nothing_happened: bool
    statement: str = ""
    money: tuple[MoneyLine, ...] = ()
    evidence: tuple[Citation, ...] = ()


class VitalitySet(Event, frozen=True):
    """Beside the status, which stays. `rule` is empty where somebody revived it."""

    vitality: Vitality
    last_activity: str
    rule: str = ""
    statement: str = ""
    evidence: tuple[Citation, ...] = ()


class RecognitionRecorded(Event, frozen=True):
    """From the date of the act on, until a later one of the same body."""

    recognising_body: str
    listed: bool
    evidence: tuple[Citation, ...]
    statement: str = ""
