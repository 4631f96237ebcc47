"""What the read models give to pages, command line and reports."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

from domain.regime.facts import PartnershipFacts
from domain.values import Citation, DatedFact, Grade, Kind, Motive, Party, Status, Tier, Vitality

LegalDoubt: TypeAlias = Literal["", "another_text", "objection"]
"""What legal reviews leave open of a text that was approved."""


class Moment(Struct, frozen=True):
    """Which day of the world, as known at which position. None: today, and all that is known."""

    as_of: date | None = None
    position: int | None = None


class OpenReview(Struct, frozen=True):
    """An open transparency review in short."""

    review: str
    criteria: str
    opened_at: datetime
    ground: str
    hold: bool
    elements_found: tuple[str, ...]
    open_requests: tuple[int, ...]


class PendingCorrection(Struct, frozen=True):
    """A correction that waits for the second person; `request` is its position."""

    request: int
    position: int
    field: str
    value: str
    reason: str


class Recognition(Struct, frozen=True):
    """Whether a body lists the partnership, from when on (EDTF); None: the dates do not tell."""

    body: str
    listed: bool | None
    since: str


class Notice(Struct, frozen=True):
    """A notice of termination: by which side, when (EDTF), and the day on which it is to end."""

    side: str
    given_on: str
    effective_day: str


class PartnershipView(Struct, frozen=True):
    """One partnership at one moment.

    `statuses` has one member when the status is certain on the day, several when it is not, none
    when the partnership had surely not begun. `possibly_not_begun` says that the day lies in the
    doubt of its beginning; a legacy partnership then was perhaps on its way, so that *proposed* is
    among its statuses. `status_since` is the EDTF date of the act that brought it there, empty when
    it is not known. `version` is the position of its last entry. `grade` is None for what was
    proposed in this register.

    `tier` is the last one that was surely set by the day, `possible_tiers` are all that its dates
    leave possible. `term_end` is the end of the term (EDTF) by the last act surely done, empty
    where none is known. `vitality` is None until somebody has said something of it.
    `legal_doubt` says that legal reviews saw another text than the one approved at home, or did not
    approve that one as it is.
    """

    partnership: str
    home: Party
    counterpart: Party
    tier: Tier
    kind: Kind
    statuses: tuple[Status, ...]
    status_since: str
    legacy: bool
    grade: Grade | None
    since: DatedFact | None
    formally_since: DatedFact | None
    listed_on: str
    motives: tuple[Motive, ...]
    statement: str
    sources: tuple[Citation, ...]
    condition: str
    review_by: str
    home_approved: bool
    counterpart_approved: bool
    signed: tuple[str, ...]
    open_reviews: tuple[OpenReview, ...]
    corrections: tuple[PendingCorrection, ...]
    first_position: int
    version: int
    recorded_at: datetime
    possibly_not_begun: bool = False
    possible_tiers: tuple[Tier, ...] = ()
    term_end: str = ""
    vitality: Vitality | None = None
    vitality_since: str = ""
    last_activity: str = ""
    notices: tuple[Notice, ...] = ()
    recognitions: tuple[Recognition, ...] = ()
    legal_doubt: LegalDoubt = ""


class Filters(Struct, frozen=True):
    """`query` is matched against names and the reference; the others are exact.

    `status` finds those of which it is certain on the day.
    """

    query: str = ""
    status: Status | None = None
    country: str = ""
    tier: Tier | None = None
    under_review: bool = False
    community: str = ""


class Page(Struct, frozen=True):
    """Some rows in order of the first name; `next_after` continues, None at the end.

    `total` is None where nobody asked for it.
    """

    rows: tuple[PartnershipView, ...]
    total: int | None
    next_after: str | None


class Counts(Struct, frozen=True):
    """How many partnerships there are, by status; uncertain ones apart."""

    by_status: dict[Status, int]
    uncertain: int
    under_review: int


class Change(Struct, frozen=True):
    """What an act changed: a label in plain words, the value before (may be empty) and after."""

    label: str
    before: str
    after: str


ItemKind: TypeAlias = Literal["step", "review", "report", "correction", "erasure"]


class TimelineItem(Struct, frozen=True):
    """One act as a person reads it. `who` is the deciding body, `basis` the documents cited."""

    position: int
    partnership: str
    type: str
    kind: ItemKind
    recorded_at: datetime
    effective: str
    sentence: str
    who: str
    recorder_role: str
    statement: str
    basis: tuple[Citation, ...]
    changes: tuple[Change, ...]
    corrected_by: int | None


class LogFilters(Struct, frozen=True):
    """Which entries of the audit log: those later than `after`, up to `until`, that fit all others.

    `position` is as known at which entry; None: all that is known.

    `recorder` is the pseudonym of who recorded it, `body` which kind of body decided, `type` a
    storage tag. `community` is an identifier or a whole name of one of the two, in any case and
    without regard to accents, as it was called when the entry was recorded.
    """

    recorder: str = ""
    body: str = ""
    kind: ItemKind | None = None
    type: str = ""
    community: str = ""
    partnership: str = ""
    after: int = 0
    until: int | None = None
    position: int | None = None


class LogEntry(Struct, frozen=True):
    """One act with who stands behind it; see `domain.ports.Actor`.

    `home` and `counterpart` are the names of the two as they were after it.
    """

    item: TimelineItem
    recorder: str
    role: str
    body: str
    community: str
    home: str
    counterpart: str


class LogPage(Struct, frozen=True):
    """Some entries, newest first, and whether there are newer and older ones that fit."""

    entries: tuple[LogEntry, ...]
    newer: bool
    older: bool


class Register(Protocol):
    """The register: every version of every partnership, so that any moment is one query."""

    async def search(
        self,
        filters: Filters,
        moment: Moment,
        *,
        limit: int = 50,
        after: str | None = None,
        total: bool = True,
    ) -> Page:
        """Those that had possibly begun on the day; without `total` they are not counted."""
        ...

    async def get(self, partnership: str, moment: Moment) -> PartnershipView | None:
        """One, or None when it is not recorded at that moment."""
        ...

    async def counts(self, moment: Moment) -> Counts:
        """For the head of the page."""
        ...

    async def countries(self) -> tuple[tuple[str, int], ...]:
        """Country codes with the number of partnerships, most first."""
        ...

    def facts(self, moment: Moment) -> AsyncIterator[PartnershipFacts]:
        """All partnerships in order of their reference, streamed."""
        ...

    def pairs(self) -> AsyncIterator[tuple[str, Party, Party, bool]]:
        """Reference, home, counterpart and whether it is live, as now known, streamed."""
        ...


class Timeline(Protocol):
    """What happened, as sentences."""

    async def of(
        self,
        partnership: str,
        *,
        position: int | None = None,
        after: int = 0,
        day: date | None = None,
        limit: int | None = None,
    ) -> tuple[TimelineItem, ...]:
        """The acts of one partnership up to a position, oldest first: those later than `after`,
        those that had possibly taken place by `day`, at most `limit` of them.
        """
        ...

    async def count_of(
        self, partnership: str, *, position: int | None = None, day: date | None = None
    ) -> int:
        """How many acts of one partnership `of` gives without `after` and `limit`."""
        ...

    async def log(
        self,
        filters: LogFilters,
        *,
        limit: int = 50,
        before: int | None = None,
        after: int | None = None,
    ) -> LogPage:
        """The latest acts of the register that fit; those next `before` or `after` a position."""
        ...

    async def counts(self, filters: LogFilters) -> dict[ItemKind, int]:
        """How many acts fit, of each kind; a kind of which there is none is missing."""
        ...

    def entries(self, filters: LogFilters) -> AsyncIterator[LogEntry]:
        """All acts that fit, oldest first, streamed; nothing is held open between two of them."""
        ...

    async def shown(self) -> int:
        """The position up to which all is shown; 0 while there is nothing."""
        ...
