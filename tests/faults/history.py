"""What clients did and were told, weighed against the ledger: each broken promise by name.

Clients log every call before they make it and its outcome after it: `ok` with its receipt, `fail`
(nothing was stored by this call) or `unknown`. A call that was never answered counts as unknown.

H1  what was acknowledged stands in the ledger once, where its receipt says
H2  what failed is absent, also where an earlier try of it was in doubt
H3  what is unknown stands there once or not at all; an act is done once, by whatever key
H4  the versions of each record, as its deciders counted them, are 1, 2, 3 ...
H5  positions are dense, leaves have their hashes, time never runs back
H6  what was signed is of this ledger (weighed by who knows what was: the simulator, `real/`)
H7  when the faults have ended, everybody comes to an end (the simulator's, which knows who is left)
H8  what a projection did is what the ledger says, each entry once and in order
H9  who reads along misses nothing, and nothing read changes, but where he is told that it is lost
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct

from domain.ports import NewEvent, Receipt, Recorded

Outcome = Literal["ok", "fail", "unknown"]


class Violation(Struct, frozen=True):
    """A promise that was broken, and where."""

    law: str
    what: str

    def __str__(self) -> str:
        return f"{self.law}: {self.what}"


class Call(Struct):
    """One try of a command: `act` is what its client wants, `key` names it to the ledger."""

    act: str
    key: str
    outcome: Outcome = "unknown"
    receipt: Receipt | None = None


class Version(Struct, frozen=True):
    """What the events of these histories say: the act, and the version of its record it makes."""

    act: str
    version: int


Says: TypeAlias = Callable[[Recorded], Version]


class History:
    """The log of all clients, in the order in which they wrote it."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.seen: dict[str, list[tuple[int, bytes]]] = defaultdict(list)
        self.told: Counter[str] = Counter()

    def invoked(self, act: str, key: str) -> Call:
        """Log a call before it is made; its outcome is unknown until `Call.outcome` says more."""
        call = Call(act, key)
        self.calls.append(call)
        return call

    def acknowledged(self, call: Call, receipt: Receipt) -> None:
        call.outcome, call.receipt = "ok", receipt

    def failed(self, call: Call) -> None:
        call.outcome = "fail"

    def saw(self, reader: str, events: Sequence[Recorded]) -> None:
        """Log what someone who follows the ledger was given next."""
        self.seen[reader] += [(event.position, event.leaf_hash) for event in events]

    def told_of_another_history(self, reader: str) -> None:
        """Log that who follows was told that what he read is not there, and begins again."""
        self.seen[reader].clear()
        self.told[reader] += 1

    def violations(
        self,
        ledger: Sequence[Recorded],
        applied: Sequence[int] | None = None,
        says: Says | None = None,
    ) -> list[Violation]:
        """All that is wrong when every fault has ended; nothing when all is well.

        `ledger` is the whole of it, `applied` the positions whose effects a projection shows. What
        an event `says` stands in its text, unless the history knows it in another way.
        """
        says = says or said
        return [
            *self._of_calls(ledger, says),
            *_of_versions(ledger, says),
            *_of_the_log(ledger),
            *_of_projection(ledger, applied),
            *self._of_readers(ledger),
        ]

    def _of_calls(self, ledger: Sequence[Recorded], says: Says) -> Iterator[Violation]:
        places: dict[str, list[int]] = defaultdict(list)
        for event in ledger:
            places[event.command].append(event.position)
        calls: dict[str, list[Call]] = defaultdict(list)
        for call in self.calls:
            calls[call.key].append(call)
        for key, tries in calls.items():
            found = places.pop(key, [])
            told = {
                (call.receipt.first_position, call.receipt.last_position)
                for call in tries
                if call.receipt is not None
            }
            if told and told != {(found[0], found[-1]) if found else None}:
                yield Violation("H1", f"{key} was acknowledged at {told} and stands at {found}")
            elif not told and tries[-1].outcome == "fail" and found:
                yield Violation("H2", f"{key} was told to have failed and stands at {found}")
            if len(found) > 1:  # each submission of these histories has one event
                yield Violation("H3", f"{key} stands {len(found)} times, at {found}")
        for key, found in places.items():
            yield Violation("H2", f"{key} stands at {found}, and nobody sent it")
        acts = Counter(says(event).act for event in ledger)
        for act, times in acts.items():
            if times > 1:
                yield Violation("H3", f"the act {act} was recorded {times} times")

    def _of_readers(self, ledger: Sequence[Recorded]) -> Iterator[Violation]:
        hashes = [event.leaf_hash for event in ledger]
        for reader, seen in self.seen.items():
            if (wrong := _not_dense([position for position, _ in seen])) is not None:
                yield Violation("H9", f"{reader} was given {wrong}")
            elif [leaf_hash for _, leaf_hash in seen] != hashes[: len(seen)]:
                yield Violation("H9", f"{reader} read what the ledger no longer says")


def said(event: Recorded | NewEvent) -> Version:
    """What an event of these histories says, where one of the register has a text for people."""
    text = msgspec.json.decode(event.public)["attestation"]
    return msgspec.json.decode(text, type=Version)


def _of_versions(ledger: Sequence[Recorded], says: Says) -> Iterator[Violation]:
    versions: dict[str, list[int]] = defaultdict(list)
    for event in ledger:
        for tag in event.tags:
            versions[tag].append(says(event).version)
    for tag, counted in versions.items():
        if counted != list(range(1, len(counted) + 1)):
            yield Violation("H4", f"the versions of {tag} are {counted}")


def _not_dense(positions: Sequence[int]) -> str | None:
    """The first place at which they are not 1, 2, 3 ..., in words."""
    for expected, position in enumerate(positions, 1):
        if position != expected:
            return f"position {position} where {expected} comes next"
    return None


def _of_the_log(ledger: Sequence[Recorded]) -> Iterator[Violation]:
    if (wrong := _not_dense([event.position for event in ledger])) is not None:
        yield Violation("H5", f"the ledger has {wrong}")
    for event in ledger:
        if event.leaf_hash != hashlib.sha256(b"\x00" + event.leaf).digest():
            yield Violation("H5", f"the leaf at {event.position} has another hash")
    times = [event.recorded_at for event in ledger]
    if times != sorted(times):
        yield Violation("H5", "time runs back along positions")


def _of_projection(
    ledger: Sequence[Recorded], applied: Sequence[int] | None
) -> Iterator[Violation]:
    if applied is None:
        return
    times = Counter(applied)
    if doubled := sorted(position for position, number in times.items() if number > 1):
        yield Violation("H8", f"the effects of {doubled} were applied more than once")
    if lost := [event.position for event in ledger if event.position not in times]:
        yield Violation("H8", f"the effects of {lost} are missing")
    if not doubled and not lost and list(applied) != sorted(applied):
        yield Violation("H8", f"the effects came in the order {list(applied)}")
