#!/usr/bin/env python3
"""Verify what a Twinledger register has handed out, without trusting or asking the register.

    python3 twinledger_verify.py bundle register.zip          the whole register
    python3 twinledger_verify.py receipt entry.proof entry    one entry
    python3 twinledger_verify.py record record.json           one partnership
    python3 twinledger_verify.py report report.json --proof last-entry.proof
    python3 twinledger_verify.py consistency older newer --bundle register.zip

Needs Python 3.9 or newer and nothing else: no network, no packages. Name the register's public key
the first time (--key, or --policy with witnesses too), as its authority published it, and not as
the file says. Afterwards the key and the last signed state are remembered, and a register that was
set back or rewritten since is refused.

The answer is one of three: VERIFIED (exit code 0), NOT VERIFIED (1), CANNOT BE TOLD (2).

This file shares no code with what writes the register. It follows RFC 8032 (Ed25519), RFC 6962
(hash tree), and of C2SP: signed-note, tlog-checkpoint, tlog-cosignature, tlog-policy, tlog-proof
and tlog-tiles. Entries are counted from 1, as the register's pages count them.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import itertools
import json
import os
import re
import sys
import tempfile
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from hashlib import sha256, sha512
from pathlib import Path
from typing import Any, NoReturn, TextIO, Union
from urllib.parse import quote

# --- The three answers ---------------------------------------------------------------------------


@dataclass(frozen=True, order=True)
class Place:
    """What is wrong with the entries `first` to `last`, in a sentence without its end.

    `of_one` is that sentence where it comes down to one entry.
    """

    first: int
    last: int
    what: str
    of_one: str = field(default="", compare=False)

    @property
    def said(self) -> str:
        return self.of_one if self.of_one and self.first == self.last else self.what

    def __str__(self) -> str:
        where = f"Entry {self.first:,}"
        if self.last != self.first:
            where = f"Entries {self.first:,} to {self.last:,}"
        return f"{where}: {self.said}."


class NotVerified(Exception):
    """It is shown to be wrong. `places` says where, as closely as can be told."""

    def __init__(self, why: str, remedy: str = "", places: Sequence[Place] = ()) -> None:
        super().__init__(why)
        self.why, self.remedy, self.places = why, remedy, tuple(places)


class CannotTell(Exception):
    """Nothing is shown, neither that it is right nor that it is wrong."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.why, self.remedy = why, remedy


@dataclass(frozen=True)
class Verified:
    """What was shown, under which signed checkpoint; `notes` say what was not shown."""

    what: str
    under: Signed
    notes: list[str] = field(default_factory=list)


KEEP = "Keep the file as it is: it is evidence. Ask the authority, and whoever else has a copy."
AGAIN = "Fetch it again and keep it as it came. If this stays, keep both: they are evidence."


def missing(first: int, last: int) -> Place:
    return Place(first, last, "they are missing", "it is missing")


def counted(size: int) -> str:
    return "1 entry" if size == 1 else f"{size:,} entries"


def cut(what: str, problem: str) -> NoReturn:
    """Text that is not of its form proves nothing."""
    raise NotVerified(f"{what}: {problem}", AGAIN)


# --- Ed25519, RFC 8032 section 5.1 ---------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]  # extended coordinates X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z
ZERO: Point = (0, 1, 1, 0)


