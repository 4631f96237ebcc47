"""A list of partnerships from elsewhere, row by row: new, duplicate, refused or left out.

What was seen lies on disk, so a list of any length takes the same memory. A row's command key is
made of the list's day and the names, so a run after an interrupted one goes on where that ended,
and a second run changes nothing.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path

from adapters.imports import (
    Listed,
    Origin,
    Place,
    RefusedRow,
    Relations,
    Said,
    Scratch,
    open_relations,
)
from adapters.imports.table import Format
from api.countries import COUNTRIES
from api.founding import Founded, Founding, NotFounded, found
from api.import_report import Duplicate, ImportReport, Line, LookAlike, Why
from api.matching import Alike, KnownPairs, Pairing
from domain.decider import Act
from domain.errors import NotCanonical
from domain.partnership.commands import RecordLegacyPartnership
from domain.ports import Actor, Ledger
from domain.refusals import AlreadyPaired, Invalid
from domain.values import Citation, CommunityId, DatedFact, Party, mint_partnership_id
from projections.views import Register

_AT_ONCE = 500
"""Rows that are decided and recorded together."""

_LINES: dict[Format, Line] = {"csv": "line", "workbook": "row", "json": "item"}


async def open_list(
    path: Path, *, said: Said | None = None, remembered: Mapping[bytes, Said] | None = None
) -> Relations:
    """Check the file from end to end, off the event loop; raises `FileRefused`.

    `said` is what is said of its columns now, `remembered` of other lists by their header's digest.
    """
    return await asyncio.to_thread(
        open_relations, path, said=said, remembered=remembered, country_names=COUNTRIES
    )


async def import_list(
    relations: Relations,
    ledger: Ledger,
    register: Register,
    *,
    dry_run: bool,
    source: str | None,
    listed_on: str | None,
    actor: Actor,
    now: datetime,
    progress: Callable[[int, int], None],
    skip_look_alikes: bool = False,
) -> ImportReport:
    """Record what is new in the list; with `dry_run` only say what would be.

    Raises `WrongColumns` and `Invalid` before anything is recorded. `register` has read all of the
    ledger, so that nothing it holds is taken for new. `source` says what list it is, `listed_on` of
    which day (EDTF); None where the file's columns tell. `progress` is told how many rows are done,
    and of how many. With `skip_look_alikes` new pairs that differ from another one by signs only
    are left out.
    """
    rows = iter(relations)
    origin = relations.origin(source=source, listed_on=listed_on)
    with Scratch() as scratch:
        run = _Run(
            await KnownPairs.of(register, scratch),
            scratch,
            sha256=relations.sha256,
            origin=origin,
            line=_LINES[relations.table.format],
            skip_look_alikes=skip_look_alikes,
            actor=actor,
            now=now,
        )
        done = 0
        while batch := list(islice(rows, _AT_ONCE)):
            await run.take(ledger, batch, dry_run=dry_run)
            done += len(batch)
            progress(done, relations.rows)
    return ImportReport(
        file=relations.table.path.name,
        source=origin.source,
        listed_on=origin.listed_on,
        dry_run=dry_run,
        rows=done,
        new=run.new,
        duplicates=tuple(sorted(run.duplicates, key=lambda row: row.line)),
        refused=tuple(sorted(run.refused, key=lambda row: row.line)),
        look_alikes=tuple(run.look_alikes),
        skipped=tuple(run.skipped),
        names_alike=tuple(sorted(run.names_alike, key=lambda row: row.line)),
        columns_unused=relations.columns.unused,
        line=_LINES[relations.table.format],
    )


class _Run:
    """One run over one file: what has been seen, and what came of it."""

    def __init__(
        self,
        pairs: KnownPairs,
        scratch: Scratch,
        *,
        sha256: str,
        origin: Origin,
        line: Line,
        skip_look_alikes: bool,
        actor: Actor,
        now: datetime,
    ) -> None:
        self._pairs, self._sha256, self._origin = pairs, sha256, origin
        self._line, self._skip_look_alikes = line, skip_look_alikes
        self._minted = scratch.mapping("minted", int)
        self._actor, self._now = actor, now
        self.new = 0
        self.duplicates: list[Duplicate] = []
        self.refused: list[RefusedRow] = []
        self.look_alikes: list[LookAlike] = []
        self.skipped: list[LookAlike] = []
        self.names_alike: list[LookAlike] = []

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
            elif pairing.looks_like and self._skip_look_alikes:
                self.skipped.append(self._look_alike_pair(row, pairing.looks_like))
                self._point_out_names(row, pairing)
            elif refused := self._reference_taken(row, pairing):
                self.refused.append(refused)
            else:
                fresh.append((row, pairing))
        foundings = [self._founding(row, pairing) for row, pairing in fresh]
        answers = await found(ledger, foundings, dry_run=dry_run)
        for (row, pairing), answer in zip(fresh, answers, strict=True):
            self._note(row, pairing, answer)

    def _duplicate(self, row: Listed, pairing: Pairing) -> Duplicate | None:
        if pairing.of_line:
            return self._double(row, "in_file", of_line=pairing.of_line, differs=pairing.differs)
        if not pairing.reference:
            return None
        why: Why = "in_register" if pairing.live else "over_in_register"
        if pairing.reference == mint_partnership_id(self._key(pairing)):
            why = "earlier_run"
        return self._double(row, why, pairing.reference)

    def _double(
        self, row: Listed, why: Why, reference: str = "", *, of_line: int = 0, differs: str = ""
    ) -> Duplicate:
        return Duplicate(row.line, why, reference, of_line, differs, self._line)

    def _reference_taken(self, row: Listed, pairing: Pairing) -> RefusedRow | None:
        """The refusal where an earlier row of the file has the reference that this one would get.

        The ledger would say so too, but not in a dry run.
        """
        reference = mint_partnership_id(self._key(pairing))
        other = self._minted.setdefault(reference, row.line)
        if other == row.line:
            return None
        return RefusedRow(
            row.line,
            "row",
            f"{self._line} {other} has got its reference {reference}",
            "Record it by hand.",
        )

    def _founding(self, row: Listed, pairing: Pairing) -> Founding:
        at = f"number {row.relation}" if row.relation else f"{self._line} {row.line}"
        source = f"{self._origin.source}, {at}"
        day = self._origin.listed_on
        command = RecordLegacyPartnership(
            home=_party(pairing.home, row.a),
            counterpart=_party(pairing.counterpart, row.b),
            status=row.status,
            tier="sister",
            kind="sister_city",
            grade="list_only",
            sources=(Citation(source, dated=day, sha256=self._sha256),),
            listed_on=day,
            since=_dated(row.since),
            formally_since=_dated(row.formally_since),
            statement=pairing.doubt,
        )
        return Founding(command, Act(self._actor, self._key(pairing), self._now))

    def _note(self, row: Listed, pairing: Pairing, answer: Founded | NotFounded) -> None:
        match answer:
            case Founded(before=True):
                self.duplicates.append(self._double(row, "earlier_run", answer.partnership))
            case AlreadyPaired():
                self.duplicates.append(self._double(row, "in_register", answer.partnership))
            case Founded():
                self.new += 1
                self._point_out(row, pairing)
            case Invalid() | NotCanonical():
                field = answer.field.removesuffix(".on")  # a column holds the date alone
                self.refused.append(RefusedRow(row.line, field, answer.problem, answer.remedy))
            case _:
                self.refused.append(RefusedRow(row.line, "row", str(answer), "Record it by hand."))

    def _point_out(self, row: Listed, pairing: Pairing) -> None:
        if pairing.looks_like:
            self.look_alikes.append(self._look_alike_pair(row, pairing.looks_like))
        self._point_out_names(row, pairing)

    def _point_out_names(self, row: Listed, pairing: Pairing) -> None:
        self.names_alike += [self._look_alike(row, name, other) for name, other in pairing.spelled]

    def _look_alike_pair(self, row: Listed, other: Alike) -> LookAlike:
        return self._look_alike(row, f"{row.a.name} and {row.b.name}", other)

    def _look_alike(self, row: Listed, name: str, other: Alike) -> LookAlike:
        return LookAlike(row.line, name, other.said, other.reference, other.of_line, self._line)

    def _key(self, pairing: Pairing) -> str:
        return f"import:{self._origin.listed_on}:{pairing.ends}"


def _party(community: CommunityId, place: Place) -> Party:
    return Party(
        community,
        place.name,
        place.country,
        latitude=place.latitude,
        longitude=place.longitude,
    )


def _dated(on: str) -> DatedFact | None:
    return DatedFact(on, "list_only") if on else None
