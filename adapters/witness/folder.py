"""The folder of a witness: all that it needs, and all that it must never lose.

key            its private key (adapters/signing/key_file.py)
logs           whom it witnesses: a line `log <vkey>` each (C2SP tlog-policy), for people to read
seen/          the last checkpoint that it cosigned of each log (seen.py)
evidence/      what shows that a log has two histories (evidence.py)
lock           held by the one witness that signs here
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path

from adapters.durable import replace
from adapters.locking import locked
from adapters.signing.ed25519 import Ed25519Signer
from adapters.signing.key_file import load_signer, made_up_name, make_key_file
from adapters.witness.errors import WitnessFolderRefused
from domain.transparency.errors import Malformed
from domain.transparency.note import COSIGNATURE, ED25519, VerifierKey, format_vkey
from domain.transparency.policy import parse_policy

_HEAD = "# The logs that this witness signs for. `twinledger witness trust` adds a line.\n"


def name_of_file(origin: str) -> str:
    """What the files of a log are called: an origin may hold what no file name may."""
    return sha256(origin.encode()).hexdigest()[:32]


def witness_signer(folder: Path, name: str | None) -> Ed25519Signer:
    """Who signs here; the first time, a key is made. `name` is what the witness shall be called.

    Raises `WitnessFolderRefused` where it is called otherwise already, or where its key is gone,
    and `KeyFileRefused`.
    """
    file = folder / "key"
    if not file.exists():
        if (folder / "seen").exists():
            raise WitnessFolderRefused(
                f"The key {file} is gone, and this witness has signed with it.",
                "Put it back from its copy. Where there is none, begin a new witness in an empty "
                "folder and tell its registers; keep this one, it may hold evidence.",
            )
        try:
            make_key_file(file, name or made_up_name("witness"), COSIGNATURE)
        except Malformed as error:
            raise WitnessFolderRefused(
                f"TWINLEDGER_WITNESS_NAME cannot be {name!r}: no spaces and no plus may be in it.",
                "Write it as an address that is yours, such as witness.lodz.example.",
            ) from error
    signer = load_signer(file)
    if signer.key.kind != COSIGNATURE:
        raise WitnessFolderRefused(
            f"The key {file} is not one of a witness.",
            "Name a folder of its own in TWINLEDGER_WITNESS_FOLDER.",
        )
    if name is not None and signer.key.name != name:
        raise WitnessFolderRefused(
            f"This witness is called {signer.key.name}, not {name}.",
            "Set TWINLEDGER_WITNESS_NAME to its name, or leave it out.",
        )
    return signer


def trusted_logs(folder: Path) -> tuple[VerifierKey, ...]:
    """The keys of the logs that are witnessed; a log whose key is being replaced has two."""
    text = _text(folder)
    if not any(line.split()[:1] == ["log"] for line in text.splitlines()):
        return ()
    try:
        return tuple(log.key for log in parse_policy(f"{text}\nquorum none\n").logs)
    except Malformed as error:
        raise WitnessFolderRefused(
            f"The file {folder / 'logs'} cannot be read: {error.problem}",
            "Write `log`, a space and a public key on each line.",
        ) from error


def trust(folder: Path, key: VerifierKey) -> bool:
    """Sign for the log of this key from now on; false where it is trusted already."""
    if key.kind != ED25519:
        raise WitnessFolderRefused(
            f"{key.name} is not the key of a log.",
            "Ask for the register's public key; its page /verify shows it.",
        )
    if key in trusted_logs(folder):
        return False
    text = _text(folder) or _HEAD
    replace(folder / "logs", f"{text.rstrip()}\nlog {format_vkey(key)}\n".encode())
    return True


def distrust(folder: Path, key: VerifierKey) -> bool:
    """Accept nothing more that is signed by this key alone; false where it is not trusted."""
    if key not in trusted_logs(folder):
        return False
    lines = _text(folder).splitlines()
    kept = [line for line in lines if format_vkey(key) not in line.split()]
    replace(folder / "logs", "".join(f"{line}\n" for line in kept).encode())
    return True


def require_folder(folder: Path) -> None:
    """Make the folder if need be; raises `WitnessFolderRefused` where that cannot be done."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(folder, error) from error


@contextmanager
def owned(folder: Path) -> Iterator[None]:
    """Be the one witness of the folder. Raises `WitnessFolderRefused` where there is another."""
    require_folder(folder)
    with ExitStack() as held:
        try:
            alone = held.enter_context(locked(folder / "lock"))
        except OSError as error:
            raise _unusable(folder, error) from error
        if not alone:
            raise WitnessFolderRefused(
                f"Another witness has the folder {folder}.",
                "One is enough: two could sign two histories. End the other one first.",
            )
        yield


def _text(folder: Path) -> str:
    try:
        return (folder / "logs").read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise WitnessFolderRefused(
            f"The file {folder / 'logs'} cannot be read ({error}).",
            "Give this user the right to read it, or put it back from a copy.",
        ) from error


def _unusable(folder: Path, error: OSError) -> WitnessFolderRefused:
    return WitnessFolderRefused(
        f"The witness's folder {folder} cannot be used ({error.strerror}).",
        "Give this user the right to write there, or name another in TWINLEDGER_WITNESS_FOLDER.",
    )
