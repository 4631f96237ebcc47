"""What a witness has to say: of each log up to where it signed, and what evidence it keeps."""

from datetime import datetime
from pathlib import Path

from msgspec import Struct

from adapters.witness.evidence import Evidence, evidence_in
from adapters.witness.folder import trusted_logs
from adapters.witness.seen import all_seen
from domain.transparency.note import format_vkey


class WitnessedLog(Struct, frozen=True):
    """A log: `entries` of it are witnessed, last `at`; None before the first. No `keys` where it is
    not trusted any more. `stopped` where it has two histories and nothing is signed for it.
    """

    origin: str
    keys: tuple[str, ...]
    entries: int
    at: datetime | None
    stopped: bool


class Kept(Struct, frozen=True):
    """Evidence, in a sentence; `fork` where nobody can deny it. Its files are below `address`."""

    origin: str
    noticed: datetime
    fork: bool
    sentence: str
    settled: str
    address: str


class WitnessStanding(Struct, frozen=True):
    """All that is public of a witness; `vkey` is its public key."""

    name: str
    vkey: str
    logs: tuple[WitnessedLog, ...]
    evidence: tuple[Kept, ...]


def standing_of(folder: Path, name: str, vkey: str) -> WitnessStanding:
    """How the witness of `folder` stands. Raises `WitnessFolderRefused`."""
    seen = {one.origin: one for one in all_seen(folder)}
    keys: dict[str, list[str]] = {origin: [] for origin in seen}
    for key in trusted_logs(folder):
        keys.setdefault(key.name, []).append(format_vkey(key))
    evidence = evidence_in(folder)
    stopped = {one.about.origin for one in evidence if one.stops}
    logs = tuple(
        WitnessedLog(
            origin,
            tuple(vkeys),
            seen[origin].checkpoint.size if origin in seen else 0,
            seen[origin].at if origin in seen else None,
            origin in stopped,
        )
        for origin, vkeys in sorted(keys.items())
    )
    return WitnessStanding(name, vkey, logs, tuple(map(_kept, reversed(evidence))))


def _kept(one: Evidence) -> Kept:
    return Kept(
        one.about.origin,
        one.about.noticed,
        one.about.fork,
        in_words(one),
        one.settled,
        f"/evidence/{one.log}/{one.number}",
    )


def in_words(one: Evidence) -> str:
    """What the evidence shows, for who has never heard of a fork."""
    about = one.about
    match about.shows:
        case "two roots":
            return (
                f"Two different registers of {about.other_size} entries were signed with the same "
                "key. Somebody was shown another history than others: a register can have only one."
            )
        case "another beginning":
            return (
                f"A register of {about.other_size} entries was signed whose first {about.size} are "
                "not the ones that were signed before: history was changed after the fact."
            )
        case "nothing for sure":
            return (
                f"A signed register of {about.other_size} entries came with a proof that does not "
                f"fit the {about.size} that were signed before. Either the proof was mangled on "
                "the way, or there are two histories: ask the register for a proof between the two."
            )
