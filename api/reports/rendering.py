"""A report as a file: JSON for programs, CSV for spreadsheets, text for people."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias, assert_never

import msgspec

from api.reports.page import page
from api.reports.report import CountryCount, EditionCounts, Recognition, Report, Verdicts

Format: TypeAlias = Literal["json", "csv", "text"]
Row: TypeAlias = tuple[str, str, str, str, str | int]
COLUMNS = ("line", "item", "subject", "detail", "value")


def render(report: Report, format: Format) -> bytes:
    """The same report and format give the same bytes: nothing of time or machine goes in."""
    match format:
        case "json":
            return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"
        case "csv":
            return _csv(rows(report))
        case "text":
            return page(report).encode()
        case _:
            assert_never(format)


def rows(report: Report) -> Iterator[Row]:
    """One fact a row. `line` is that of the report's layout, or `notes`; CSV of RFC 4180."""
    yield from _basis(report)
    yield from _line_2(report)
    yield from _line_3(report.newest_edition)
    yield "14", "pairs_not_ruled_out", "", "", report.pairs_not_ruled_out
    for gap in report.gaps:
        yield "14", "without_finding", gap.element, gap.question, gap.without_finding
    for gap in report.gaps:
        number = gap.without_finding_not_ruled_out
        yield "14", "without_finding_not_ruled_out", gap.element, gap.question, number
    yield from _notes(report)


def _basis(report: Report) -> Iterator[Row]:
    yield "1", "report", "", "", report.report
    yield "1", "notice", "", "", report.notice
    yield "1", "reporting_unit", "", "", report.reporting_unit
    yield "1", "as_of", "", "", report.as_of.isoformat()
    for item in ("first_position", "last_position", "known_at", "leaf_hash"):
        yield "1", item, "", "", getattr(report.ledger, item)
    yield "1", "regime", report.regime.id, f"version {report.regime.version}", report.regime.title
    yield "1", "regime_form", report.regime.id, "", report.regime.form
    yield "1", "regime_sha256", report.regime.id, "", report.regime.sha256
    yield "1", "regime_as_shipped", report.regime.id, "", _yes(report.regime.as_shipped)
    for test in report.regime.tests:
        yield "1", "regime_test", report.regime.id, "", test
    for used in report.lists:
        subject = f"{used.id} {used.edition}"
        yield "1", "list", subject, used.used_for, f"{used.title} {used.edition}"
        yield "1", "list_sha256", subject, "", used.sha256
        yield "1", "list_attribution", subject, "", used.attribution


def _line_2(report: Report) -> Iterator[Row]:
    edition = f"{report.threshold} in {report.edition}"
    yield "2", "partnerships_in_force", "", "", report.partnerships_in_force
    yield "2", "partnerships_possibly_in_force", "", "", report.partnerships_possibly_in_force
    yield "2", "pairs_with_one_us_party", "", "", report.pairs_with_one_us_party
    yield from _recognition("recognised", report.recognised_by, report.recognised)
    yield "2", "at_or_below_threshold", "", edition, report.at_or_below_threshold
    yield from _recognition(
        "at_or_below_threshold_recognised",
        report.recognised_by,
        report.at_or_below_threshold_recognised,
    )
    yield "2", "above_threshold", "", edition, report.above_threshold
    yield "2", "without_score", "", edition, report.without_score
    yield "2", "without_country", "", "", report.without_country
    yield from _countries("2", "at_or_below_by_country", report.at_or_below_by_country)
    pairs = "determinations_of_pairs_with_one_us_party"
    yield from _verdicts(pairs, report.determinations_of_pairs_with_one_us_party)
    yield from _verdicts("determinations_of_all", report.determinations_of_all)


def _line_3(counts: EditionCounts) -> Iterator[Row]:
    edition = f"{counts.threshold} in {counts.edition}"
    for item in ("at_or_below_threshold", "above_threshold", "without_score", "without_country"):
        yield "3", item, "", edition, getattr(counts, item)
    yield from _countries("3", "at_or_below_by_country", counts.at_or_below_by_country)


def _notes(report: Report) -> Iterator[Row]:
    notes = report.data_quality
    for item in (
        "pairs_with_one_us_party_in_territories",
        "other_pairs_in_territories",
        "parties_without_country",
    ):
        for noted in getattr(notes, item):
            yield "notes", item, noted.partnership, noted.country, noted.party
    yield from _countries("notes", "without_score_by_country", notes.without_score_by_country)
    for item in ("partnerships_with_uncertain_status", "parties_without_level"):
        yield "notes", item, "", "", getattr(notes, item)


def _recognition(item: str, body: str, recognised: Recognition) -> Iterator[Row]:
    for answer in ("yes", "no", "unknown"):
        yield "2", item, body, answer, getattr(recognised, answer)


def _countries(line: str, item: str, counts: Iterable[CountryCount]) -> Iterator[Row]:
    for count in counts:
        detail = "no score" if count.score is None else f"score {count.score}"
        yield line, item, count.country, detail, count.pairs


def _verdicts(item: str, verdicts: Verdicts) -> Iterator[Row]:
    for verdict, number in verdicts.verdicts.items():
        yield "2", item, verdict, "", number
    for group in verdicts.because:
        detail = f"unknown: {'; '.join(group.missing)}"
        yield "2", item, "undetermined", detail, group.partnerships


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _csv(content: Iterable[Row]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([_cell(value) for value in row] for row in content)
    return text.getvalue().encode()


def _cell(value: str | int) -> str | int:
    # A spreadsheet runs a cell that begins so; with a quote before it, it stays text.
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value
