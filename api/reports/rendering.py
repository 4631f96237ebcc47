"""A report as a file: JSON for programs, CSV for spreadsheets, text for people."""

from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias, assert_never

import msgspec

from api.exports import table
from api.reports.page import figure_page, page
from api.reports.report import Basis, Figure, OpenedFigure, Report

Format: TypeAlias = Literal["json", "csv", "text"]
Row: TypeAlias = tuple[str | int, ...]
COLUMNS = ("line", "figure", "group", "label", "detail", "unit", "value")
FIGURE_COLUMNS = ("figure", "partnership", "subject", "because", "entries", "as_at")


def render(report: Report, format: Format) -> bytes:
    """The same report and format give the same bytes: nothing of time or machine goes in."""
    match format:
        case "json":
            return _json(report)
        case "csv":
            return table([COLUMNS, *rows(report)])
        case "text":
            return page(report).encode()
        case _:
            assert_never(format)


def render_figure(opened: OpenedFigure, format: Format) -> bytes:
    """The rows behind a figure, as a file."""
    match format:
        case "json":
            return _json(opened)
        case "csv":
            return table([FIGURE_COLUMNS, *figure_rows(opened)])
        case "text":
            return figure_page(opened).encode()
        case _:
            assert_never(format)


def rows(report: Report) -> Iterator[Row]:
    """One fact a row: the basis, each figure, and why a line has a gap."""
    yield "1", "", "", "report", "", "", report.report
    yield "1", "", "", "format", "", "", report.format
    yield "1", "", "", "notice", "", "", report.notice
    yield from _basis(report.basis)
    for line in report.lines:
        number = str(line.line)
        yield number, "", "", "title", ", ".join(line.elements), "", line.title
        yield number, "", "", "rests on", "", "", line.rests_on
        if line.gap:
            yield number, "", "gap", "why", "", "", line.gap.why
            yield number, "", "gap", "filled by", "", "", line.gap.filled_by
        yield from _figures(number, line.figures)
    yield from _figures("notes", report.data_quality)


def figure_rows(opened: OpenedFigure) -> Iterator[Row]:
    """One row behind the figure a row; each says the last entry known, with its leaf hash."""
    as_at = opened.basis.ledger.as_at
    for row in opened.rows:
        entries = " ".join(map(str, row.entries))
        yield opened.figure.id, row.partnership, row.subject, row.because, entries, as_at


def _basis(basis: Basis) -> Iterator[Row]:
    facts: list[tuple[str, str, str | int]] = [
        ("reporting unit", basis.community, basis.reporting_unit),
        ("period from", "", basis.since.isoformat() if basis.since else ""),
        ("as of", "", basis.as_of.isoformat()),
        ("first position", "", basis.ledger.first_position),
        ("last position", "", basis.ledger.last_position),
        ("known at", "", basis.ledger.known_at),
        ("leaf hash", "", basis.ledger.leaf_hash),
        ("regime", f"{basis.regime.id}, version {basis.regime.version}", basis.regime.title),
        ("regime form", basis.regime.id, basis.regime.form),
        ("regime SHA-256", basis.regime.id, basis.regime.sha256),
        ("regime as shipped", basis.regime.id, "yes" if basis.regime.as_shipped else "no"),
        *(("regime test", basis.regime.id, test) for test in basis.regime.tests),
    ]
    for used in basis.lists:
        edition = f"{used.id} {used.edition}"
        facts += [
            ("list", f"{edition}, for {used.used_for}", f"{used.title} {used.edition}"),
            ("list SHA-256", edition, used.sha256),
            ("list attribution", edition, used.attribution),
        ]
    facts.append(("lines 4 to 14 are about", "", basis.population))
    for label, detail, value in facts:
        yield "1", "", "", label, detail, "", value


def _figures(line: str, figures: Iterable[Figure]) -> Iterator[Row]:
    for f in figures:
        yield line, f.id, f.group, f.label, f.detail, f.unit, f.value


def _json(content: Report | OpenedFigure) -> bytes:
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"
