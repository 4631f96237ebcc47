"""Why a witness does not sign, and what stops it from running.

WitnessFolderRefused     (a CannotRun) the witness's own folder cannot be used as it is
WitnessesRefused         (a CannotRun) the file that names a register's witnesses cannot be used
WitnessRefusal           nothing is cosigned; each stands for an answer of C2SP tlog-witness
  UnfitSubmission        the body is not of its form
  UnknownLog             nobody told this witness to sign for such a log
  NotSignedByLog         no key of that log has signed the checkpoint
  LogStopped             there are two histories of that log: the keeper of the witness decides
  OtherSize              the tree that was signed last has another size
    TwoHistories         it has the same size, and another root
  WrongProof             the proof does not lead from the tree that was signed last
"""

from collections.abc import Sequence
from pathlib import Path

from adapters.problems import CannotRun


class WitnessFolderRefused(CannotRun):
    """Nothing is cosigned before the folder can be used."""


class WitnessesRefused(CannotRun):
    """Whom the register asks cannot be told; nothing was started."""

    def __init__(self, file: Path, problem: str, remedy: str) -> None:
        super().__init__(f"TWINLEDGER_WITNESSES names {file}: {problem}", remedy)
        self.file = file


class WitnessRefusal(Exception):
    """Nothing was cosigned: one sentence with the problem, one with the remedy."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem} {remedy}")
        self.problem, self.remedy = problem, remedy


class UnfitSubmission(WitnessRefusal):
    """What was sent cannot be read as C2SP tlog-witness says."""


class UnknownLog(WitnessRefusal):
    """No log called `origin` is witnessed here."""

    def __init__(self, *, origin: str) -> None:
        super().__init__(
            f"This witness does not know a log called {origin[:200]}.",
            "Give its public key to whoever keeps this witness: `twinledger witness trust KEY`.",
        )
        self.origin = origin


class NotSignedByLog(WitnessRefusal):
    """None of the keys that are known of `origin` has signed."""

    def __init__(self, *, origin: str) -> None:
        super().__init__(
            f"The checkpoint is not signed by a key that this witness knows of {origin[:200]}.",
            "Where the log has a new key, give it to whoever keeps this witness.",
        )
        self.origin = origin


class LogStopped(WitnessRefusal):
    """There are two signed histories of `origin`; `notes` are the signed notes that show it."""

    def __init__(self, *, origin: str, notes: Sequence[bytes]) -> None:
        super().__init__(
            f"This witness keeps the evidence that {origin[:200]} has signed two histories, and "
            "signs neither.",
            "Ask whoever keeps this witness; its first page shows both.",
        )
        self.origin, self.notes = origin, notes


class OtherSize(WitnessRefusal):
    """The last tree that was cosigned has `size` leaves, 0 before the first."""

    def __init__(self, *, size: int) -> None:
        super().__init__(
            f"The last tree that this witness has signed has {size} entries.",
            "Send the proof that the new one begins with it.",
        )
        self.size = size


class TwoHistories(OtherSize):
    """A second root was signed for `size` entries. Both signed notes are kept."""


class WrongProof(WitnessRefusal):
    """`fork` says that the proof itself shows another history, `size` which tree it begins at."""

    def __init__(self, *, size: int, fork: bool) -> None:
        what = "shows that it does not begin" if fork else "does not show that it begins"
        super().__init__(
            f"The proof {what} with the {size} entries that this witness has signed.",
            "Both checkpoints are kept here. Ask whoever keeps this witness.",
        )
        self.size, self.fork = size, fork
