"""What only a ledger outside this process can answer, beside the tree in `domain/errors.py`.

LedgerAnswer
  LedgerUnavailable      nothing was stored, for no fault of the act
"""

from domain.errors import LedgerAnswer


class LedgerUnavailable(LedgerAnswer):
    """The database could not be reached, or could store nothing: a full disk, a missing right."""

    def __init__(self, *, reason: str) -> None:
        super().__init__(
            f"Nothing was recorded, because the database cannot store it now: {reason}. "
            "Send the same act again when that is put right."
        )
        self.reason = reason
