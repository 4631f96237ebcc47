"""Whom a verifier trusts: the simple case of C2SP tlog-policy.

    log <vkey>
    witness <name> <vkey>
    group <name> <k> <witness>...
    quorum <group> | <witness> | none

k of the witnesses of one group must have signed. Groups within groups are refused: nobody may
believe that a rule holds which was not read.
"""

from collections.abc import Collection

from msgspec import Struct

from domain.transparency.checkpoint import Checkpoint, parse_checkpoint
from domain.transparency.cosignature import witnessed_at
from domain.transparency.errors import Malformed, TooFewWitnesses, Unsigned
from domain.transparency.lines import number
from domain.transparency.note import (
    COSIGNATURE,
    ED25519,
    Verifier,
    VerifierKey,
    format_vkey,
    parse_note,
    parse_vkey,
    verify_note,
)


class LogKey(Struct, frozen=True):
    """A key of a log, whose name is the log's origin.

    `last_size` is the largest tree that it may sign, for a key that was replaced: what it signed
    before stays proven, and whoever finds it later can extend nothing.
    """

    key: VerifierKey
    last_size: int | None = None

    def may_sign(self, checkpoint: Checkpoint) -> bool:
        """Whether its signature counts under this checkpoint."""
        in_time = self.last_size is None or checkpoint.size <= self.last_size
        return self.key.name == checkpoint.origin and in_time


class Policy(Struct, frozen=True):
    """One of `logs` must have signed, and `quorum` of `witnesses`."""

    logs: tuple[LogKey, ...]
    witnesses: tuple[VerifierKey, ...] = ()
    quorum: int = 0

    def __post_init__(self) -> None:
        keys = [log.key for log in self.logs]
        if not keys or any(key.kind != ED25519 for key in keys):
            raise _malformed("does not name a log by a key of type 0x01")
        if any(key.kind != COSIGNATURE for key in self.witnesses):
            raise _malformed("names a witness by a key that is not of type 0x04")
        # One who holds two names would count twice, and a log would vouch for itself.
        publics = [key.public for key in (*keys, *self.witnesses)]
        if len(set(publics)) < len(publics):
            raise _malformed("names one key twice")
        if not 0 <= self.quorum <= len(self.witnesses):
            raise _malformed(f"asks for {self.quorum} of {len(self.witnesses)} witnesses")


class AskedWitness(Struct, frozen=True):
    """A witness that a log asks to sign: its key, and the address before `/add-checkpoint`."""

    key: VerifierKey
    address: str


class AskedWitnesses(Struct, frozen=True):
    """Whom a log asks, and how many of them whoever verifies shall wait for."""

    witnesses: tuple[AskedWitness, ...] = ()
    quorum: int = 0

    def __post_init__(self) -> None:
        if any(one.key.kind != COSIGNATURE for one in self.witnesses):
            raise _malformed("names a witness by a key that is not of type 0x04")
        if len({one.key.public for one in self.witnesses}) < len(self.witnesses):
            raise _malformed("names one key twice")
        if not 0 <= self.quorum <= len(self.witnesses):
            raise _malformed(f"asks for {self.quorum} of {len(self.witnesses)} witnesses")


class Witnessed(Struct, frozen=True):
    """That a witness saw the checkpoint: `time` in seconds since 1970, as it says itself."""

    name: str
    time: int


class VerifiedCheckpoint(Struct, frozen=True):
    """A checkpoint that satisfies a policy; `witnesses` are all of its that signed."""

    checkpoint: Checkpoint
    witnesses: tuple[Witnessed, ...]


def verify_checkpoint(data: bytes, policy: Policy, verifier: Verifier) -> VerifiedCheckpoint:
    """The checkpoint in the signed note `data`, or a `NotProven` that says what is missing."""
    note = parse_note(data)
    checkpoint = parse_checkpoint(note.text)
    keys = [log.key for log in policy.logs if log.may_sign(checkpoint)]
    if not verify_note(note, keys, verifier):
        raise Unsigned(names=tuple(log.key.name for log in policy.logs))
    witnessed = [
        Witnessed(key.name, time)
        for key in policy.witnesses
        if (time := witnessed_at(note, key, verifier)) is not None
    ]
    if len(witnessed) < policy.quorum:
        raise TooFewWitnesses(found=len(witnessed), needed=policy.quorum)
    return VerifiedCheckpoint(checkpoint, tuple(witnessed))


