"""What shows that a log has two histories: kept as it came, and never written over.

evidence/<log>/<number>/witnessed.checkpoint    the signed note that this witness had cosigned
                        other.checkpoint        the signed note that contradicts it
                        submission              the whole request, with its proof
                        about.json              which log, when, what it shows
                        settled                 what the keeper of the witness decided
"""

import shutil
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from adapters.durable import keep_names, replace, write
from adapters.witness.errors import WitnessFolderRefused
from adapters.witness.folder import name_of_file

MOST_DOUBTS = 100  # of one log: whoever copies a checkpoint can send it with a proof that is wrong

Shows = Literal["two roots", "another beginning", "nothing for sure"]
PARTS = ("witnessed.checkpoint", "other.checkpoint", "submission")


class About(Struct, frozen=True):
    """`size` entries had been witnessed, the other note is over `other_size`, with `other_root`.

    "two roots" and "another beginning" prove that the log's key has signed two histories. "nothing
    for sure" is a proof that does not fit: it may be the proof that is wrong.
    """

    origin: str
    noticed: datetime
    shows: Shows
    size: int
    other_size: int
    other_root: bytes

    @property
    def fork(self) -> bool:
        """Whether nobody can deny it."""
        return self.shows != "nothing for sure"


class Evidence(Struct, frozen=True):
    """What was kept in `folder`; `settled` is what the keeper decided, empty until then."""

    about: About
    folder: Path
    settled: str = ""

    @property
    def stops(self) -> bool:
        """Whether nothing is signed for the log because of it."""
        return self.about.fork and not self.settled

    @property
    def log(self) -> str:
        """How its log is called in addresses and files."""
        return self.folder.parent.name

    @property
    def number(self) -> int:
        """Its number among those of its log, from 1."""
        return int(self.folder.name)

    def part(self, name: str) -> bytes:
        """One of the `PARTS` as it was kept."""
        return (self.folder / name).read_bytes()


def evidence_in(folder: Path, origin: str | None = None) -> list[Evidence]:
    """What the witness of `folder` keeps of one log or of all, the oldest first."""
    logs = name_of_file(origin) if origin is not None else "*"
    found = [_read(file.parent) for file in (folder / "evidence").glob(f"{logs}/[0-9]*/about.json")]
    return sorted(found, key=lambda one: (one.about.noticed, one.log, one.number))


def keep(folder: Path, about: About, *, witnessed: bytes, other: bytes, submission: bytes) -> None:
    """Keep it, durable when this returns. A doubt that is known, or one too many, is not kept."""
    former = evidence_in(folder, about.origin)
    if not about.fork:
        doubts = [(one.about.other_size, one.about.other_root) for one in former]
        if (about.other_size, about.other_root) in doubts or len(doubts) >= MOST_DOUBTS:
            return
    place = folder / "evidence" / name_of_file(about.origin)
    number = max((one.number for one in former), default=0) + 1
    draft = place / "new"
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.rmtree(draft, ignore_errors=True)  # what a kill left behind is no evidence
        draft.mkdir(mode=0o700)
        write(draft / "about.json", msgspec.json.format(msgspec.json.encode(about), indent=1))
        for name, content in zip(PARTS, (witnessed, other, submission), strict=True):
            write(draft / name, content)
        keep_names(draft)
        draft.rename(place / str(number))
        for one in (place, place.parent, folder):
            keep_names(one)
    except OSError as error:
        raise WitnessFolderRefused(
            f"Evidence cannot be kept in {place} ({error.strerror}).",
            "Free some space, or give this user the right to write there.",
        ) from error


def settle(evidence: Evidence, decided: str) -> None:
    """Write beside it what was decided, durable when this returns; the evidence itself stays."""
    try:
        replace(evidence.folder / "settled", f"{decided}\n".encode())
    except OSError as error:
        raise WitnessFolderRefused(
            f"What was decided cannot be written into {evidence.folder} ({error.strerror}).",
            "Free some space, or give this user the right to write there.",
        ) from error


def _read(folder: Path) -> Evidence:
    try:
        about = msgspec.json.decode((folder / "about.json").read_bytes(), type=About)
        file = folder / "settled"
        settled = file.read_text(encoding="utf-8").strip() if file.exists() else ""
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise WitnessFolderRefused(
            f"The evidence in {folder} cannot be read ({error}).",
            "Give this user the right to read it, or put it back from a copy; do not remove it.",
        ) from error
    return Evidence(about, folder, settled)