def point_of(data: bytes) -> Point | None:
    """The point that 32 bytes spell (5.1.3); None where they are not the one spelling of one."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    numerator, denominator = (y * y - 1) % P, (D * y * y + 1) % P
    x = numerator * pow(denominator, 3, P)
    x = x * pow(x * pow(denominator, 4, P), (P - 5) // 8, P) % P
    if denominator * x * x % P == -numerator % P:
        x = x * ROOT_OF_MINUS_1 % P
    if denominator * x * x % P != numerator or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def added(one: Point, other: Point) -> Point:
    """The sum of two points (5.1.4)."""
    a = (one[1] - one[0]) * (other[1] - other[0])
    b = (one[1] + one[0]) * (other[1] + other[0])
    c, d = 2 * one[3] * other[3] * D, 2 * one[2] * other[2]
    e, f, g, h = (b - a) % P, (d - c) % P, (d + c) % P, (b + a) % P
    return e * f % P, g * h % P, f * g % P, e * h % P


def doubled(one: Point) -> Point:
    """Twice a point (5.1.4)."""
    a, b = one[0] * one[0], one[1] * one[1]
    h = a + b
    e, g = (h - (one[0] + one[1]) ** 2) % P, (a - b) % P
    f = (2 * one[2] * one[2] + g) % P
    h %= P
    return e * f % P, g * h % P, f * g % P, e * h % P


def is_zero(one: Point) -> bool:
    return one[0] % P == 0 and (one[1] - one[2]) % P == 0


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")) or ZERO


def ed25519_verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the key made the signature (5.1.7, without the cofactor).

    Strict: S below L, points in their one spelling, no key that would fit many messages.
    """
    if len(public) != 32 or len(signature) != 64:
        return False
    key, s = point_of(public), int.from_bytes(signature[32:], "little")
    if key is None or s >= L or is_zero(doubled(doubled(doubled(key)))):
        return False
    k = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little") % L
    minus = (P - key[0], key[1], key[2], P - key[3])
    both, found = added(BASE, minus), ZERO
    for bit in reversed(range(max(s.bit_length(), k.bit_length()))):  # s * BASE - k * key at once
        found = doubled(found)
        if s >> bit & 1:
            found = added(found, both if k >> bit & 1 else BASE)
        elif k >> bit & 1:
            found = added(found, minus)
    inverse = pow(found[2], P - 2, P)
    x, y = found[0] * inverse % P, found[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


# --- The hash tree, RFC 6962 section 2.1 ---------------------------------------------------------

WIDTH = 256  # hashes in a full tile, entries in a full bundle of entries
LARGEST = 2**63 - 1
NO_HASH = bytes(32)
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over hashes of one level; a last one without a neighbour is carried up as it is."""
    row = list(hashes)
    while len(row) > 1:
        odd = row[-1:] if len(row) & 1 else []
        row = [
            sha256(b"\x01" + row[at] + row[at + 1]).digest() for at in range(0, len(row) - 1, 2)
        ] + odd
    return row[0] if row else EMPTY_ROOT


def require_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """RFC 9162 section 2.1.3.2: raise unless the leaf hash stands at `index` below `root`."""
    place, last, found = index, size - 1, leaf
    if not 0 <= index < size:
        raise NotVerified(
            f"There is no entry {index + 1:,} among the {size:,} that are signed", KEEP
        )
    for sibling in path:
        if last == 0:
            break
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    # One hash more than the tree is high is as wrong as one less.
    if last != 0 or found != root or len(path) != path_length(index, size):
        place_ = Place(index + 1, index + 1, "the proof does not lead from it to the signed root")
        raise NotVerified(
            "This entry is not what was signed there, or the proof is", KEEP, [place_]
        )


def path_length(index: int, size: int) -> int:
    """How many hashes prove that leaf `index` is in a tree of `size` leaves."""
    inner = (index ^ (size - 1)).bit_length()
    return inner + bin(index >> inner).count("1")


def consistent(old: Checkpoint, new: Checkpoint, path: Sequence[bytes]) -> bool:
    """RFC 9162 section 2.1.4.2: whether the newer tree begins with the older one."""
    if old.size in (0, new.size):
        return not path and old.root == (new.root if old.size else EMPTY_ROOT)
    hashes = [old.root, *path] if old.size & (old.size - 1) == 0 else list(path)
    if not hashes:
        return False
    place, last = old.size - 1, new.size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    older = newer = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            older, newer = node_hash(sibling, older), node_hash(sibling, newer)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            newer = node_hash(newer, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and older == old.root and newer == new.root


# --- Text: numbers, base64, signed notes, checkpoints, keys, policies ----------------------------


def number(text: str, what: str) -> int:
    if not re.fullmatch("0|[1-9][0-9]{0,18}", text) or int(text) > LARGEST:
        cut(what, f"{text[:40]!r} is no whole number")
    return int(text)


def decoded(text: str, what: str, size: int | None = None) -> bytes:
    """Base64 in its one spelling."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        data = b""
    if base64.b64encode(data).decode() != text or (size is not None and len(data) != size):
        cut(what, f"{text[:40]!r} is not what should stand there")
    return data


def text_of(data: bytes, what: str) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        cut(what, "it is no text in UTF-8")
    if any(sign < " " and sign != "\n" for sign in text):
        cut(what, "it holds a control character")
    return text


@dataclass(frozen=True)
class Key:
    """A public key: 0x01 for a log, 0x04 for a witness."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        material = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{material}"


def parse_key(text: str) -> Key:
    parts = text.split("+", 2)
    if len(parts) != 3 or not parts[0] or any(sign.isspace() for sign in parts[0]):
        cut("key", f"{text[:60]!r} is no key (name+12345678+base64)")
    data = decoded(parts[2], "key", 33)
    key = Key(parts[0], data[0], data[1:])
    if key.kind not in (1, 4) or key.id.hex() != parts[1]:
        cut("key", f"{text[:60]!r} is not whole, or of a kind that is not known here")
    return key


@dataclass(frozen=True)
class Note:
    """A text and its signature lines as (name, key id, value); none is verified yet."""

    text: str
    lines: tuple[tuple[str, bytes, bytes], ...]

    def values(self, key: Key) -> list[bytes]:
        """The signatures that claim to be by `key`, each once."""
        claimed = (key.name, key.id)
        return list(dict.fromkeys(value for *by, value in self.lines if tuple(by) == claimed))


def parse_note(data: bytes) -> Note:
    text, blank, signed = text_of(data, "signed note").rpartition("\n\n")
    if not blank or not signed.endswith("\n"):
        cut("signed note", "it is cut off")
    lines: list[tuple[str, bytes, bytes]] = []
    for line in signed[:-1].split("\n"):
        found = re.fullmatch("— ([^\\s+]+) (\\S+)", line)
        if found is None or len(lines) == 100:
            cut("signed note", f"the line {line[:60]!r} is no signature")
        value = decoded(found[2], "signature")
        if len(value) <= 4:
            cut("signed note", "a signature is too short")
        lines.append((found[1], value[:4], value[4:]))
    return Note(text + "\n", tuple(lines))


@dataclass(frozen=True)
class Checkpoint:
    """That the log `origin` has `size` entries, with `root` over them."""

    origin: str
    size: int
    root: bytes


def parse_checkpoint(text: str) -> Checkpoint:
    lines = text.split("\n")
    if len(lines) < 4 or "" in lines[:-1]:
        cut("checkpoint", "it does not say origin, size and root, a line each")
    size = number(lines[1], "checkpoint, size")
    root = decoded(lines[2], "checkpoint, root", 32)
    if size == 0 and root != EMPTY_ROOT:
        cut("checkpoint, root", "it is not that of nothing")
    return Checkpoint(lines[0], size, root)


@dataclass(frozen=True)
class Policy:
    """Whom to trust: one of `logs` must have signed, and `quorum` of `witnesses`."""

    logs: tuple[Key, ...]
    witnesses: tuple[Key, ...] = ()
    quorum: int = 0

    def __str__(self) -> str:
        names = [f"w{place}" for place in range(1, len(self.witnesses) + 1)]
        lines = [f"log {key}" for key in self.logs]
        lines += [f"witness w{place} {key}" for place, key in enumerate(self.witnesses, 1)]
        if self.quorum:
            lines += [f"group all {self.quorum} {' '.join(names)}", "quorum all"]
        else:
            lines.append("quorum none")
        return "\n".join(lines) + "\n"


def parse_policy(text: str) -> Policy:
    """A policy file with one group of witnesses at most. What is not understood is refused."""
    logs: list[Key] = []
    witnesses: dict[str, Key] = {}
    groups: dict[str, tuple[int, list[str]]] = {}
    chosen = ""
    for line in text.split("\n"):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        known = {*groups, "none"}
        if words[0] == "log" and len(words) in (2, 3):
            logs.append(parse_key(words[1]))
        elif words[0] == "witness" and len(words) in (3, 4) and words[1] not in known:
            witnesses[words[1]] = parse_key(words[2])
            groups[words[1]] = (1, [words[1]])
        elif words[0] == "group" and len(words) > 3 and words[1] not in known:
            members = words[3:]
            asked = {"any": 1, "all": len(members)}.get(words[2])
            asked = number(words[2], "policy") if asked is None else asked
            if not set(members) <= set(witnesses) or len(set(members)) < len(members):
                cut("policy", "a group names others than witnesses above it, each once")
            if not 1 <= asked <= len(members):
                cut("policy", f"it asks for {asked} of {len(members)} witnesses")
            groups[words[1]] = (asked, members)
        elif words[0] == "quorum" and len(words) == 2 and words[1] in known and not chosen:
            chosen = words[1]
        else:
            cut("policy", f"the line {line[:60]!r} is not understood")
    if not logs or not chosen:
        cut("policy", "it needs a line for the log and one for the quorum")
    quorum, names = groups.get(chosen, (0, list(witnesses)))
    signing = tuple(witnesses[name] for name in names)
    publics = [key.public for key in (*logs, *signing)]
    if len(set(publics)) < len(publics):
        cut("policy", "it names one key twice")
    if any(key.kind != 1 for key in logs) or any(key.kind != 4 for key in signing):
        cut("policy", "a log has a key of type 0x01, a witness one of type 0x04")
    return Policy(tuple(logs), signing, quorum)


@dataclass(frozen=True)
class Signed:
    """A checkpoint that a trusted key of the log signed; `witnesses` with the time that they say.

    `lacking` says why these do not satisfy the policy. It is told last, in `answer_to`: a register
    that was rewritten must not be told as one whose witnesses are slow. The signatures of `others`
    were not asked for: they are not verified and count for nothing.
    """

    checkpoint: Checkpoint
    note: bytes
    witnesses: tuple[tuple[str, int], ...]
    policy: Policy
    lacking: NotVerified | None = None
    others: tuple[str, ...] = ()


def require_signed(data: bytes, policy: Policy) -> Signed:
    """The checkpoint in a signed note, or `NotVerified` where the log's signature is missing."""
    note = parse_note(data)
    checkpoint = parse_checkpoint(note.text)
    by_log = False
    for key in policy.logs:
        if key.name == checkpoint.origin:
            for value in note.values(key):
                if not ed25519_verifies(key.public, note.text.encode(), value):
                    raise forged(checkpoint, key.name)
                by_log = True
    if not by_log:
        raise NotVerified(
            f"The checkpoint of {counted(checkpoint.size)} is not signed by the key of "
            f"{', '.join(key.name for key in policy.logs)}",
            "Check that the key is that of this register, and its present one.",
            whole(
                checkpoint,
                "nothing that is signed by the trusted key says what they are",
                "nothing that is signed by the trusted key says what it is",
            ),
        )
    others = not_asked_for(note, checkpoint, policy)
    try:
        witnesses = require_witnesses(note, checkpoint, policy)
    except NotVerified as lacking:
        return Signed(checkpoint, data, (), policy, lacking, others)
    return Signed(checkpoint, data, witnesses, policy, None, others)


def require_witnesses(
    note: Note, checkpoint: Checkpoint, policy: Policy
) -> tuple[tuple[str, int], ...]:
    """Which witnesses of the policy have signed, or `NotVerified` where these are too few."""
    witnesses = []
    for key in policy.witnesses:
        times = []
        for value in note.values(key):
            at = int.from_bytes(value[:8], "big")
            message = f"cosignature/v1\ntime {at}\n{note.text}".encode()
            if len(value) != COSIGNATURE or not ed25519_verifies(key.public, message, value[8:]):
                raise forged(checkpoint, key.name)
            times.append(at)
        if times:
            witnesses.append((key.name, max(times)))
    if len(witnesses) < policy.quorum:
        few = f"{len(witnesses)} of the {policy.quorum} witnesses that are asked for have signed"
        none = "No witness has signed, and one is asked for"
        raise NotVerified(
            none if policy.quorum == 1 else few, "Fetch it again later, when more of them have."
        )
    return tuple(witnesses)


COSIGNATURE = 72  # bytes: when, and the signature


def not_asked_for(note: Note, checkpoint: Checkpoint, policy: Policy) -> tuple[str, ...]:
    """Who else has signed as a witness does, as the lines say it: none of them is verified."""
    asked = {(key.name, key.id) for key in policy.witnesses}
    # The log may have a second key, which is no witness either.
    log = {checkpoint.origin, *(key.name for key in policy.logs)}
    found = [
        name
        for name, key_id, value in note.lines
        if len(value) == COSIGNATURE and name not in log and (name, key_id) not in asked
    ]
    return tuple(dict.fromkeys(found))


def forged(checkpoint: Checkpoint, name: str) -> NotVerified:
    return NotVerified(
        f"The signature of {name} on the checkpoint of {counted(checkpoint.size)} is forged: "
        "its key did not sign this text",
        KEEP,
        whole(checkpoint, "the checkpoint over them is forged", "the checkpoint over it is forged"),
    )


def whole(checkpoint: Checkpoint, what: str, of_one: str = "") -> list[Place]:
    return [Place(1, checkpoint.size, what, of_one)] if checkpoint.size else []


@dataclass(frozen=True)
class Proof:
    """A tlog-proof file: where a leaf stands, the path to the root, the signed note."""

    index: int
    path: list[bytes]
    note: bytes


def parse_proof(data: bytes) -> Proof:
    head, blank, note = text_of(data, "proof").partition("\n\n")
    lines = head.split("\n")
    if not blank or lines[0] != "c2sp.org/tlog-proof@v1":
        cut("proof", "it does not begin with c2sp.org/tlog-proof@v1")
    lines = lines[2:] if lines[1:2] and lines[1].startswith("extra ") else lines[1:]
    if not lines or not lines[0].startswith("index "):
        cut("proof", "it does not say the index of the entry")
    index = number(lines[0][6:], "proof, index")
    return Proof(index, [decoded(line, "proof, hash", 32) for line in lines[1:]], note.encode())


def parse_json(data: bytes) -> Any:
    """JSON that every reader reads alike: no field twice, no fractions. Raises `ValueError`."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise ValueError("a field stands in it twice")
        return found

    def refused(text: str) -> NoReturn:
        raise ValueError(f"it holds {text[:20]}, which has several spellings")

    try:
        return json.loads(data, object_pairs_hook=once, parse_float=refused, parse_constant=refused)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


# --- A bundle: the whole register as files, C2SP tlog-tiles --------------------------------------


class Files:
    """The files of a bundle, in a zip file or in a folder. Each is read whole, and bounded."""

    def __init__(self, where: Path) -> None:
        self._folder = where if where.is_dir() else None
        self._members: dict[str, zipfile.ZipInfo] = {}
        if self._folder is not None:
            self.count = sum(1 for _ in self._folder.rglob("*"))
            return
        try:
            if where.exists() and not where.is_file():  # reading from a pipe may never end
                raise CannotTell(f"{where} is neither a file nor a folder", "Check its name.")
            with zipfile.ZipFile(where) as opened:
                infos = opened.infolist()
        except OSError as why:
            raise CannotTell(
                f"{where} cannot be read ({why.strerror})", "Check its name."
            ) from None
        except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError) as why:
            raise CannotTell(f"{where} cannot be read ({why})", AGAIN) from None
        self._members = {info.filename: info for info in infos}
        self.count = len(infos)
        if len(self._members) < len(infos):
            raise NotVerified(f"{where} holds a file twice under one name", KEEP)
        self._file, self._size = where.open("rb"), where.stat().st_size

    def close(self) -> None:
        if self._folder is None:
            self._file.close()

    def names(self, prefix: str) -> list[str]:
        if self._folder is None:
            return [name for name in self._members if name.startswith(prefix)]
        return [f"{prefix}{found.name}" for found in (self._folder / prefix).glob("*")]

    def read(self, name: str, most: int = 1 << 20) -> bytes | None:
        """The file's bytes; None where it is not there, or cannot be unpacked."""
        if self._folder is not None:
            file = self._folder / name
            try:
                if not file.is_file():  # a pipe in its place may never end
                    return None
                with file.open("rb") as opened:
                    return opened.read(most)
            except OSError:
                return None
        info = self._members.get(name)
        return None if info is None else self._member(info, most)

    def _member(self, info: zipfile.ZipInfo, most: int) -> bytes | None:
        # Read past zipfile, which would refuse a damaged file whole: hashes say which entry it is.
        if not 0 <= info.header_offset < self._size or info.compress_size > most:
            return None
        self._file.seek(info.header_offset)
        head = self._file.read(30)
        skipped = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
        self._file.seek(skipped, os.SEEK_CUR)
        data = self._file.read(info.compress_size)
        if info.compress_type == zipfile.ZIP_STORED:
            return data
        try:
            return zlib.decompressobj(-15).decompress(data, most)
        except zlib.error:
            return None


def tile_path(kind: str, index: int, width: int) -> str:
    digits = f"{index:03}"
    digits = "0" * (-len(digits) % 3) + digits
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    partial = "" if width == WIDTH else f".p/{width}"
    return (
        f"tile/{kind}/" + "/".join([*("x" + group for group in groups[:-1]), groups[-1]]) + partial
    )


def leaves_in(data: bytes) -> Iterator[bytes]:
    """The entries of an entry bundle; the last one is short where the bundle is cut off."""
    at = 0
    while at < len(data):
        begin = at + 2
        at = begin + int.from_bytes(data[at:begin], "big")
        yield data[begin:at]


def leaf_hashes_in(data: bytes) -> list[bytes]:
    """The leaf hashes of an entry bundle; one that is cut off, or beyond the last, has none."""
    hashes, at, end, new = list[bytes](), 0, len(data), sha256
    while at + 2 <= end and len(hashes) <= WIDTH:
        begin = at + 2
        at = begin + (data[at] << 8 | data[at + 1])
        hashes.append(new(b"\x00" + data[begin:at]).digest())
    if at != end:
        hashes[-1 if at > end else len(hashes) :] = [NO_HASH]
    return hashes


Progress = Callable[[int, int], None]


class Bundle:
    """A register of `size` entries in `files`, hashed from its entries up. Its files may lie."""

    def __init__(
        self, files: Files, origin: str, size: int, progress: Progress | None = None
    ) -> None:
        self.files, self.origin, self.size = files, origin, size
        self.edge = size % WIDTH
        self.unlike: set[int] = set()  # tiles whose stored leaf hashes are not those of the entries
        tiles = []
        for index in range(-(-size // WIDTH)):
            computed = self.computed(0, index)
            if computed != self.stored(0, index):
                self.unlike.add(index)
            tiles.append(root_of(computed) if len(computed) == self.width(0, index) else NO_HASH)
            if progress is not None and index % 64 == 0:
                progress(index * WIDTH, size)
        self.tail = tiles.pop() if self.edge else None
        self.levels = [tiles]  # complete subtrees over 1, 2, 4 ... full tiles
        while len(self.levels[-1]) > 1:
            row = self.levels[-1]
            self.levels.append(
                [node_hash(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)]
            )
        self.root = self.root_at(size)

    def width(self, level: int, index: int) -> int:
        """How many hashes the tile has in this tree; 0 where there is no such tile."""
        return max(0, min(WIDTH, (self.size >> 8 * level) - index * WIDTH))

    def entries(self, index: int) -> bytes:
        path = tile_path("entries", index, self.width(0, index))
        return self.files.read(path, WIDTH * 65_537) or b""

    def computed(self, level: int, index: int) -> list[bytes]:
        """The hashes of a tile as they follow from the entries, be they right or wrong."""
        if level == 0:
            return leaf_hashes_in(self.entries(index))
        height, begin = 8 * (level - 1), index * WIDTH
        if height >= len(self.levels):
            return []
        return self.levels[height][begin : begin + self.width(level, index)]

    def stored(self, level: int, index: int) -> list[bytes]:
        """The hashes of a tile as the bundle has them."""
        width = self.width(level, index)
        data = self.files.read(tile_path(str(level), index, width)) or b""
        hashes = [data[at : at + 32] for at in range(0, len(data), 32)]
        return hashes if len(data) == 32 * width else [NO_HASH] * width

    def root_at(self, size: int) -> bytes:
        """The root over the first `size` entries."""
        tiles, rest = divmod(size, WIDTH)
        parts, begin = [], 0
        for height in reversed(range(tiles.bit_length())):
            if tiles >> height & 1:
                parts.append(self.levels[height][begin >> height])
                begin += 1 << height
        if rest:
            edge = size == self.size and self.tail
            parts.append(edge or root_of(self.computed(0, tiles)[:rest]))
        found = parts.pop() if parts else EMPTY_ROOT
        while parts:
            found = node_hash(parts.pop(), found)
        return found

    def upper_tiles_fit(self) -> bool:
        """Whether the stored tiles above the leaf hashes are those that follow from the entries."""
        return all(
            self.stored(level, index) == self.computed(level, index)
            for level in range(1, 8)
            for index in range(-(-(self.size >> 8 * level) // WIDTH))
        )

    def leaf_at(self, position: int) -> bytes:
        index, place = divmod(position - 1, WIDTH)
        return next(itertools.islice(leaves_in(self.entries(index)), place, None), b"")


# --- Where a bundle was changed ------------------------------------------------------------------


MISSING = (NO_HASH, leaf_hash(b""))  # no entry is without a byte


class Search:
    """Goes down from the signed root: what leads to it is right, so what differs from that is not.

    Each tile is there twice, stored and computed from the entries. The one of them that leads to a
    hash known to be right is right itself. Where neither does, both were changed, and then the
    place is known as closely only as the hash above it.
    """

    def __init__(self, bundle: Bundle, root: bytes) -> None:
        self._bundle, self.places = bundle, list[Place]()
        self.vague: list[Place] = []  # somewhere in these
        self._right: dict[bytes, int] = {}  # where what stands wrong elsewhere belongs
        self._wrong: list[tuple[int, bytes]] = []
        top = 0
        while bundle.size >> 8 * (top + 1):
            top += 1
        edges = [(level, (bundle.size >> 8 * level) // WIDTH) for level in range(top, -1, -1)]
        edges = [(level, index) for level, index in edges if bundle.width(level, index)]
        found = self._right_edges(edges, root)
        if found is None:
            self._unknown(1, bundle.size)
        else:
            for (level, index), right in zip(edges, found):
                self._compare(level, index, right)
        self._name_wrong()

    def _right_edges(self, edges: list[tuple[int, int]], root: bytes) -> list[list[bytes]] | None:
        """The right hashes of the tiles at the edge, from the top down: they make the root."""
        stored = [self._bundle.stored(level, index) for level, index in edges]
        computed = [self._padded(level, index) for level, index in edges]
        for chosen in itertools.product(*zip(stored, computed)):
            rest: list[bytes] = []
            for tile in reversed(chosen):
                rest = [root_of(tile + rest)]
            if root_of(rest) == root:
                return list(chosen)
        return None

    def _padded(self, level: int, index: int) -> list[bytes]:
        width, hashes = self._bundle.width(level, index), self._bundle.computed(level, index)
        return (hashes + [NO_HASH] * width)[:width]

    def _compare(self, level: int, index: int, right: list[bytes]) -> None:
        """Name what differs from the right hashes of a tile, and go down where it does."""
        bundle, span = self._bundle, 1 << 8 * level
        computed, stored = bundle.computed(level, index), bundle.stored(level, index)
        for place, wanted in enumerate(right):
            first = (index * WIDTH + place) * span + 1
            if stored[place] != wanted:
                named = (
                    "its stored hash was changed"
                    if level == 0
                    else "the hash over them was changed"
                )
                self.places.append(Place(first, first + span - 1, f"{named} in the bundle"))
            if level == 0:
                self._right[wanted] = first
                if place >= len(computed) or computed[place] != wanted:
                    self._wrong.append(
                        (first, computed[place] if place < len(computed) else NO_HASH)
                    )
            else:
                self._descend(level - 1, index * WIDTH + place, wanted)
        if level == 0 and len(computed) > len(right):
            last = index * WIDTH + len(right)
            self.places.append(Place(last, last, "behind it stand bytes that belong to no entry"))

    def _descend(self, level: int, index: int, wanted: bytes) -> None:
        bundle, span = self._bundle, 1 << 8 * (level + 1)
        first = index * span + 1
        computed, stored = self._padded(level, index), bundle.stored(level, index)
        unlike = computed != stored or len(bundle.computed(level, index)) != len(computed)
        if not unlike and root_of(computed) == wanted:
            below = range(first // WIDTH, (first + span) // WIDTH)
            if level and any(tile in bundle.unlike for tile in below):
                self._compare(level, index, computed)
            return
        right = next((each for each in (computed, stored) if root_of(each) == wanted), None)
        if right is None:
            self._unknown(first, first + span - 1)
        else:
            self._compare(level, index, right)

    def _unknown(self, first: int, last: int) -> None:
        """Both the entries and their hashes were changed somewhere here."""
        several = "something in them was changed, and their hashes too"
        one = "something in it was changed, and its hash too"
        self.vague.append(Place(first, last, several, one))
        for index in sorted(self._bundle.unlike):
            if index * WIDTH >= last or (index + 1) * WIDTH < first:
                continue
            computed, stored = self._padded(0, index), self._bundle.stored(0, index)
            for place in range(len(stored)):
                if computed[place] != stored[place]:
                    at = index * WIDTH + place + 1
                    missing = computed[place] in MISSING
                    what = "it is missing" if missing else "it is not what its stored hash says"
                    self.places.append(Place(at, at, what))

    def _name_wrong(self) -> None:
        for position, found in self._wrong:
            if found in MISSING:
                what = "it is missing"
            elif found in self._right:
                what = f"here stands entry {self._right[found]:,} instead"
            else:
                what = "it was changed: its bytes are not those that were signed"
            self.places.append(Place(position, position, what))


@dataclass(frozen=True)
class Known:
    """A root over the first `size` entries, the note that says so, and where that is from."""

    size: int
    root: bytes
    note: bytes
    whose: str


def check_bundle(
    bundle: Bundle, checkpoint: Checkpoint, known: Sequence[Known], earlier: Bundle | None = None
) -> list[Place]:
    """Every place where the bundle is not what was signed; empty where all of it is.

    `known` are signed roots of its beginnings. `earlier` is a bundle that was verified.
    """
    places: list[Place] = []
    vague: list[Place] = []
    if bundle.root != checkpoint.root or bundle.unlike or not bundle.upper_tiles_fit():
        search = Search(bundle, checkpoint.root)
        places, vague = search.places, search.vague
        if not places and not vague:
            vague = whole(checkpoint, "they are not what was signed", "it is not what was signed")
    right = max((each.size for each in known if is_beginning(bundle, each)), default=0)
    wrong = min((each.size for each in known if not is_beginning(bundle, each)), default=0)
    if wrong and not vague and bundle.root == checkpoint.root:
        several = "they are not those that were signed before"
        vague = [Place(1, wrong, several, "it is not the one that was signed before")]
    exact = differences(bundle, earlier) if earlier is not None else []
    for each in vague:
        narrow = replace(
            each, first=max(each.first, right + 1), last=min(each.last, wrong or each.last)
        )
        within = [other for other in exact if narrow.first <= other.first <= narrow.last]
        places += within or [narrow if narrow.first <= narrow.last else each]
    return sorted(set(places))


def is_beginning(bundle: Bundle, known: Known) -> bool:
    return bundle.root_at(known.size) == known.root


def differences(bundle: Bundle, earlier: Bundle) -> list[Place]:
    """Where a bundle differs from an earlier one that is known to be right."""
    places, right = [], dict[bytes, int]()
    wrong: list[tuple[int, bytes]] = []
    for index in range(-(-min(bundle.size, earlier.size) // WIDTH)):
        if index < len(earlier.levels[0]) and bundle.levels[0][index : index + 1] == [
            earlier.levels[0][index]
        ]:
            continue
        new = bundle.computed(0, index)
        for place, old in enumerate(earlier.computed(0, index)):
            position = index * WIDTH + place + 1
            right[old] = position
            found = new[place] if place < len(new) else b""
            if position <= bundle.size and found != old:
                wrong.append((position, found))
    for position, found in wrong:
        stands = (
            f"here stands its entry {right[found]:,} instead" if found in right else "it differs"
        )
        places.append(Place(position, position, f"{stands}, compared with the earlier bundle"))
    return places


# --- The form of the entries: JSON in one spelling, RFC 8785 -------------------------------------


def badly_formed(leaf: bytes, before: str) -> tuple[str, str]:
    """What is wrong with an entry's form, empty where nothing is; and when it was recorded."""

    try:
        document = parse_json(leaf)
        spelt = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        recorded = document["recorded_at"]
        if spelt.encode() != leaf:
            return "it is not in the one spelling that it may have", before
        if not unicodedata.is_normalized("NFC", spelt):
            return "its text is not in Unicode normal form C", before
        if not re.fullmatch(r"[0-9]{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", recorded, re.ASCII):
            return "it does not say when it was recorded", before
    except (ValueError, KeyError, TypeError) as problem:
        return f"it is no JSON as entries are ({problem})", before
    if recorded < before:
        return "it is dated before the entry in front of it", recorded
    return "", recorded


def check_forms(bundle: Bundle, progress: Progress | None = None) -> list[Place]:
    places, before, position = [], "", 0
    for index in range(-(-bundle.size // WIDTH)):
        for leaf in leaves_in(bundle.entries(index)):
            position += 1
            problem, before = badly_formed(leaf, before)
            if problem:
                places.append(Place(position, position, problem))
        if progress is not None and index % 64 == 0:
            progress(position, bundle.size)
    return places


# --- What is remembered between two runs ---------------------------------------------------------


def state_folder() -> Path:
    """Where this user's programs keep such things."""
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "twinledger-verify"
    state = os.environ.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local" / "state") / "twinledger-verify"


class Memory:
    """For each register, by its origin, the last checkpoint that was verified and the policy."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def checkpoint(self, origin: str) -> tuple[Checkpoint, bytes] | None:
        data = self._read(origin, "checkpoint")
        if data is None:
            return None
        try:
            checkpoint = parse_checkpoint(parse_note(data).text)
            if checkpoint.origin != origin:
                cut("checkpoint", f"it is of {checkpoint.origin}")
            return checkpoint, data
        except NotVerified as why:
            raise self._spoiled(origin, "checkpoint", why) from why

    def policy(self, origin: str) -> Policy | None:
        data = self._read(origin, "policy")
        try:
            return None if data is None else parse_policy(text_of(data, "policy"))
        except NotVerified as why:
            raise self._spoiled(origin, "policy", why) from why

    def remember(self, signed: Signed) -> None:
        origin = signed.checkpoint.origin
        self._write(origin, "policy", str(signed.policy).encode())
        self._write(origin, "checkpoint", signed.note)

    def keep_evidence(self, origin: str, notes: Sequence[bytes]) -> Path:
        """Two signed notes of one log that cannot both be true. Earlier evidence stays."""
        name, count = "fork.evidence", 1
        while (kept := self._read(origin, name)) is not None and kept != b"\n".join(notes):
            count += 1
            name = f"fork.evidence.{count}"
        self._write(origin, name, b"\n".join(notes))
        return self._file(origin, name)

    def _file(self, origin: str, name: str) -> Path:
        shown = quote(origin, safe="")
        if len(shown) > 150 or not shown.strip("."):  # no name of a file, or one of another folder
            shown = sha256(origin.encode()).hexdigest()
        return self._folder / shown / name

    def _read(self, origin: str, name: str) -> bytes | None:
        try:
            return self._file(origin, name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as why:
            raise CannotTell(
                f"What is remembered of this register cannot be read ({why})",
                "Let this user read the folder, or name another one with --state.",
            ) from None

    def _write(self, origin: str, name: str, data: bytes) -> None:
        file = self._file(origin, name)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            handle, made = tempfile.mkstemp(dir=file.parent)
            try:
                with open(handle, "wb") as opened:
                    opened.write(data)
                    opened.flush()
                    os.fsync(handle)
                os.replace(made, file)  # whole, or as it was before
            except BaseException:
                os.unlink(made)
                raise
        except OSError as why:
            raise CannotTell(
                f"What was verified cannot be remembered ({why})",
                "Let this user write the folder, or name another one with --state.",
            ) from None

    def _spoiled(self, origin: str, name: str, why: NotVerified) -> CannotTell:
        return CannotTell(
            f"What is remembered of this register is damaged ({why.why})",
            f"If you are sure that the disk is to blame, remove {self._file(origin, name)}.",
        )


# --- The commands --------------------------------------------------------------------------------


class Work:
    """One run: whom it trusts, what it remembers, how it shows progress."""

    def __init__(self, asked: argparse.Namespace, closing: ExitStack) -> None:
        self.asked, self.memory = asked, Memory(asked.state or state_folder())
        self._closing, self._told = closing, 0.0
        self._signed: list[Signed] = []

    def files(self, path: str) -> Files:
        opened = Files(Path(path))
        self._closing.callback(opened.close)
        return opened

    def progress(self, done: int, size: int) -> None:
        shown = sys.stderr is not None and sys.stderr.isatty()
        if shown and time.monotonic() - self._told > 0.2:
            self._told = time.monotonic()
            print(f"\rReading entries: {done:,} of {size:,}", end="", file=sys.stderr, flush=True)

    def progress_ends(self) -> None:
        if self._told:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
            self._told = 0.0

    def policy(self, origin: str, offered: str) -> Policy:
        """Whom the user trusts, by what was named now or remembered; never what the file says."""
        asked, remembered = self.asked, self.memory.policy(origin)
        try:
            if asked.policy:
                text = text_of(read(asked.policy), "policy")
                return parse_policy("".join(f"log {key}\n" for key in asked.key) + text)
            if asked.key:  # the witnesses, once they were named, are asked for all the same
                held = remembered or Policy(())
                named = Policy(tuple(map(parse_key, asked.key)), held.witnesses, held.quorum)
                return parse_policy(str(named))
        except NotVerified as why:
            raise CannotTell(
                f"The key or policy that you named cannot be used ({why.why})",
                "Copy the key whole, as the authority published it: name+12345678+base64.",
            ) from None
        if remembered is None:
            raise CannotTell(
                f"You have named no key, and none of {origin} is remembered",
                "Get the register's public key from its authority by another way than this file, "
                f"and name it with --key.{offered}",
            )
        return remembered

    def signed(self, note: bytes) -> Signed:
        """A checkpoint that the log signed, of the history that was verified before."""
        signed = self.signed_alone(note)
        self.require_one_history(signed)
        return signed

    def signed_alone(self, note: bytes, offered: str = "") -> Signed:
        """A checkpoint that the log signed, for who holds it against what is remembered later, and
        names the entries then. Of its witnesses `require_witnesses` says the last.
        """
        origin = parse_checkpoint(parse_note(note).text).origin
        self._signed.append(require_signed(note, self.policy(origin, offered)))
        return self._signed[-1]

    def require_one_history(self, signed: Signed) -> None:
        """Raise where a checkpoint of the same size and another root was verified before."""
        now, last = signed.checkpoint, self.memory.checkpoint(signed.checkpoint.origin)
        if last is not None and last[0].size == now.size and last[0].root != now.root:
            places = whole(now, "two roots are signed for them", "two roots are signed for it")
            raise self.fork(signed, last[1], places)

    def require_witnesses(self) -> None:
        """Raise where a checkpoint that was relied on lacks the witnesses that are asked for."""
        for signed in self._signed:
            if signed.lacking is not None:
                raise signed.lacking

    def remember(self, signed: Signed) -> None:
        """It is what the next run goes on from, but for one that lacks witnesses."""
        if signed.lacking is None:
            self.memory.remember(signed)

    def fork(self, signed: Signed, other: bytes, places: Sequence[Place]) -> NotVerified:
        """The register's own key signed two histories."""
        return self.two_histories(signed.checkpoint.origin, [other, signed.note], places)

    def two_histories(
        self, origin: str, notes: Sequence[bytes], places: Sequence[Place]
    ) -> NotVerified:
        kept = self.memory.keep_evidence(origin, notes)
        return NotVerified(
            "The register's key has signed two histories that cannot both be true: its past was "
            f"rewritten, or others are shown another one. The proof is kept in {kept}",
            "Send that file to the oversight body and to the witnesses; trust neither history.",
            places,
        )

    def graver(self, origin: str, said: Sequence[Known], found: NotVerified) -> NotVerified:
        """What was found, or that two of these checkpoints are of two histories, which is graver
        than whatever else is wrong.
        """
        for one, other in itertools.combinations(said, 2):
            if one.size == other.size and one.root != other.root:
                return self.two_histories(origin, [other.note, one.note], found.places)
        return found

    def standing(self, signed: Signed) -> tuple[list[str], Bundle | None]:
        """How a checkpoint stands to the others that are known: in words, and the bundle, if one
        was named. Raises where they cannot both be true.
        """
        now = signed.checkpoint
        if self.asked.bundle:
            bundle = self.register(self.files(self.asked.bundle)).bundle
            if bundle.origin != now.origin or now.size > bundle.size:
                raise CannotTell(
                    f"The bundle ends at entry {bundle.size:,} of {bundle.origin}; the file is "
                    f"under the first {now.size:,} of {now.origin}",
                    "Fetch a newer bundle of this register.",
                )
            if bundle.root_at(now.size) != now.root:
                note = bundle.files.read("checkpoint") or b""
                places = whole(now, "the bundle has others", "the bundle has another one")
                raise self.fork(signed, note, places)
            return [f"The bundle, of {counted(bundle.size)}, begins with these."], bundle
        last = self.memory.checkpoint(now.origin)
        if last is None:
            self.remember(signed)
            return ["This is the first time that you verify this register; it is remembered."], None
        if last[0].size != now.size:
            return [
                f"Not shown: that this and the register of {counted(last[0].size)} that you have "
                "verified before are one history. Name a bundle with --bundle to see it."
            ], None
        return [], None  # `signed` has found the same root

    def register(self, files: Files, against: str = "", also: Sequence[Known] = ()) -> Held:
        """Read a bundle whole, and hold it against its checkpoint and all that is known."""
        note = files.read("checkpoint")
        if note is None:
            raise CannotTell("It holds no signed checkpoint", "Fetch a bundle of a register.")
        offered = files.read("policy", 65_536) or b""
        found = re.search(rb"^log (\S+)", offered, re.MULTILINE)
        says = f" The file says {found[1].decode(errors='replace')}: compare." if found else ""
        signed = self.signed_alone(note, says)
        now, known = signed.checkpoint, list(also)
        earlier = self.earlier(against, now.origin) if against else None
        if earlier is not None:
            known.append(earlier[1])
        last = self.memory.checkpoint(now.origin)
        if last is not None:
            known.append(Known(last[0].size, last[0].root, last[1], "verified before"))
        said = [Known(now.size, now.root, signed.note, "signed last"), *known]
        for each in known:
            if each.size > now.size:
                were = "entry was" if each.size == 1 else "entries were"
                short = NotVerified(
                    f"It ends at entry {now.size:,}, and {each.size:,} signed {were} "
                    f"{each.whose}: this is an old copy, or the register was set back",
                    "Fetch the present one. If that ends there too, tell the authority.",
                    [missing(now.size + 1, each.size)],
                )
                raise self.graver(now.origin, said, short)
        if now.size > WIDTH * files.count:
            most = whole(now, "more than half of them are missing")
            short = NotVerified(f"It cannot hold {now.size:,} entries", AGAIN, most)
            raise self.graver(now.origin, said, short)
        bundle = Bundle(files, now.origin, now.size, self.progress)
        self.progress_ends()
        kept, places = kept_checkpoints(bundle, signed, known)
        places += check_bundle(bundle, now, known + kept, earlier[0] if earlier else None)
        for each in known + kept:
            if bundle.root == now.root and not is_beginning(bundle, each):
                raise self.fork(signed, each.note, places)
        why = ["This is not the register that was signed"] if places else []
        if (many := len(files.names("checkpoints/"))) > MOST_KEPT:
            why.append(
                f"It keeps {many:,} earlier checkpoints, and a register hands out {MOST_KEPT:,} at "
                "most: the others were not looked at"
            )
        if why:
            wrong = NotVerified(". ".join(why), KEEP if places else AGAIN, places)
            raise self.graver(now.origin, said + kept, wrong)
        self.remember(signed)
        if last is not None:
            notes = [f"It goes on from the {counted(last[0].size)} that you verified before."]
        else:
            notes = ["This is the first time that you verify this register; it is remembered."]
        return Held(signed, bundle, notes)

    def earlier(self, path: str, origin: str) -> tuple[Bundle, Known]:
        """A bundle that somebody kept, and its signed root; it must be whole itself."""
        files = self.files(path)
        signed = self.signed_alone(files.read("checkpoint") or b"")
        now = signed.checkpoint
        bundle = Bundle(files, now.origin, min(now.size, WIDTH * files.count), self.progress)
        self.progress_ends()
        if now.origin != origin or now.size > bundle.size or check_bundle(bundle, now, ()):
            self.require_one_history(signed)
            raise CannotTell(
                f"{path} is no bundle of this register as it was signed",
                "Verify that one first, or leave --against away.",
            )
        return bundle, Known(bundle.size, now.root, signed.note, "in the earlier one")


@dataclass(frozen=True)
class Held:
    """A bundle that is what was signed; `notes` say how it stands to what was known before."""

    signed: Signed
    bundle: Bundle
    notes: list[str]


MOST_KEPT = 4_096  # earlier checkpoints, as many as a register hands out
LARGEST_NOTE = 1 << 16  # bytes, with as many signatures as one may have


def kept_checkpoints(
    bundle: Bundle, signed: Signed, before: Sequence[Known]
) -> tuple[list[Known], list[Place]]:
    """Of the earlier checkpoints that a bundle keeps, the signed ones that say where it is right up
    to and from where not, and one that contradicts what was known `before`; and the places of those
    that say something else without being signed.
    """
    right, wrong, places = list[Known](), list[Known](), list[Place]()
    for name in itertools.islice(bundle.files.names("checkpoints/"), MOST_KEPT):
        data = bundle.files.read(name, LARGEST_NOTE) or b""
        try:
            kept = parse_checkpoint(parse_note(data).text)
            if kept.origin != signed.checkpoint.origin or not 0 < kept.size <= bundle.size:
                cut(name, "it is of another register, or of a later time")
        except NotVerified as why:
            size = name.rpartition("/")[2]
            at = min(int(size), bundle.size) if re.fullmatch("[1-9][0-9]{0,17}", size) else 1
            places.append(Place(at, at, f"the checkpoint that ends here is damaged ({why.why})"))
            continue
        known = Known(kept.size, kept.root, data, "in it")
        (right if is_beginning(bundle, known) else wrong).append(known)
    found = list[Known]()
    if wrong or places or bundle.root != signed.checkpoint.root:
        logs = Policy(signed.policy.logs)
        # One that fits, and is not signed by a present key, is one of a former key.
        found += itertools.islice(signed_by(logs, sorted(right, key=size_of, reverse=True)), 1)
        wrong.sort(key=size_of)
        contradicting = list(itertools.islice(signed_by(logs, wrong), 1))
        found += contradicting
        roots = {each.size: each.root for each in before}
        others = [each for each in right + wrong if roots.get(each.size, each.root) != each.root]
        found += itertools.islice(signed_by(logs, others), 1)
        what = "the checkpoint that ends here is another one"
        # Behind one that is signed they differ because of it, and checking each takes long.
        forged = itertools.takewhile(lambda each: each not in contradicting, wrong)
        places += [Place(each.size, each.size, what) for each in forged]
    return found, places


def signed_by(policy: Policy, known: Sequence[Known]) -> Iterator[Known]:
    for each in known:
        with suppress(NotVerified):
            require_signed(each.note, policy)
            yield each


def size_of(known: Known) -> int:
    return known.size


def verify_bundle(work: Work) -> Verified:
    """All entries, from the first to the last that is signed."""
    held = work.register(work.files(work.asked.file), work.asked.against)
    size = held.bundle.size
    if work.asked.full:
        places = check_forms(held.bundle, work.progress)
        work.progress_ends()
        if places:
            what = "Every entry is what was signed, but some are not in the form of entries"
            raise NotVerified(what, "Tell the authority: the register wrote them so.", places)
        held.notes.append(
            "Checked apart: each entry is JSON in its one spelling, and times never run back."
        )
    what = f"All {size:,} entries are there, each as it was signed, in the order of signing"
    if size == 1:
        what = "The only entry is there, as it was signed"
    return Verified(what, held.signed, held.notes)


def verify_receipt(work: Work) -> Verified:
    """One entry, its very bytes."""
    proof, leaf = parse_proof(read(work.asked.proof)), read(work.asked.entry)
    signed = work.signed(proof.note)
    now = signed.checkpoint
    require_inclusion(leaf_hash(leaf), proof.index, now.size, proof.path, now.root)
    what = f"This is entry {proof.index + 1:,} of the register, unchanged"
    return Verified(what, signed, work.standing(signed)[0])


def verify_record(work: Work) -> Verified:
    """All entries of one partnership that the file has; with a bundle, that there are no others."""
    document = json_of(work.asked.file, "record")
    try:
        fields = [document[name] for name in ("format", "partnership", "checkpoint", "entries")]
        format_, reference, note, listed = fields
        if format_ != "twinledger-record/1" or len(document) != len(fields) or not listed:
            raise ValueError
        entries = [cited(each) for each in listed]
        tag, signed = f"partnership:{reference}", work.signed(note.encode())
    except (KeyError, TypeError, AttributeError, ValueError):
        raise CannotTell(
            f"{work.asked.file} is no record with its proofs", "Fetch one from the register."
        ) from None
    now, last = signed.checkpoint, 0
    for position, leaf, path in entries:
        require_inclusion(leaf_hash(leaf), position - 1, now.size, path, now.root)
        if position <= last or tag not in tags_of(leaf):
            place = Place(position, position, f"it is not of {reference}, or out of order")
            raise NotVerified("This is not the record that it says it is", KEEP, [place])
        last = position
    notes, bundle = work.standing(signed)
    if bundle is None:
        notes.append("Not shown: that there are no others. With --bundle it can be seen.")
    else:
        require_all(bundle, now.size, tag, {position for position, _, _ in entries})
        notes.append(f"There are no others of {reference} among the first {now.size:,}.")
    listed_here = f"All entries of {reference} in this file ({len(entries):,})"
    return Verified(f"{listed_here} stand in the register, unchanged", signed, notes)


def cited(entry: Any) -> tuple[int, bytes, list[bytes]]:
    """Position, bytes and proof of an entry in a record."""
    position, leaf, path = entry["position"], entry["leaf"].encode(), entry["proof"]
    if type(position) is not int or type(path) is not list or len(entry) != 3:
        raise ValueError
    return position, leaf, [decoded(each, f"entry {position}, proof", 32) for each in path]


def tags_of(leaf: bytes) -> list[Any]:
    try:
        tags = parse_json(leaf)["tags"]
    except (ValueError, KeyError, TypeError):
        return []
    return tags if isinstance(tags, list) else []


def require_all(bundle: Bundle, size: int, tag: str, there: set[int]) -> None:
    """Raise where one of the first `size` entries has this tag and is not `there`."""
    left_out = []
    for index in range(-(-size // WIDTH)):
        for position, leaf in enumerate(leaves_in(bundle.entries(index)), index * WIDTH + 1):
            if position <= size and position not in there and tag in tags_of(leaf):
                left_out.append(Place(position, position, "it is of this record and left out"))
    if left_out:
        raise NotVerified("The record is not whole", KEEP, left_out)


def verify_report(work: Work) -> Verified:
    """What a report rests on; not that its figures follow from it."""
    document = json_of(work.asked.file, "report in JSON")
    if isinstance(inner := document.get("report"), dict):  # as the interface answers with it
        document = inner
    try:
        ledger = document["basis"]["ledger"]
        last, leaf = ledger["last_position"], bytes.fromhex(ledger["leaf_hash"])
        listed = document.get("rows", document.get("items", ()))  # of a figure that was opened
        rows = [(each["partnership"], each["entries"]) for each in listed]
        named = {position for _, entries in rows for position in entries}
        if any(type(position) is not int for position in {last, *named}):
            raise ValueError
    except (KeyError, TypeError, AttributeError, ValueError):
        raise CannotTell(
            f"{work.asked.file} does not say on which entries it rests", "Name the report in JSON."
        ) from None
    if last < 1:
        raise CannotTell("The report rests on no entry", "There is nothing to verify.")
    if outside := sorted(position for position in named if not 1 <= position <= last):
        places = [Place(position, position, "it is named as a reason") for position in outside]
        raise NotVerified(f"The report knows entries 1 to {last:,} and names others", KEEP, places)
    if work.asked.proof:
        proof = parse_proof(read(work.asked.proof))
        signed = work.signed(proof.note)
        now = signed.checkpoint
        if proof.index != last - 1:
            raise CannotTell(
                f"The proof is for entry {proof.index + 1:,}, the report ends at {last:,}",
                f"Fetch the proof of entry {last}.",
            )
        require_inclusion(leaf, proof.index, now.size, proof.path, now.root)
        notes, bundle = work.standing(signed)
    elif work.asked.bundle:
        held = work.register(work.files(work.asked.bundle))
        signed, notes, bundle = held.signed, held.notes, held.bundle
    else:
        raise CannotTell(
            "A report does not hold the proof of its last entry",
            f"Name the proof of entry {last} with --proof, or a bundle with --bundle.",
        )
    if bundle is not None:
        require_cited(bundle, last, leaf, rows)
    notes.append(
        f"Whoever runs Twinledger can make the report again at position {last}: compare the bytes."
    )
    what = (
        f"Entries 1 to {last:,}, on which the report says that it rests, are those that were "
        "signed. Its figures were NOT computed again"
    )
    return Verified(what, signed, notes)


def require_cited(bundle: Bundle, last: int, leaf: bytes, rows: Sequence[tuple[str, Any]]) -> None:
    """Raise unless entry `last` has this hash, and each row names entries of its partnership."""
    if last > bundle.size:
        raise CannotTell(
            f"The bundle ends at entry {bundle.size:,}, the report at {last:,}",
            "Fetch a newer bundle.",
        )
    if leaf_hash(bundle.leaf_at(last)) != leaf:
        place = Place(last, last, "the report rests on another one")
        raise NotVerified("The report is not of this register", KEEP, [place])
    others = [
        Place(position, position, f"the report names it for {reference}; it is of another")
        for reference, entries in rows
        for position in entries
        if f"partnership:{reference}" not in tags_of(bundle.leaf_at(position))
    ]
    if others:
        raise NotVerified("The report names entries that are about something else", KEEP, others)


def verify_consistency(work: Work) -> Verified:
    """That a register went on from what it was."""
    older, newer = (work.signed(read(file)) for file in (work.asked.older, work.asked.newer))
    old, new = older.checkpoint, newer.checkpoint
    if old.origin != new.origin:
        raise CannotTell(
            f"They are of two registers, {old.origin} and {new.origin}", "Compare two of one."
        )
    if old.size > new.size:
        raise NotVerified(
            f"The newer one ends at entry {new.size:,}, the older one at {old.size:,}",
            "If you have named them in the right order, the register was set back.",
            [missing(new.size + 1, old.size)],
        )
    notes, bundle = work.standing(newer)
    if old.size == new.size:
        if old.root != new.root:
            places = whole(old, "two roots are signed for them", "two roots are signed for it")
            raise work.fork(newer, older.note, places)
    elif work.asked.proof:
        lines = text_of(read(work.asked.proof), "proof").split()
        if not consistent(old, new, [decoded(line, "proof, hash", 32) for line in lines]):
            raise NotVerified(
                "The proof does not show that the newer register begins with the older one",
                "Fetch it again. If there is none, the past was rewritten: keep both checkpoints.",
                whole(
                    old, "they may be others in the newer one", "it may be another in the newer one"
                ),
            )
    elif bundle is None:
        raise CannotTell(
            "Two checkpoints alone do not show that one goes on from the other",
            "Name a proof with --proof, or a bundle with --bundle.",
        )
    elif bundle.root_at(old.size) != old.root:
        places = whole(old, "the bundle has others", "the bundle has another one")
        raise work.fork(newer, older.note, places)
    what = f"The register of {counted(new.size)} begins with that of {old.size:,}"
    return Verified(what, newer, notes)


LARGEST_FILE = 1 << 28  # bytes of anything but a bundle


def read(path: str | Path) -> bytes:
    try:
        with Path(path).open("rb") as opened:
            data = opened.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as why:
        raise CannotTell(f"{path} cannot be read ({why})", "Check its name.") from None
    if len(data) > LARGEST_FILE:
        raise CannotTell(f"{path} is too large for what it should be", "Check its name.")
    return data


def json_of(path: str, what: str) -> dict[str, Any]:
    try:
        document = parse_json(read(path))
    except ValueError as why:
        raise CannotTell(f"{path} is no {what} ({why})", AS_HANDED_OUT) from None
    if not isinstance(document, dict):
        raise CannotTell(f"{path} is no {what}", AS_HANDED_OUT)
    return document


AS_HANDED_OUT = "Name the file as the register handed it out."

# --- From the command line -----------------------------------------------------------------------

SHOWN = 20  # places that are told on a terminal; --json tells all
Answer = Union[Verified, NotVerified, CannotTell]
EXIT_CODES = {Verified: 0, NotVerified: 1, CannotTell: 2}


def told(answer: Answer) -> Iterator[str]:
    """The answer in plain words."""
    if isinstance(answer, Verified):
        yield f"VERIFIED. {answer.what}."
        now = answer.under.checkpoint
        yield f"  Register: {now.origin}"
        yield f"  Signed: {counted(now.size)}, root {base64.b64encode(now.root).decode()}"
        yield f"  Witnesses: {seen_by(answer.under)}"
        yield from (f"  {note}" for note in answer.notes)
        return
    verdict = "NOT VERIFIED" if isinstance(answer, NotVerified) else "CANNOT BE TOLD"
    yield f"{verdict}, because: {answer.why}."
    if isinstance(answer, NotVerified):
        yield from (f"  {place}" for place in answer.places[:SHOWN])
        if len(answer.places) > SHOWN:
            yield f"  And {len(answer.places) - SHOWN:,} more places; --json names all."
    if answer.remedy:
        yield f"  {answer.remedy}"


def seen_by(signed: Signed) -> str:
    alone = "So far only the register itself vouches that others are shown the same."
    asked = len(signed.policy.witnesses)
    if signed.witnesses:
        names = ", ".join(f"{name} at {in_words(at)}" for name, at in signed.witnesses)
        needed = f"; {signed.policy.quorum} needed" if signed.policy.quorum else ""
        return f"{len(signed.witnesses)} of {asked} have signed{needed} ({names})"
    if signed.others:
        many = len(signed.others) > 1
        there_is = "there are signatures" if many else "there is a signature"
        return (
            f"{there_is} of {named(signed.others)} that {'were' if many else 'was'} not asked for, "
            f"and {'count' if many else 'counts'} for nothing yet. `--policy` with the policy from "
            f"the register's keeper (/log-policy) verifies {'them' if many else 'it'}. {alone}"
        )
    if asked:
        none = (
            "the one that is asked has not" if asked == 1 else f"not one of the {asked} asked has"
        )
        return f"{none} signed this checkpoint yet. {alone}"
    return f"not witnessed. {alone}"


def named(names: Sequence[str]) -> str:
    """The first few of them; who writes a file writes names as long and as many as they like."""
    shown = ", ".join(name if len(name) <= 80 else f"{name[:80]}..." for name in names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"


def in_words(seconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds, timezone.utc):%Y-%m-%d %H:%M:%S} UTC"
    except (OverflowError, ValueError, OSError):
        return f"second {seconds} of 1970"


def as_json(answer: Answer) -> str:
    if isinstance(answer, Verified):
        now = answer.under.checkpoint
        document: dict[str, Any] = {
            "result": "verified",
            "what": answer.what,
            "origin": now.origin,
            "size": now.size,
            "root": base64.b64encode(now.root).decode(),
            "witnesses": [{"name": name, "time": at} for name, at in answer.under.witnesses],
            "not_asked_for": list(answer.under.others),
            "notes": answer.notes,
        }
    else:
        shown = isinstance(answer, NotVerified)
        document = {
            "result": "not verified" if shown else "cannot be told",
            "because": answer.why,
            "remedy": answer.remedy,
            "places": [
                {"first": place.first, "last": place.last, "what": place.said}
                for place in (answer.places if isinstance(answer, NotVerified) else ())
            ],
        }
    return json.dumps(document, indent=2)


def parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--key", action="append", default=[], help="the register's public key")
    common.add_argument(
        "--policy", help="a file with keys, witnesses and how many must have signed"
    )
    common.add_argument("--state", type=Path, help="the folder of what is remembered")
    common.add_argument("--json", action="store_true", help="for programs")
    commands = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    kinds = commands.add_subparsers(required=True, metavar="WHAT")

    def kind(name: str, what: str, work: Callable[[Work], Verified]) -> argparse.ArgumentParser:
        made = kinds.add_parser(name, parents=[common], help=what, description=what)
        made.set_defaults(work=work)
        return made

    bundle = kind("bundle", "the whole register, from a zip file or a folder", verify_bundle)
    bundle.add_argument("file")
    bundle.add_argument("--against", help="an earlier bundle: tells exactly what differs")
    bundle.add_argument("--full", action="store_true", help="also the form of each entry")
    receipt = kind("receipt", "one entry with its proof", verify_receipt)
    receipt.add_argument("proof")
    receipt.add_argument("entry")
    record = kind("record", "one partnership with the proofs of its entries", verify_record)
    record.add_argument("file")
    report = kind("report", "that a report rests on the signed register", verify_report)
    report.add_argument("file")
    report.add_argument("--proof", help="the proof of the last entry that the report names")
    pair = kind("consistency", "that one checkpoint goes on from another", verify_consistency)
    pair.add_argument("older")
    pair.add_argument("newer")
    pair.add_argument("--proof", help="hashes in base64, one a line")
    for each in (receipt, record, report, pair):
        each.add_argument("--bundle", help="a bundle of the register, to hold it against")
    return commands


def answer_to(work: Callable[[Work], Verified], asked: argparse.Namespace) -> Answer:
    """Exactly one of the three, whatever happens."""
    try:
        with ExitStack() as closing:
            run = Work(asked, closing)
            answer = work(run)
            run.require_witnesses()  # last: whatever else is wrong is graver
            return answer
    except (NotVerified, CannotTell) as answer:
        return answer
    except Exception as fault:
        return CannotTell(
            f"The verifier came upon a fault of its own ({type(fault).__name__}: {fault})",
            "Keep the file and report it.",
        )
    except KeyboardInterrupt:
        return CannotTell("It was stopped", "Start it again.")


def say(answer: Answer, *, in_json: bool) -> None:
    """Print it; what a file wrote into it must not work on the terminal."""
    for line in as_json(answer).split("\n") if in_json else told(answer):
        shown = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in line)
        encoding = sys.stdout.encoding or "utf-8"
        print(shown.encode(encoding, "backslashreplace").decode(encoding))


def main(words: Sequence[str] | None = None) -> int:
    """Tell the answer. 0 verified, 1 not verified, 2 cannot be told: also where nobody can be told,
    for Python would end with 1 then.
    """
    try:
        asked = parser().parse_args(words)
    except SystemExit as ends:  # it has said how it is used
        ends.code = ends.code if is_written() else EXIT_CODES[CannotTell]
        raise
    answer = answer_to(asked.work, asked)
    try:
        if sys.stdout is None:
            raise OSError("there is no standard output")
        say(answer, in_json=asked.json)
        sys.stdout.flush()
    except OSError as error:
        with suppress(OSError):
            print(f"The answer cannot be written: {error}", file=sys.stderr)
        is_written()
        return EXIT_CODES[CannotTell]
    return EXIT_CODES[type(answer)]


def is_written() -> bool:
    """Whether all that was said has gone out. What has not is given up: it would fail again when
    Python ends, with an exit code that is none of the three.
    """
    return all([has_gone_out(1, sys.stdout), has_gone_out(2, sys.stderr)])


def has_gone_out(number: int, stream: TextIO | None) -> bool:
    try:
        if stream is not None:
            stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), number)
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
