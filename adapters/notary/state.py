"""What the notary remembers of what it signed, in a file that no restore of the database sets back.

state.json     the last checkpoint as it was signed, and what the tree needs to grow on
leaves         the leaf hash of every signed entry (leaves.py)
lock           held by the one notary that may write here
key            the private key (adapters/signing/key_file.py)
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from adapters.durable import replace
from adapters.locking import locked
from adapters.notary.errors import AnotherNotary, StateRefused
from adapters.notary.leaves import SignedLeaves
from domain.transparency.checkpoint import Checkpoint, parse_checkpoint
from domain.transparency.errors import NotProven
from domain.transparency.note import parse_note
from domain.transparency.tree import GrowingRoot, TreeState

_FILE = "state.json"


class NotaryState(Struct, frozen=True):
    """`note` is the last signed checkpoint of `origin`, empty before the first.

    `last_leaf` is the leaf hash of the last entry below it: whoever looks whether the database was
    set back or forked needs to read one row. `follows` is the origin of the log that this one
    takes the place of, empty where there was none.
    """

    origin: str
    tree: TreeState = TreeState()
    last_leaf: bytes = b""
    note: bytes = b""
    follows: str = ""

    @property
    def size(self) -> int:
        """How many entries were signed."""
        return self.tree.size

    @property
    def root(self) -> bytes:
        """The root that was signed over them."""
        return GrowingRoot(self.tree).root()

    def checkpoint(self) -> Checkpoint | None:
        """The last signed checkpoint; nothing is verified here."""
        return parse_checkpoint(parse_note(self.note).text) if self.note else None


def read_state(folder: Path) -> NotaryState | None:
    """What the notary of `folder` has signed, for those who only look; None before the first time.

    Raises `StateRefused` where the file cannot be read, or does not agree with itself.
    """
    return _decoded(folder, _content(folder))


class StateFile:
    """The state of one notary: saved whole or not at all, and only over what this one loaded."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: bytes | None = None
        self.leaves = SignedLeaves(folder)

    def load(self) -> NotaryState | None:
        """What is there; None before the first time. Raises `StateRefused`."""
        self._known = _content(self._folder)
        return _decoded(self._folder, self._known)

    def save(self, state: NotaryState) -> None:
        """Durable when it returns. When it raises, either state may be there: load again.

        Raises `AnotherNotary` where the file is not as it was loaded or saved here last.
        """
        if _content(self._folder) != self._known:
            raise AnotherNotary(
                f"The file {self._folder / _FILE} was changed by somebody else.",
                "Let one notary have the folder. This one loads again and compares.",
            )
        content = msgspec.json.format(msgspec.json.encode(state), indent=1) + b"\n"
        try:
            replace(self._folder / _FILE, content)
        except OSError as error:
            raise StateRefused(
                f"The file {self._folder / _FILE} cannot be written ({error.strerror}).",
                "Free some space, or give this user the right to write there.",
            ) from error
        self._known = content


@contextmanager
def owned(folder: Path) -> Iterator[StateFile]:
    """The state of `folder`, which nobody else can own meanwhile; the folder is made if need be.

    Raises `AnotherNotary` where somebody has it, `StateRefused` where it cannot be used.
    """
    with ExitStack() as held:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            alone = held.enter_context(locked(folder / "lock"))
        except OSError as error:
            raise StateRefused(
                f"The notary's folder {folder} cannot be used ({error.strerror}).",
                "Give this user the right to write there, or name another in "
                "TWINLEDGER_NOTARY_FOLDER.",
            ) from error
        if not alone:
            raise AnotherNotary(
                f"Another notary has the folder {folder}.",
                "One is enough: `twinledger serve` brings its own unless TWINLEDGER_NOTARY says "
                "that it is elsewhere.",
            )
        yield StateFile(folder)


def _content(folder: Path) -> bytes | None:
    try:
        return (folder / _FILE).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StateRefused(
            f"The file {folder / _FILE} cannot be read ({error.strerror}).",
            "Give this user the right to read it. Where the notary works under an account of its "
            "own, set TWINLEDGER_NOTARY=elsewhere for all others.",
        ) from error


def _decoded(folder: Path, content: bytes | None) -> NotaryState | None:
    """The state, if it says of itself what the note in it says."""
    if content is None:
        return None
    try:
        state = msgspec.json.decode(content, type=NotaryState)
        signed = state.checkpoint()
    except (msgspec.MsgspecError, NotProven) as error:
        raise _broken(folder) from error
    said = (signed.origin, signed.size, signed.root) if signed else (state.origin, 0, state.root)
    if said != (state.origin, state.size, state.root):
        raise _broken(folder)
    return state


def _broken(folder: Path) -> StateRefused:
    return StateRefused(
        f"The file {folder / _FILE} is not as the notary wrote it.",
        "Put it back from a copy. Where there is none, move it away: the notary then goes on from "
        "the last checkpoint that was published, after it has compared every entry with it.",
    )
