"""The audit log as a file: CSV for spreadsheets, JSON lines for programs.

Made piece by piece, so that memory does not grow with the log. The same question at the same
position gives the same bytes.
"""

import csv
import io
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import Literal, TypeAlias, get_args

import msgspec
from msgspec import Struct

from domain.values import Citation
from projections.views import Change, ItemKind, LogEntry

Format: TypeAlias = Literal["csv", "jsonl"]
FORMATS: tuple[Format, ...] = get_args(Format)
MEDIA_TYPES: dict[Format, str] = {
    "csv": "text/csv",  # litestar says the charset of text
    "jsonl": "application/jsonl; charset=utf-8",
}
_AT_A_TIME = 200
"""Entries that are written together."""

# What a spreadsheet takes for a formula, also in the wide forms of East Asian keyboards.
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")


class Row(Struct, frozen=True):
    """One entry of the log. `as_at` is the last entry known when the file was made, with its leaf
    hash; it stands in every row, so that a row cut out of its file still says it. So does
    `incomplete_from`: the first entry that is recorded and could not be shown when the file was
    made, empty where all could.

    `decided_by` is the deciding body by its name, `body` its kind; `recorder` is a pseudonym and
    `recorded_for` the community that it acts for. Times are UTC, `effective` is EDTF.
    """

    position: int
    recorded_at: datetime
    effective: str
    partnership: str
    home: str
    counterpart: str
    kind: ItemKind
    type: str
    sentence: str
    decided_by: str
    body: str
    recorder: str
    recorder_role: str
    recorded_for: str
    statement: str
    changes: tuple[Change, ...]
    basis: tuple[Citation, ...]
    corrected_by: int | None
    as_at: str
    incomplete_from: int | None


COLUMNS = Row.__struct_fields__


def row(entry: LogEntry, as_at: str, incomplete_from: int | None) -> Row:
    """An entry as it is exported."""
    item = entry.item
    return Row(
        position=item.position,
        recorded_at=item.recorded_at,
        effective=item.effective,
        partnership=item.partnership,
        home=entry.home,
        counterpart=entry.counterpart,
        kind=item.kind,
        type=item.type,
        sentence=item.sentence,
        decided_by=item.who,
        body=entry.body,
        recorder=entry.recorder,
        recorder_role=entry.role,
        recorded_for=entry.community,
        statement=item.statement,
        changes=item.changes,
        basis=item.basis,
        corrected_by=item.corrected_by,
        as_at=as_at,
        incomplete_from=incomplete_from,
    )


async def export(
    entries: AsyncIterator[LogEntry],
    format: Format,
    as_at: str,
    require: Callable[[], Awaitable[None]],
    *,
    incomplete_from: int | None = None,
) -> AsyncIterator[bytes]:
    """The file, piece by piece. `require` is asked before the last piece: it raises where the
    register was set back meanwhile, so that no file mixes two histories and looks whole.
    """
    if format == "csv":
        yield table([COLUMNS])
    piece: list[Row] = []
    async for entry in entries:
        piece.append(row(entry, as_at, incomplete_from))
        if len(piece) == _AT_A_TIME:
            yield _written(piece, format)
            piece.clear()
    await require()
    if piece:
        yield _written(piece, format)


def table(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as CSV of RFC 4180, each of their values as a `cell`."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([cell(str(value)) for value in row] for row in rows)
    return text.getvalue().encode()


def cell(text: str) -> str:
    """`text` as no spreadsheet runs it: with a quote before it where it begins as a formula does.

    OWASP ASVS 5.0.0, 1.2.10. Blanks before the sign do not hide it.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def _written(rows: Sequence[Row], format: Format) -> bytes:
    if format == "jsonl":
        return msgspec.json.Encoder().encode_lines(rows)
    return table(map(_values, rows))


def _values(one: Row) -> list[object]:
    changed = "; ".join(
        f"{change.label}: {change.before or 'nothing'} -> {change.after or 'nothing'}"
        for change in one.changes
    )
    basis = "; ".join(
        " ".join(filter(None, (document.title, document.dated, document.link, document.sha256)))
        for document in one.basis
    )
    told = {
        "recorded_at": one.recorded_at.isoformat().replace("+00:00", "Z"),
        "changes": changed,
        "basis": basis,
        "corrected_by": one.corrected_by or "",
        "incomplete_from": one.incomplete_from or "",
    }
    return [told.get(column, getattr(one, column)) for column in COLUMNS]
