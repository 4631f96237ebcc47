"""A private key in a file: one line, in the form of golang.org/x/mod/sumdb/note.

    PRIVATE+KEY+<name>+<key id>+<base64(type || seed)>

Only its owner may read it, which is checked before every use: a key that others could read signs
nothing any more.
"""

import os
import secrets
import stat
from pathlib import Path
from string import ascii_lowercase

from adapters.durable import keep_names
from adapters.problems import CannotRun
from adapters.signing.ed25519 import SEED_SIZE, Ed25519Signer
from domain.transparency.errors import Malformed
from domain.transparency.lines import decoded, encoded
from domain.transparency.note import VerifierKey

_PREFIX = "PRIVATE+KEY+"
_LONGEST = 4096


class KeyFileRefused(CannotRun):
    """The key in `file` cannot be used, or none can be made there. Nothing was signed."""

    def __init__(self, file: Path, problem: str, remedy: str) -> None:
        super().__init__(f"The key file {file} {problem}.", remedy)
        self.file = file


def make_key_file(file: Path, name: str, kind: int) -> VerifierKey:
    """Make a new key, and a file for it that nobody else reads; give its public half.

    An older file is never written over: a log whose key is gone cannot go on. Raises `Malformed`
    where `name` can name no key.
    """
    seed = secrets.token_bytes(SEED_SIZE)
    key = Ed25519Signer(name, kind, seed).key
    line = f"{_PREFIX}{name}+{key.key_id.hex()}+{encoded(bytes([kind]) + seed)}\n"
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        _write(file, handle, line.encode())
    except FileExistsError:
        raise KeyFileRefused(
            file, "is there already", "Use it, or name another file; it was not touched."
        ) from None
    except OSError as problem:
        raise KeyFileRefused(
            file,
            f"cannot be written: {problem.strerror}",
            "Name a folder that this user may write, with room for it.",
        ) from None
    return key


def load_signer(file: Path) -> Ed25519Signer:
    """The signer whose key lies in `file`, or `KeyFileRefused` with what is to be done."""
    try:
        with file.open("rb") as opened:
            _require_private(file, os.fstat(opened.fileno()))
            line = opened.read(_LONGEST)
    except FileNotFoundError:
        raise KeyFileRefused(
            file, "is not there", "Name the file that holds the key, or have a new one made."
        ) from None
    except OSError as problem:
        raise KeyFileRefused(
            file,
            f"cannot be read: {problem.strerror}",
            "Let the account that runs Twinledger own it.",
        ) from None
    return _signer(file, line)


def _require_private(file: Path, status: os.stat_result) -> None:
    """Raise where others may read or write the opened file."""
    if os.name == "posix" and stat.S_IMODE(status.st_mode) & 0o077:
        raise KeyFileRefused(
            file,
            f"is open to others (mode {stat.S_IMODE(status.st_mode):04o})",
            f"If nobody can have read it: chmod 600 {file}. Otherwise replace the key.",
        )


def _signer(file: Path, line: bytes) -> Ed25519Signer:
    """The signer that `line` spells. What the line holds is told to nobody."""
    try:
        name, key_id, material = line.decode().removesuffix("\n").split("+", 4)[2:]
        data = decoded(material, "key")
        signer = Ed25519Signer(name, data[0], data[1:])
        whole = line.startswith(_PREFIX.encode()) and signer.key.key_id.hex() == key_id
    except (ValueError, IndexError, Malformed):
        whole = False
    if not whole:
        raise KeyFileRefused(
            file, "holds no key, or not the whole of one", "Put it back from its backup."
        )
    return signer


def _write(file: Path, handle: int, line: bytes) -> None:
    """Write the new file whole, so that it survives a power cut; half a key is taken away again."""
    try:
        with open(handle, "wb") as opened:
            opened.write(line)
            opened.flush()
            os.fsync(handle)
        keep_names(file.absolute().parent)
    except OSError:
        file.unlink(missing_ok=True)
        raise


def made_up_name(of: str) -> str:
    """A name that no other key of this kind has: it claims no address on the net."""
    letters = "".join(secrets.choice(ascii_lowercase) for _ in range(12))
    return f"twinledger/{of}/{letters}"
