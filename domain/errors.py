"""The tree of answers that are not "done".

LedgerAnswer             the ledger did not append, and says why
  ConditionFailed        something relevant was recorded in between: read again, decide again
  CommandKeyReused       the key already names another command
  NotCanonical           the event cannot be a leaf: a character, a number or a size
  OutcomeUnknown         nobody knows whether it was recorded: ask again with the same key
UnknownEventType         a newer release recorded it: this one can neither read nor decide on it
EntryUnreadable          it is not what was recorded, or this release cannot read it: nothing is
                         decided on it
  EntryOutOfPlace        it cannot follow those before it in its record
RowUnsound               a row beside the entries is not as the ledger wrote it
  HeadUnsound            where the ledger ends is not known: its head row is missing, or there are
                         several
  CommandKeyUnsound      a command's key leads to entries of another act, or to none
Refused                  the rules say no; nothing happened (domain/refusals.py)
"""


class LedgerAnswer(Exception):
    """The ledger did not append; nothing of the submission was stored unless it says so."""


class ConditionFailed(LedgerAnswer):
    """An event with one of the condition's tags stands later than the decision knew."""

    def __init__(self, *, after: int, position: int) -> None:
        super().__init__(
            f"The record changed at position {position}; this decision knew it up to {after}. "
            "Read it again and decide again."
        )
        self.after, self.position = after, position


class CommandKeyReused(LedgerAnswer):
    """The command key is known with another body."""

    def __init__(self, *, command_key: str) -> None:
        super().__init__(
            f"The key {command_key!r} already names another command. Use a new key for a new act."
        )
        self.command_key = command_key


class NotCanonical(LedgerAnswer):
    """A value cannot be part of a leaf. `field` names it by its path."""

    def __init__(self, *, field: str, problem: str, remedy: str) -> None:
        super().__init__(f"{field}: {problem}. {remedy}")
        self.field, self.problem, self.remedy = field, problem, remedy


class OutcomeUnknown(LedgerAnswer):
    """The connection was lost and the ledger could not be asked again in time."""

    def __init__(self, *, command_key: str) -> None:
        super().__init__(
            "It is not known whether this act was recorded. "
            f"Send the same act with the same key {command_key!r} again: "
            "it is never recorded twice."
        )
        self.command_key = command_key


class UnknownEventType(Exception):
    """An entry has a type that is in no release up to this one. Nothing was recorded or changed."""

    def __init__(self, *, position: int, event_type: str) -> None:
        super().__init__(
            f"Entry {position} is of a type that this release does not know ({event_type!r}): a "
            "newer one recorded it. Run the newer release; nothing was recorded or changed."
        )
        self.position, self.event_type = position, event_type


class EntryUnreadable(Exception):
    """What stands at a position is not the entry that was recorded there (`changed`), or says
    nothing that this release can read.
    """

    def __init__(self, *, position: int, changed: bool) -> None:
        if changed:
            problem = "is not the one that was recorded: its bytes were changed in the database"
            remedy = "A backup or a bundle has their bytes."
        else:
            problem = "cannot be read: what stands there is no entry that this release knows"
            # Its hash fits it, so either was changed with the other, or it was recorded so.
            remedy = (
                "Where a backup or a bundle has other bytes for one, those were recorded; where it "
                "has the same, a newer release may read it."
            )
        super().__init__(
            f"Entry {position} {problem}. Nothing can be recorded on what it is about until it is "
            "put right. Keep everything as it is: `twinledger verify` names all such entries. "
            f"{remedy}"
        )
        self.position, self.changed = position, changed


class EntryOutOfPlace(EntryUnreadable):
    """What no decider can have recorded behind what stands before it in its record."""

    def __init__(self, *, position: int) -> None:
        Exception.__init__(
            self,
            f"Entry {position} cannot follow what stands before it in its record: entries of it "
            "are missing in the database or filed under another record, now or when this one was "
            "decided. Nothing can be recorded on what it is about until that is put right. Keep "
            "everything as it is: `twinledger verify` names what was changed, and a backup has "
            "it as it was.",
        )
        self.position, self.changed = position, False


class RowUnsound(Exception):
    """A row beside the entries, which no hash covers, is not as the ledger wrote it."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        self.remedy = (
            "Somebody changed the database. Stop the service, and keep a copy of the database as "
            "it is: it is evidence. Then restore the newest backup in which `twinledger verify` "
            "finds nothing."
        )
        super().__init__(f"{self.problem} {self.remedy}")


class HeadUnsound(RowUnsound):
    """The one row that says where the ledger ends is missing, or stands there several times."""

    def __init__(self, *, rows: int) -> None:
        super().__init__(
            f"The ledger's head, the one row that says where it ends, stands there {rows} times."
            if rows
            else "The ledger's head, the one row that says where it ends, is missing."
        )
        self.rows = rows


class CommandKeyUnsound(RowUnsound):
    """What is noted of a command's key leads to entries of another act, or to none."""

    def __init__(self, *, command_key: str) -> None:
        super().__init__(
            f"The key {command_key!r} is known, but what is noted of it does not lead to what was "
            "recorded under it. Nothing was recorded now."
        )
        self.command_key = command_key
