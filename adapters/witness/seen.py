"""What a witness has seen of each log: the last checkpoint that it cosigned."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from adapters.durable import keep_names, replace
from adapters.witness.errors import WitnessFolderRefused
from adapters.witness.folder import name_of_file
from domain.transparency.checkpoint import Checkpoint, parse_checkpoint
from domain.transparency.errors import NotProven
from domain.transparency.note import parse_note


class Seen(Struct, frozen=True):
    """`note` is the signed checkpoint as it came, cosigned at `at` (UTC)."""

    origin: str
    at: datetime
    note: str

    @property
    def checkpoint(self) -> Checkpoint:
        """What the note says; it was verified before it was kept."""
        return parse_checkpoint(parse_note(self.note.encode()).text)


class SeenLogs:
    """The last checkpoint of each log, a file each below `folder`. For the one who owns it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "seen"
        self._known: dict[str, Seen] = {}

    def last(self, origin: str) -> Seen | None:
        """The last one that was cosigned; None before the first. Raises `WitnessFolderRefused`."""
        if origin not in self._known:
            seen = _read(self._folder / f"{name_of_file(origin)}.json")
            if seen is None:
                return None
            if seen.origin != origin:
                raise _broken(self._folder / f"{name_of_file(origin)}.json")
            self._known[origin] = seen
        return self._known[origin]

    def save(self, seen: Seen) -> None:
        """Durable when it returns. When it raises, either one may be there, and is read again."""
        # Forgotten first: after a failure nobody knows which of the two is on the disk.
        self._known.pop(seen.origin, None)
        content = msgspec.json.format(msgspec.json.encode(seen), indent=1) + b"\n"
        try:
            if not self._folder.exists():
                self._folder.mkdir(mode=0o700)
                keep_names(self._folder.parent)
            replace(self._folder / f"{name_of_file(seen.origin)}.json", content)
        except OSError as error:
            raise WitnessFolderRefused(
                f"The folder {self._folder} cannot be written ({error.strerror}).",
                "Free some space, or give this user the right to write there.",
            ) from error
        self._known[seen.origin] = seen


def all_seen(folder: Path) -> list[Seen]:
    """What the witness of `folder` has cosigned last of each log, for those who only look."""
    found = (_read(file) for file in sorted((folder / "seen").glob("*.json")))
    return sorted((one for one in found if one is not None), key=lambda one: one.origin)


def seen_now(origin: str, note: bytes, at: datetime) -> Seen:
    """A checkpoint that is to be cosigned, to the second: a cosignature has no more."""
    return Seen(origin, at.astimezone(UTC).replace(microsecond=0), note.decode())


def _read(file: Path) -> Seen | None:
    try:
        seen = msgspec.json.decode(file.read_bytes(), type=Seen)
        if seen.checkpoint.origin != seen.origin:
            raise _broken(file)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise WitnessFolderRefused(
            f"The file {file} cannot be read ({error.strerror}).",
            "Give this user the right to read it.",
        ) from error
    except (msgspec.MsgspecError, NotProven) as error:
        raise _broken(file) from error
    return seen


def _broken(file: Path) -> WitnessFolderRefused:
    return WitnessFolderRefused(
        f"The file {file} is not as the witness wrote it; nothing is signed for that log.",
        "Put it back from a copy that is not older. Where there is none, ask the registers that "
        "publish this witness's signatures for the last checkpoint that bears one.",
    )