def parse_policy(text: str) -> Policy:
    """The policy in a policy file. Addresses behind the keys are passed over."""
    logs, witnesses, quorum = _read(text)
    return Policy(logs, tuple(one.key for one in witnesses), quorum)


def parse_witnesses(text: str) -> AskedWitnesses:
    """Whom a log asks, in a policy file: each has its address behind its key.

    Logs are passed over. A witness that the quorum does not count is not asked.
    """
    _, witnesses, quorum = _read(text)
    for one in witnesses:
        scheme, _, rest = one.address.partition("://")
        if scheme not in ("http", "https") or not rest:
            raise _malformed(f"has no address, such as https://..., behind {one.key.name}")
    return AskedWitnesses(witnesses, quorum)


def format_witnesses(asked: AskedWitnesses) -> str:
    """Whom a log asks as the part of a policy file that `parse_witnesses` reads."""
    names = [f"w{place}" for place in range(1, len(asked.witnesses) + 1)]
    lines = [
        f"witness {name} {format_vkey(one.key)} {one.address}".rstrip()
        for name, one in zip(names, asked.witnesses, strict=True)
    ]
    if asked.quorum:
        lines += [f"group witnesses {asked.quorum} {' '.join(names)}", "quorum witnesses"]
    else:
        lines.append("quorum none")
    return "".join(line + "\n" for line in lines)


def _read(text: str) -> tuple[tuple[LogKey, ...], tuple[AskedWitness, ...], int]:
    """The logs of a policy file, the witnesses that its quorum counts, and that quorum."""
    if any(sign < " " and sign not in "\t\n" for sign in text):
        raise _malformed("holds a control character, or line ends of Windows")
    logs: list[LogKey] = []
    witnesses: dict[str, AskedWitness] = {}
    quorums: dict[str, tuple[int, Collection[str]]] = {"none": (0, witnesses)}
    chosen: str | None = None
    for line in text.split("\n"):
        match [word for word in line.replace("\t", " ").split(" ") if word]:
            case []:
                continue
            case [word, *_] if word.startswith("#"):
                continue
            case ["log", vkey] | ["log", vkey, _]:
                logs.append(LogKey(parse_vkey(vkey)))
            case ["witness", name, vkey, *address] if name not in quorums and len(address) < 2:
                witnesses[name] = AskedWitness(parse_vkey(vkey), "".join(address))
                quorums[name] = (1, [name])
            case ["group", name, threshold, *members] if name not in quorums:
                quorums[name] = (_threshold(threshold, members, witnesses), members)
            case ["quorum", name] if chosen is None and name in quorums:
                chosen = name
            case _:
                raise _malformed(f"the line {line.strip()[:60]!r} cannot be read")
    if chosen is None:
        raise _malformed("has no line that says the quorum")
    quorum, signing = quorums[chosen]
    return tuple(logs), tuple(witnesses[name] for name in signing), quorum


def format_policy(policy: Policy) -> str:
    """The policy as a file that other tools read too; it has no place for a `last_size`."""
    logs = "".join(f"log {format_vkey(log.key)}\n" for log in policy.logs)
    witnesses = tuple(AskedWitness(key, "") for key in policy.witnesses)
    return logs + format_witnesses(AskedWitnesses(witnesses, policy.quorum))


def _threshold(text: str, members: list[str], witnesses: Collection[str]) -> int:
    if not members or len(set(members)) < len(members) or not set(members) <= set(witnesses):
        raise _malformed("has a group of others than witnesses named before, each once")
    if text in ("any", "all"):
        return 1 if text == "any" else len(members)
    threshold = number(text, "policy")
    if not 1 <= threshold <= len(members):
        raise _malformed(f"asks for {threshold} of {len(members)} witnesses")
    return threshold


def _malformed(problem: str) -> Malformed:
    return Malformed(
        "policy",
        problem,
        "Write a line for each log and witness, a group of witnesses, and the quorum.",
    )
