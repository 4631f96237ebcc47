"""What a text said of partnerships, claim by claim, with what other sources and the data say."""

import csv
import hashlib
import io
from importlib.resources import files

from msgspec import Struct

SOURCE = "seed-claims.csv, compiled by hand for this project (facts, no licence needed)"


class PairList(Struct, frozen=True):
    """A list of pairs that claims were checked on, as a reader knows it.

    `name` is what texts call it, `file` what the collection of this project does. `link` leads to
    whoever published it, `terms` to the licence.
    """

    file: str
    name: str
    what: str
    licence: str
    terms: str
    link: str


PAIR_LISTS = (
    PairList(
        "relations.csv",
        "the list from Wikipedia",
        "24,893 pairs from the 81 lists of twin towns and sister cities in English Wikipedia, as "
        "collected on 8 February 2026; some coordinates are those of GeoNames (CC BY 4.0)",
        "CC BY-SA 4.0",
        "https://creativecommons.org/licenses/by-sa/4.0/",
        "https://github.com/Hekman/twincities",
    ),
    PairList(
        "wikidata-cities.csv",
        "the list from Wikidata",
        "8,182 pairs of larger cities in Wikidata, as collected in January 2022",
        "CC0 1.0",
        "https://creativecommons.org/publicdomain/zero/1.0/",
        "https://github.com/albertoursino/graphs-comparison",
    ),
)


class Claim(Struct, frozen=True):
    """A row. `said` is the claim in our words, `dated` the EDTF date that it names.

    `others` is what other sources say, `data` what came of the check on the lists of pairs; both
    empty where nothing was found.
    """

    id: str
    said: str
    kind: str
    dated: str
    others: str
    data: str

    @property
    def not_reproduced(self) -> bool:
        """Whether the check on the lists came out against it: its text then begins so."""
        return self.data.startswith("not reproduced")


class Claims(Struct, frozen=True):
    """All rows in their order, and the SHA-256 of the file."""

    rows: tuple[Claim, ...]
    sha256: str


def shipped_claims() -> Claims:
    """The claims that come with Twinledger."""
    content = (files(__name__) / "seed-claims.csv").read_bytes()
    table = csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""))
    return Claims(
        tuple(
            Claim(
                row["claim_id"],
                row["claim_rephrased"],
                row["type"],
                row["date_edtf"],
                row["outside_support"],
                _as_known(row["check_on_data"]),
            )
            for row in table
        ),
        hashlib.sha256(content).hexdigest(),
    )


def _as_known(text: str) -> str:
    """With the names that readers know in place of files'."""
    for known in PAIR_LISTS:
        text = text.replace(known.file, known.name)
    return text
