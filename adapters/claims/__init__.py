"""What a text said of partnerships, claim by claim, with what other sources and the data say."""

import csv
import hashlib
import io
from importlib.resources import files

from msgspec import Struct

SOURCE = "seed-claims.csv, compiled by hand for this project (facts, no licence needed)"


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
                row["check_on_data"],
            )
            for row in table
        ),
        hashlib.sha256(content).hexdigest(),
    )
