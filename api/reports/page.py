"""The report as a page of plain text, for people; after each figure the id that opens it."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from textwrap import wrap

from api.reports.report import Basis, Figure, Line, OpenedFigure, Report
from domain.dates import in_words

WIDTH = 100


def page(report: Report) -> str:
    """All lines of the report, at most 100 characters wide where words allow."""
    parts = [
        _title(report),
        _line_1(report.basis),
        *(_line(line) for line in report.lines),
        _notes(report.data_quality),
    ]
    return _joined(parts)


def figure_page(opened: OpenedFigure) -> str:
    """The rows behind one figure."""
    return _joined((_figure_title(opened), _line_1(opened.basis), _rows(opened)))


def _joined(parts: Iterable[Iterable[str]]) -> str:
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _title(report: Report) -> Iterator[str]:
    yield "SISTER CITY TRANSPARENCY REPORT"
    yield report.basis.regime.title
    yield ""
    yield from wrap(report.notice, WIDTH)
    if not report.basis.regime.as_shipped:
        yield ""
        yield from wrap(
            "The rule file is not the one that comes with Twinledger: read this as a what-if.",
            WIDTH,
        )


def _line_1(basis: Basis) -> Iterator[str]:
    events, regime = basis.ledger, basis.regime
    begins = f"from {in_words(basis.since.isoformat())}" if basis.since else "from the beginning"
    yield "1. What this report rests on"
    yield f"   Reporting unit   {basis.reporting_unit}"
    yield f"   As of            {in_words(basis.as_of.isoformat())}"
    yield f"   Period           {begins} until then, for activities and annual reports"
    if events.last_position:
        yield f"   Known            until {events.known_at}: entries 1 to {events.last_position:,}"
        yield f"   Last leaf hash   {events.leaf_hash}"
    else:
        yield "   Known            nothing: there are no entries"
    yield f"   Regime           {regime.id}, version {regime.version} ({regime.form})"
    yield f"   Regime file      SHA-256 {regime.sha256}"
    for used in basis.lists:
        yield f"   List             {used.title} {used.edition}, for {used.used_for}"
        yield f"                    {used.attribution}"
        yield f"                    SHA-256 {used.sha256}"
    yield "   The rule asks that"
    for test in regime.tests:
        yield from _told(f"- {test}", "   ")
    yield from _told(f"Lines 4 to 14 are about the {basis.population}.", "   ")


def _line(line: Line) -> Iterator[str]:
    elements = f" ({', '.join(line.elements)})" if 0 < len(line.elements) < 16 else ""
    yield f"{line.line}. {line.title}{elements}"
    yield from _told(f"Taken from: {line.rests_on}", "   ")
    if line.gap:
        yield from _told(f"NOT ANSWERED. {line.gap.why}", "   ")
        yield from _told(f"What would fill it: {line.gap.filled_by}", "   ")
    yield from _figures(line.figures)


def _notes(figures: Iterable[Figure]) -> Iterator[str]:
    yield "Notes on the data"
    yield from _figures(figures)


def _figures(figures: Iterable[Figure]) -> Iterator[str]:
    for group, members in groupby(figures, key=lambda figure: figure.group):
        if group:
            yield from _told(group, "   ")
        for figure in members:
            detail = f", {figure.detail}" if figure.detail else ""
            yield from wrap(
                f"{figure.label}{detail} [{figure.id}]",
                WIDTH,
                initial_indent=f"{figure.value:>10,}   ",
                subsequent_indent=" " * 13,
            )


def _figure_title(opened: OpenedFigure) -> Iterator[str]:
    figure = opened.figure
    yield "SISTER CITY TRANSPARENCY REPORT, ONE FIGURE OPENED"
    yield from wrap(f"{figure.id}: {figure.label}", WIDTH)
    if figure.group:
        yield from wrap(figure.group, WIDTH)


def _rows(opened: OpenedFigure) -> Iterator[str]:
    yield f"{opened.figure.value:,} {opened.figure.unit}: each with the entries that say so"
    for row in opened.rows:
        yield f"{row.partnership}  {row.subject}"
        entries = ", ".join(map(str, row.entries))
        yield from _told(f"{row.because}; entries {entries}", "    ")


def _told(text: str, indent: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  ")
