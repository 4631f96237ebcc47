"""A list of partnerships from elsewhere, recorded row by row: new, duplicate or refused.

Only the pairs seen are held in memory, as text. A row's command key is made of the list's day and
the names, so a run after an interrupted one goes on where that ended, and a second run changes
nothing.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Literal, TypeAlias

from msgspec import Struct

from adapters.imports import Listed, Origin, RefusedRow, open_relations
from api.founding import Founded, Founding, NotFounded, found
from api.matching import KnownPairs, Pairing
from domain.decider import Act
from domain.errors import NotCanonical
from domain.partnership.commands import RecordLegacyPartnership
from domain.ports import Actor, Ledger
from domain.refusals import AlreadyPaired, Invalid
from domain.values import Citation, Party, mint_partnership_id
from projections.views import Register

_AT_ONCE = 500
"""Rows that are decided and recorded together."""

Why: TypeAlias = Literal["in_file", "in_register", "over_in_register", "earlier_run"]


class Duplicate(Struct, frozen=True):
    """A row that says what is known. `of_line` is its twin in the file, else `reference` is set."""

    line: int
    why: Why
    reference: str = ""
    of_line: int = 0

    @property
    def reason(self) -> str:
        """The sentence for people."""
        match self.why:
            case "in_file":
                return f"The same pair as in line {self.of_line}."
            case "earlier_run":
                return f"Recorded by an earlier run of this import as {self.reference}."
            case "in_register":
                return f"Already in the register as {self.reference}."
            case "over_in_register":
                return (
                    f"In the register as {self.reference}, which is over. "
                    "If the two began anew, record that by hand."
                )


class LookAlike(Struct, frozen=True):
    """A new row that may say the same as another one, but for signs in a name.

    The other one is `of_line` of the file or `reference` in the register.
    """

    line: int
    reference: str = ""
    of_line: int = 0


class ImportReport(Struct, frozen=True):
    """What came of the rows: new, duplicates and refused are all of them. Lines are of the file."""

    file: str
    source: str
    listed_on: str
    dry_run: bool
    rows: int
    new: int
    duplicates: tuple[Duplicate, ...]
    refused: tuple[RefusedRow, ...]
    look_alikes: tuple[LookAlike, ...]


async def import_file(
    path: Path,
    ledger: Ledger,
    register: Register,
    *,
    dry_run: bool,
    source: str | None,
    listed_on: str | None,
    actor: Actor,
    now: datetime,
    progress: Callable[[int, int], None],
) -> ImportReport:
    """Record what is new in `path`; with `dry_run` only say what would be.

    Raises `adapters.imports.errors.FileRefused` and `Invalid` before anything is recorded.
    `register` has read all of the ledger, so that nothing it holds is taken for new. `source` says
    what list it is, `listed_on` of which day (EDTF); None where the file's columns tell. `progress`
    is told how many rows are done, and of how many.
    """
    relations = await asyncio.to_thread(open_relations, path)
    origin = relations.origin(source=source, listed_on=listed_on)
    pairs = await KnownPairs.of(register)
    run = _Run(pairs, sha256=relations.sha256, origin=origin, actor=actor, now=now)
    rows = iter(relations)
    done = 0
    while batch := list(islice(rows, _AT_ONCE)):
        await run.take(ledger, batch, dry_run=dry_run)
        done += len(batch)
        progress(done, relations.rows)
    return ImportReport(
        file=path.name,
        source=origin.source,
        listed_on=origin.listed_on,
        dry_run=dry_run,
        rows=done,
        new=run.new,
        duplicates=tuple(sorted(run.duplicates, key=lambda row: row.line)),
        refused=tuple(sorted(run.refused, key=lambda row: row.line)),
        look_alikes=tuple(run.look_alikes),
    )


class _Run:
    """One run over one file: what has been seen, and what came of it."""

    def __init__(
        self, pairs: KnownPairs, *, sha256: str, origin: Origin, actor: Actor, now: datetime
    ) -> None:
        self._pairs, self._sha256, self._origin = pairs, sha256, origin
        self._actor, self._now = actor, now
        self.new = 0
        self.duplicates: list[Duplicate] = []
        self.refused: list[RefusedRow] = []
        self.look_alikes: list[LookAlike] = []

    async def take(self, ledger: Ledger, rows: list[Listed | RefusedRow], *, dry_run: bool) -> None:
        """Sort out `rows`, and record those that are new."""
        fresh: list[tuple[Listed, Pairing]] = []
        for row in rows:
            if isinstance(row, RefusedRow):
                self.refused.append(row)
                continue
            pairing = self._pairs.of_row(row)
            if duplicate := self._duplicate(row, pairing):
                self.duplicates.append(duplicate)
            else:
                fresh.append((row, pairing))
        foundings = [self._founding(row, pairing) for row, pairing in fresh]
        answers = await found(ledger, foundings, dry_run=dry_run)
        for (row, pairing), answer in zip(fresh, answers, strict=True):
            self._note(row, pairing, answer)

    def _duplicate(self, row: Listed, pairing: Pairing) -> Duplicate | None:
        if pairing.of_line:
            return Duplicate(row.line, "in_file", of_line=pairing.of_line)
        if not pairing.reference:
            return None
        why: Why = "in_register" if pairing.live else "over_in_register"
        if pairing.reference == mint_partnership_id(self._key(pairing)):
            why = "earlier_run"
        return Duplicate(row.line, why, pairing.reference)

    def _founding(self, row: Listed, pairing: Pairing) -> Founding:
        at = f"row {row.relation}" if row.relation else f"line {row.line}"
        source = f"{self._origin.source}, {at}"
        day = self._origin.listed_on
        command = RecordLegacyPartnership(
            home=Party(pairing.home, row.a.name, row.a.country),
            counterpart=Party(pairing.counterpart, row.b.name, row.b.country),
            status="active",
            tier="sister",
            kind="sister_city",
            grade="list_only",
            sources=(Citation(source, dated=day, sha256=self._sha256),),
            listed_on=day,
            statement=pairing.doubt,
        )
        return Founding(command, Act(self._actor, self._key(pairing), self._now))

    def _note(self, row: Listed, pairing: Pairing, answer: Founded | NotFounded) -> None:
        match answer:
            case Founded(before=True):
                self.duplicates.append(Duplicate(row.line, "earlier_run", answer.partnership))
            case AlreadyPaired():
                self.duplicates.append(Duplicate(row.line, "in_register", answer.partnership))
            case Founded():
                self.new += 1
                if pairing.looks_like:
                    self.look_alikes.append(_look_alike(row.line, pairing.looks_like))
            case Invalid() | NotCanonical():
                self.refused.append(
                    RefusedRow(row.line, answer.field, answer.problem, answer.remedy)
                )
            case _:
                self.refused.append(RefusedRow(row.line, "row", str(answer), "Record it by hand."))

    def _key(self, pairing: Pairing) -> str:
        return f"import:{self._origin.listed_on}:{pairing.ends}"


def _look_alike(line: int, other: int | str) -> LookAlike:
    if isinstance(other, int):
        return LookAlike(line, of_line=other)
    return LookAlike(line, reference=other)
