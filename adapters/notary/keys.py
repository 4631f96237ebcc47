"""The notary's keys: one line each in its folder, and the origin, chosen once, that they bear."""

from collections.abc import Sequence
from pathlib import Path

from adapters.notary.errors import StateRefused
from adapters.notary.state import read_state
from adapters.signing.ed25519 import Ed25519Signer
from adapters.signing.key_file import load_signer, made_up_name, make_key_file
from domain.transparency.errors import Malformed
from domain.transparency.note import ED25519, VerifierKey

KEY, SECOND_KEY = "key", "second-key"


def signers_in(folder: Path, *, schema: str, origin: str | None) -> Sequence[Ed25519Signer]:
    """Who signs for the log of `folder`: its key, and where that is being replaced a second one.
    The first time, a key and an origin are made there.

    `origin` is what the operator wants the log to be called, None for a made-up name: that of the
    schema and random letters. Raises `StateRefused` where it is called otherwise already, or where
    its key is gone, and `KeyFileRefused` where the key cannot be used.
    """
    file = folder / KEY
    if not file.exists():
        if read_state(folder) is not None:
            raise StateRefused(
                f"The key {file} is gone, and this notary has signed with it.",
                "Put it back from its copy. Where there is none, `twinledger notary renew` begins "
                "a new log.",
            )
        make_key(file, origin or made_up_name(schema))
    signer = load_signer(file)
    if origin is not None and signer.key.name != origin:
        raise StateRefused(
            f"The log is called {signer.key.name}, not {origin}.",
            "Set TWINLEDGER_ORIGIN to its name, or leave it out; a log keeps its name for ever.",
        )
    if not (folder / SECOND_KEY).exists():
        return (signer,)
    second = load_signer(folder / SECOND_KEY)
    if second.key.name != signer.key.name:
        raise StateRefused(
            f"The second key is of {second.key.name}, the first of {signer.key.name}.",
            "Put the notary's folder back from one copy.",
        )
    return (signer, second)


def key_files(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Which key files there are, told apart from those that take their place."""
    files = [file for file in (folder / KEY, folder / SECOND_KEY) if file.exists()]
    return tuple((file.name, file.stat().st_ino, file.stat().st_mtime_ns) for file in files)


def make_key(file: Path, origin: str) -> VerifierKey:
    """Make a private key of a log that is called `origin`; gives its public half."""
    try:
        return make_key_file(file, origin, ED25519)
    except Malformed as error:
        raise StateRefused(
            f"TWINLEDGER_ORIGIN cannot be {origin[:60]!r}: no spaces and no plus may be in it.",
            "Write it as an address that is yours, such as register.example/ledger.",
        ) from error
