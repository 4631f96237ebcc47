"""Why the notary signs nothing any more, and what an append is told meanwhile.

NotaryStopped            (a CannotRun: problem and remedy) nothing is signed before the next load
  LedgerAltered          the ledger is not what was recorded and signed; it is closed to appends
    LedgerBehind         it ends before what was signed
    LedgerForked         its first entries lead to another root than was signed
    LeafChanged          an entry's bytes do not hash to its leaf hash
    EntryMissing         a position is empty
    HeadAltered          the row that says where it ends cannot be right
    TileChanged          a stored hash of the tree is not that of the entries below it
    NotContinued         what is signed does not lead from the old root to the new one
  NotDurable             what is recorded may be on one server alone, and be lost with it
  LogUnreadable          what is stored of the signed log is not as a notary publishes it
  StateRefused           the notary's own folder cannot be used as it is
  AnotherNotary          another one signs, or has the folder
LedgerClosed             (a LedgerAnswer) an append is refused while the ledger is not as signed
"""

from adapters.problems import CannotRun
from domain.errors import LedgerAnswer

KEEP_IT = (
    "Stop the service, and keep a copy of the database and of the notary's folder as they are: "
    "they are evidence. "
)
BRING_BACK = (
    KEEP_IT + "Restore the newest backup, or replay the WAL up to the last entry, and start again. "
    "Where what is missing is lost for ever, `twinledger notary renew` begins a new log that says "
    "so; deploy/README.md has the steps. Where this is another register than the one that was "
    "signed, name a folder of its own in TWINLEDGER_NOTARY_FOLDER."
)


class NotaryStopped(CannotRun):
    """Nothing is signed until the notary has loaded again."""


class NotDurable(NotaryStopped):
    """What is recorded may be on one server alone: who signs it signs for what may be lost."""

    def __init__(self) -> None:
        super().__init__(
            "The last entries may be on one server alone: a standby that has to have them does not "
            "answer, or somebody ended the wait for it. They are not signed.",
            "The notary tries again by itself. Start the standby, or take it out of "
            "synchronous_standby_names.",
        )


class LedgerAltered(NotaryStopped):
    """The ledger is not what was recorded and signed: nothing may be appended to it."""


class LedgerBehind(LedgerAltered):
    """The ledger ends at `ends`; `signed` entries were signed."""

    def __init__(self, *, ends: int, signed: int) -> None:
        super().__init__(
            f"The ledger ends at entry {ends}, but {signed} entries were signed: {signed - ends} "
            "are missing, as after an old backup was restored.",
            BRING_BACK,
        )
        self.ends, self.signed = ends, signed


class LedgerForked(LedgerAltered):
    """The first `signed` entries are not those that were signed."""

    def __init__(self, *, signed: int) -> None:
        super().__init__(
            f"The first {signed} entries of the ledger are not those that were signed: one was "
            "changed, or another history was recorded after a restore.",
            BRING_BACK,
        )
        self.signed = signed


class LeafChanged(LedgerAltered):
    """The bytes or the hash of the entry at `position` were changed."""

    def __init__(self, *, position: int) -> None:
        super().__init__(
            f"Entry {position} was changed: its bytes do not hash to its leaf hash.",
            KEEP_IT + "Compare the entry with a backup, and restore the newest one in which "
            "`twinledger verify` finds nothing.",
        )
        self.position = position


class EntryMissing(LedgerAltered):
    """No entry stands at `position`, though later ones do."""

    def __init__(self, *, position: int) -> None:
        super().__init__(f"Entry {position} is missing, though later ones are there.", BRING_BACK)
        self.position = position


class TileChanged(LedgerAltered):
    """The stored hash over the entries `first` to `last` is not theirs."""

    def __init__(self, *, first: int, last: int) -> None:
        super().__init__(
            f"The hash that was published over the entries {first} to {last} is not theirs: one "
            "of them, or that hash, was changed.",
            BRING_BACK,
        )
        self.first, self.last = first, last


class HeadAltered(LedgerAltered):
    """What the database says of the ledger's end cannot be."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem, BRING_BACK)


class NotContinued(LedgerAltered):
    """What is stored of the first `signed` entries does not lead to the root that was signed."""

    def __init__(self, *, signed: int) -> None:
        super().__init__(
            f"The ledger does not go on from the {signed} entries that were signed: one of them, "
            "or a hash that was stored over them, was changed.",
            BRING_BACK,
        )
        self.signed = signed


class LogUnreadable(NotaryStopped):
    """What is stored of the log that was signed is not as a notary publishes it."""

    def __init__(self, problem: str) -> None:
        super().__init__(
            problem,
            KEEP_IT + "Restore the newest backup in which `twinledger verify` finds nothing. The "
            "entries themselves may be as they were recorded.",
        )


class StateRefused(NotaryStopped):
    """The notary's own folder cannot be used as it is."""


class AnotherNotary(NotaryStopped):
    """There is one notary for a ledger, and it is not this one."""


class LedgerClosed(LedgerAnswer):
    """Nothing was recorded: the ledger is not the one that was signed."""

    def __init__(self, *, problem: str, remedy: str) -> None:
        super().__init__(
            f"Nothing was recorded: this register is read-only. {problem} Whoever keeps the "
            f"register: {remedy}"
        )
        self.problem, self.remedy = problem, remedy
