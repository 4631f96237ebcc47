"""Where a partnership stands: one shape per stage, holding what the next decision needs."""

from datetime import date
from typing import Literal, TypeAlias

from msgspec import Struct

from domain.dates import EdtfDate
from domain.partnership.commands import Advice, LegalOutcome
from domain.partnership.events import CorrectionRequested, ErasureRequested, Side
from domain.values import (
    CommunityId,
    PartnershipId,
    Party,
    ReviewId,
    Status,
    Tier,
    Vitality,
)

Facet: TypeAlias = Literal["text", "term", "tier", "vitality"]


class PendingCorrection(Struct, frozen=True):
    """A request at `position`, which waits for somebody else than its `recorder` to decide."""

    position: int
    recorder: str
    asked: CorrectionRequested


class PendingErasure(Struct, frozen=True):
    """As `PendingCorrection`, for private values."""

    position: int
    recorder: str
    asked: ErasureRequested


class Recognition(Struct, frozen=True):
    """What the entry at `position` says of a body: that it lists the partnership, or does not."""

    position: int
    body: str
    listed: bool


class Record(Struct, frozen=True):
    """What stays the same through the stages, or gathers along them.

    `proposer` is the recorder who put it on record as proposed, `proposing_body` the body that
    proposed it; empty where a legacy record does not say.
    `programme` are the recorders who reported activities. `holds` are open reviews with a hold.
    `reached_at` are the entries that brought it to this stage: one, or the signatures.
    `in_force_at` is the entry that brought it into force, none until then. `dates` is
    the date of each dated entry, as corrected. `bond_known`: a legacy record's date is that of the
    bond (`since`), not of the formal agreement.

    `text_sha256` is that of the agreement as last signed, `term_end` the end of its term, both
    empty where not known. `vitality` is None until somebody set it. `set_at` is the entry that
    last set a facet, `activities` are the entries that report one, `named_activity` is the last
    activity as the vitality's last act named it, `notices` the day on which it is to end, by the
    side that gave notice. `private` are, by entry and field, the commitments to the private values
    that were not erased; `had_private` says that some were there.
    """

    id: PartnershipId
    home: Party
    counterpart: Party
    tier: Tier
    proposer: str
    proposing_body: str
    positions: frozenset[int]
    programme: frozenset[str] = frozenset()
    reported_years: frozenset[int] = frozenset()
    open_reviews: frozenset[ReviewId] = frozenset()
    holds: frozenset[ReviewId] = frozenset()
    corrections: tuple[PendingCorrection, ...] = ()
    reached_at: frozenset[int] = frozenset()
    in_force_at: frozenset[int] = frozenset()
    dates: dict[int, EdtfDate] = {}
    legacy: bool = False
    bond_known: bool = False
    text_sha256: str = ""
    term_end: str = ""
    vitality: Vitality | None = None
    set_at: dict[Facet, int] = {}
    activities: frozenset[int] = frozenset()
    named_activity: EdtfDate | None = None
    notices: dict[Side, str] = {}
    recognitions: tuple[Recognition, ...] = ()
    private: dict[int, dict[str, str]] = {}
    had_private: bool = False
    erasures: tuple[PendingErasure, ...] = ()

    @property
    def communities(self) -> tuple[CommunityId, CommunityId]:
        """Home, then counterpart."""
        return self.home.community, self.counterpart.community

    @property
    def founded_at(self) -> int:
        """The position of its first entry."""
        return min(self.positions)

    @property
    def reached(self) -> EdtfDate | None:
        """When it came to this stage: the later date where there are two, None if unknown."""
        return _latest(self._dates_of(self.reached_at))

    @property
    def last_activity(self) -> EdtfDate | None:
        """When the latest activity took place that was reported or named, None if none was."""
        named = [self.named_activity] if self.named_activity else []
        return _latest([*self._dates_of(self.activities), *named])

    def _dates_of(self, positions: frozenset[int]) -> list[EdtfDate]:
        return [self.dates[position] for position in positions if position in self.dates]

    def side_of(self, community: str) -> Side | None:
        """Which side a community is, None if it is no party."""
        if community == self.home.community:
            return "home"
        return "counterpart" if community == self.counterpart.community else None


def _latest(dates: list[EdtfDate]) -> EdtfDate | None:
    return max(dates, key=lambda on: on.earliest or date.min, default=None)


class Unknown(Struct, frozen=True):
    """Nothing is recorded yet. `live` are the pair's other partnerships that are not over.

    `namesakes` are, by side, the communities that bear the name of a party which itself is new.
    """

    live: tuple[tuple[PartnershipId, Tier], ...] = ()
    namesakes: dict[Side, tuple[CommunityId, ...]] = {}


class Proposed(Struct, frozen=True):
    """Hashes are those of the text that was approved or signed; empty until then.

    `approved_at` and `signed_at` are the positions of those steps, by side. `advised` is the last
    advice of each advisory body with its conditions, by the body's folded name; `reviewed` the
    reviewing office, the text and the outcome of each legal review.
    """

    record: Record
    home_approval: str = ""
    counterpart_approval: str = ""
    signed: frozenset[Side] = frozenset()
    approved_at: dict[Side, int] = {}
    signed_at: frozenset[int] = frozenset()
    advised: dict[str, tuple[Advice, str]] = {}
    reviewed: tuple[tuple[str, str, LegalOutcome], ...] = ()
    offered: bool = False


class Agreed(Struct, frozen=True):
    record: Record


class Active(Struct, frozen=True):
    """`beside` are the pair's other live partnerships, where a decision needs them (`pair.py`)."""

    record: Record
    beside: tuple[tuple[PartnershipId, Tier], ...] = ()


class Suspended(Struct, frozen=True):
    """`suspended_by` is the body, `suspended_for` the community whose body it is.

    The community is empty where a legacy record does not say.
    """

    record: Record
    suspended_by: str
    condition: str
    waiting_days: int = 0
    suspended_for: str = ""


class Over(Struct, frozen=True):
    """Ended, declined, withdrawn or lapsed: final. A new start is a new partnership."""

    record: Record
    status: Status


Known: TypeAlias = Proposed | Agreed | Active | Suspended | Over
State: TypeAlias = Unknown | Known


def status_of(state: Known) -> Status:
    """The stage as the register's word."""
    match state:
        case Proposed():
            return "proposed"
        case Agreed():
            return "agreed"
        case Active():
            return "active"
        case Suspended():
            return "suspended"
        case Over():
            return state.status
