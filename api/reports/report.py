"""The content of the report "sister-city-transparency", line by line.

The names of these fields are its public format, in JSON and CSV: a change gets a new `format`.
"""

from datetime import date

from msgspec import Struct

from domain.regime.regime import Verdict


class LedgerRange(Struct, frozen=True):
    """The events that the report knows: 1 to `last_position`; none when that is 0.

    `known_at` is when the last of them was recorded, `leaf_hash` its leaf hash in hexadecimal.
    """

    first_position: int
    last_position: int
    known_at: str
    leaf_hash: str


class RegimeUsed(Struct, frozen=True):
    """The rule file. `as_shipped` is False when somebody changed it or wrote his own."""

    id: str
    version: int
    title: str
    form: str
    sha256: str
    as_shipped: bool
    tests: tuple[str, ...]


class ListUsed(Struct, frozen=True):
    """A list edition and what it was used for."""

    id: str
    title: str
    edition: str
    used_for: str
    sha256: str
    attribution: str


class Recognition(Struct, frozen=True):
    """Whether the body lists the partnership on the day."""

    yes: int
    no: int
    unknown: int


class CountryCount(Struct, frozen=True):
    """The pairs with partners in one country. `score` is None where the edition has none."""

    country: str
    score: int | None
    pairs: int
    recognised: Recognition


class EditionCounts(Struct, frozen=True):
    """Line 3: the counts of line 2 with another edition."""

    edition: str
    threshold: int
    at_or_below_threshold: int
    above_threshold: int
    without_score: int
    without_country: int
    at_or_below_by_country: tuple[CountryCount, ...]


class Undetermined(Struct, frozen=True):
    """Partnerships that lack exactly these facts."""

    missing: tuple[str, ...]
    partnerships: int


class Verdicts(Struct, frozen=True):
    """How many partnerships have which determination; `because` adds up to `undetermined`."""

    verdicts: dict[Verdict, int]
    because: tuple[Undetermined, ...]


class Gap(Struct, frozen=True):
    """Line 14: one element. `not_ruled_out` leaves out pairs to which the Act does not apply."""

    element: str
    question: str
    wording_confirmed: bool
    without_finding: int
    without_finding_not_ruled_out: int


class Noted(Struct, frozen=True):
    """One party that needs a look."""

    partnership: str
    party: str
    country: str


class DataQuality(Struct, frozen=True):
    """What limits the counts. The two territory lists are open questions of law, not errors."""

    pairs_with_one_us_party_in_territories: tuple[Noted, ...]
    other_pairs_in_territories: tuple[Noted, ...]
    parties_without_country: tuple[Noted, ...]
    without_score_by_country: tuple[CountryCount, ...]
    partnerships_with_uncertain_status: int
    parties_without_level: int


class Report(Struct, frozen=True, kw_only=True):
    """Lines 1, 2, 3 and 14, the determinations and the notes on data quality, in this order."""

    report: str = "sister-city-transparency"
    format: int = 1
    notice: str
    reporting_unit: str
    as_of: date
    ledger: LedgerRange
    regime: RegimeUsed
    lists: tuple[ListUsed, ...]
    partnerships_in_force: int
    partnerships_possibly_in_force: int
    pairs_with_one_us_party: int
    recognised_by: str
    recognised: Recognition
    edition: str
    threshold: int
    at_or_below_threshold: int
    at_or_below_threshold_recognised: Recognition
    above_threshold: int
    without_score: int
    without_country: int
    at_or_below_by_country: tuple[CountryCount, ...]
    newest_edition: EditionCounts
    determinations_of_pairs_with_one_us_party: Verdicts
    determinations_of_all: Verdicts
    pairs_not_ruled_out: int
    gaps: tuple[Gap, ...]
    data_quality: DataQuality
