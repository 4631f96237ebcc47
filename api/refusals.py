"""Why a request cannot be taken as it is, before the rules of the register are asked.

RequestRefused             a code, a problem, a remedy, and what of the request it is about
  MissingHeader            a header that is needed is not there
  UnfitHeader              a header cannot be as it is
  UnfitBody                members of the body cannot be as they are
  KeyReused                the idempotency key names another command already
  RecordChanged            the record is not as the sender saw it
  NotShownYet              the read models do not show a position yet
  AnotherHistory           the sender has read a history that this register does not have
  TooManyWaiting           as many wait for new entries as one server lets wait
  TooManyReports           as many wait for a report as one server lets wait
  TooManyBundles           as many download the whole register as one server lets
  NotSignedYet             it is recorded, and no checkpoint covers it yet

The statuses are in `api/problems.py`, by code.
"""

from collections.abc import Sequence

from adapters.shapes import Mistake, in_words
from projections.views import TimelineItem


class RequestRefused(Exception):
    """Nothing of the request was done.

    At most one of these says what is meant: `parameter` (of the query or the path), `header`.
    """

    def __init__(
        self, code: str, problem: str, remedy: str, *, parameter: str = "", header: str = ""
    ) -> None:
        super().__init__(f"{problem} {remedy}")
        self.code, self.problem, self.remedy = code, problem, remedy
        self.parameter, self.header = parameter, header


class MissingHeader(RequestRefused):
    """A header that is needed is not there."""

    def __init__(self, header: str, code: str, remedy: str) -> None:
        super().__init__(code, f"The header {header} is missing.", remedy, header=header)


class UnfitHeader(RequestRefused):
    """A header cannot be as it is."""

    def __init__(self, header: str, code: str, problem: str, remedy: str) -> None:
        super().__init__(code, problem, remedy, header=header)


class UnfitBody(RequestRefused):
    """Members of the body cannot be as they are; `mistakes`, one at least, says which."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        problem, remedy = in_words(mistakes[0])
        if others := len(mistakes) - 1:
            remedy += f" And {others} more, each under `errors` with its place and what helps."
        super().__init__("invalid", f"{mistakes[0].place or 'The body'}: {problem}.", remedy)
        self.mistakes = tuple(mistakes)


class KeyReused(RequestRefused):
    """The idempotency key names another command already."""

    def __init__(self) -> None:
        super().__init__(
            "idempotency-key-reused",
            "This key was used before: with another content, or by somebody else.",
            "Use a new key for a new command; the same key repeats the same command only. If this "
            "is the very command that had the key, send it under no other: ask whoever keeps the "
            "register, who looks with `twinledger verify`.",
            header="Idempotency-Key",
        )


class RecordChanged(RequestRefused):
    """The record is not as the sender saw it; `changes` are the acts that they have not seen.

    `seen` is the position of the entry that they saw last, and their history is this register's
    `shared_until` an entry: before that one where it was lost. `anothers` says that the entry is
    one of another record.
    """

    def __init__(
        self,
        *,
        seen: int,
        shared_until: int,
        etag: str,
        timeline: str,
        changes: Sequence[TimelineItem],
        anothers: bool = False,
    ) -> None:
        if anothers:
            problem = (
                f"Entry {seen} is of another record: this ETag is not one of this partnership."
            )
        elif shared_until == seen:
            problem = f"The record has changed since version {seen}."
        else:
            problem = (
                f"Entry {seen} is not in this register as you saw it: the register was restored "
                "from an earlier copy, or it is another one. The changes listed may go back before "
                "it."
            )
        super().__init__(
            "record-changed",
            problem,
            "Read what changed, decide again, and send the command with the new ETag.",
            header="If-Match",
        )
        self.etag, self.timeline, self.changes = etag, timeline, tuple(changes)


class NotShownYet(RequestRefused):
    """The read models do not show `position` yet, after the bound of waiting for it.

    Or not all up to there: `first` is an entry that this release cannot show, so that what counts
    it would come out otherwise later.
    """

    def __init__(self, position: int, first: int | None = None) -> None:
        super().__init__(
            "not-shown-yet",
            f"Entry {first or position} is recorded and not yet shown here.",
            "Ask again in some seconds. Where that does not help, /healthz says what holds it up."
            if first is None
            else f"Ask for what was known at position {first - 1}, which is whole. A report up to "
            f"{position} can be made when that entry is shown: `twinledger check` tells whoever "
            "keeps the register why it is not.",
        )
        self.position, self.first = position, first


class AnotherHistory(RequestRefused):
    """The sender has read a history that this register does not have, or no longer has.

    `position` is the entry that was read, `ends` the last one here. `first` is the first entry that
    differs, None where the register does not know it; then `differs` is one that does.
    """

    def __init__(
        self,
        position: int,
        *,
        ends: int,
        first: int | None = None,
        parameter: str = "",
        header: str = "",
    ) -> None:
        restored = "This register was restored from an earlier copy"
        if first is not None:
            problem = f"From entry {first} on this register is not the one that was read before."
            remedy = (
                f"{restored}, and the entries that were read from {first} on are lost: /verify and "
                "/api/v1/entries/lost list them. Drop what rests on them, and read on behind entry "
                f"{first - 1}."
            )
        else:
            problem = (
                f"Entry {position} was read before, but this register ends at entry {ends}."
                if ends < position
                else f"Entry {position} of this register is not the one that was read before."
            )
            remedy = (
                f"{restored}, or it is another one. Entries before may differ too: begin again at "
                "the first one, or ask by the cursors of earlier entries until one is taken, drop "
                "what rests on those behind it, and read on from there."
            )
        super().__init__("another-history", problem, remedy, parameter=parameter, header=header)
        self.position, self.ends, self.first = position, ends, first
        self.differs = min(position, ends + 1)


class TooManyWaiting(RequestRefused):
    """As many wait for new entries as one server lets wait."""

    def __init__(self) -> None:
        super().__init__(
            "too-many-waiting",
            "Too many wait for new entries here already.",
            "Ask again in some seconds, or ask without `wait`.",
        )


class TooManyReports(RequestRefused):
    """As many wait for a report as one server lets wait; they are made one at a time."""

    def __init__(self) -> None:
        super().__init__(
            "too-many-reports",
            "Too many reports are being made here already.",
            "Ask again in some seconds. One that was made before is answered at once.",
        )


class TooManyBundles(RequestRefused):
    """As many download the whole register as one server lets."""

    def __init__(self, *, most: int) -> None:
        super().__init__(
            "too-many-bundles",
            f"The whole register is being downloaded by {most} already, as many as may at once.",
            "Ask again in a minute. A single entry, and a partnership's record with its proofs, "
            "can be had meanwhile.",
        )
        self.most = most


class NotSignedYet(RequestRefused):
    """No checkpoint covers it yet: of the ledger, `signed` entries are signed.

    `position` is the entry that was asked for; without one it is the checkpoint itself.
    """

    def __init__(self, *, signed: int = 0, position: int | None = None) -> None:
        super().__init__(
            "not-signed-yet",
            "Nothing of this register is signed yet."
            if position is None
            else f"Entry {position} is recorded and not yet signed; the first {signed} are.",
            "Ask again in a second or two. Where that does not help, /healthz says what keeps the "
            "notary from signing.",
        )
        self.signed, self.position = signed, position
