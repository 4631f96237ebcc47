"""The report as a page of plain text, for people."""

from collections.abc import Iterable, Iterator
from textwrap import wrap

from api.reports.report import CountryCount, DataQuality, Noted, Recognition, Report, Verdicts
from domain.dates import in_words

WIDTH = 100


def page(report: Report) -> str:
    """All lines of the report, at most 100 characters wide where words allow."""
    parts = (_title, _line_1, _line_2, _determinations, _line_3, _line_14, _notes)
    return "\n\n".join("\n".join(part(report)) for part in parts) + "\n"


def _title(report: Report) -> Iterator[str]:
    yield "SISTER CITY TRANSPARENCY REPORT"
    yield report.regime.title
    yield ""
    yield from wrap(report.notice, WIDTH)
    if not report.regime.as_shipped:
        yield ""
        yield from wrap(
            "The rule file is not the one that comes with Twinledger: read this as a what-if.",
            WIDTH,
        )


def _line_1(report: Report) -> Iterator[str]:
    events = report.ledger
    regime = report.regime
    yield "1. What this report rests on"
    yield f"   Reporting unit   {report.reporting_unit}"
    yield f"   As of            {in_words(report.as_of.isoformat())}"
    if events.last_position:
        yield f"   Known            until {events.known_at}: events 1 to {events.last_position:,}"
        yield f"   Last leaf hash   {events.leaf_hash}"
    else:
        yield "   Known            nothing: no events"
    yield f"   Regime           {regime.id}, version {regime.version} ({regime.form})"
    yield f"   Regime file      SHA-256 {regime.sha256}"
    for used in report.lists:
        yield f"   List             {used.title} {used.edition}, for {used.used_for}"
        yield f"                    {used.attribution}"
        yield f"                    SHA-256 {used.sha256}"
    yield "   The rule asks that"
    for test in regime.tests:
        yield from wrap(test, WIDTH, initial_indent="   - ", subsequent_indent="     ")


def _line_2(report: Report) -> Iterator[str]:
    below = f"at {report.threshold} or less in {report.edition}"
    yield "2. Partnerships"
    yield _count(report.partnerships_in_force, "in force on the day (agreed, active or suspended)")
    yield _count(report.partnerships_possibly_in_force, "possibly in force, counted apart")
    yield _count(report.pairs_with_one_us_party, "in force with exactly one party whose code is US")
    yield f"             recognised by {report.recognised_by}: {_recognised(report.recognised)}"
    yield _count(report.at_or_below_threshold, f"of these with a partner country {below}")
    yield f"             recognised: {_recognised(report.at_or_below_threshold_recognised)}"
    yield _count(report.above_threshold, f"above {report.threshold}")
    yield _count(report.without_score, "without a score of the partner's country")
    yield _count(report.without_country, "without a country code of the partner")
    yield ""
    yield f"   Partner countries {below}: code, score, pairs"
    yield from _columns(report.at_or_below_by_country)


def _determinations(report: Report) -> Iterator[str]:
    yield "   Does the Act apply? Of the pairs with exactly one party whose code is US:"
    yield from _verdicts(report.determinations_of_pairs_with_one_us_party)
    yield "   Of all partnerships in force or possibly in force:"
    yield from _verdicts(report.determinations_of_all)


def _line_3(report: Report) -> Iterator[str]:
    newest = report.newest_edition
    yield f"3. The same with the newest edition here, {newest.edition}, for information"
    yield _count(newest.at_or_below_threshold, f"at {newest.threshold} or less")
    yield _count(newest.above_threshold, f"above {newest.threshold}")
    yield _count(newest.without_score, "without a score")
    yield _count(newest.without_country, "without a country code")


def _line_14(report: Report) -> Iterator[str]:
    yield "14. Gaps: elements of the study, and how many partnerships have no finding on them"
    yield "   pairs: all with one US party; open: those of them that the rule does not rule out"
    yield "       pairs    open"
    for gap in report.gaps:
        doubt = "" if gap.wording_confirmed else " *"
        numbers = f"{gap.without_finding:>12,} {gap.without_finding_not_ruled_out:>7,}"
        yield f"{numbers}  {gap.element}  {gap.question}{doubt}"
    yield "   * wording not confirmed in a text or summary of the bill"


def _notes(report: Report) -> Iterator[str]:
    notes: DataQuality = report.data_quality
    yield "Notes on the data"
    yield "   Counted above, and one party lies in a territory of the United States. The bill does"
    yield "   not say whether a community there is a United States community:"
    yield from _noted(notes.pairs_with_one_us_party_in_territories)
    yield "   Not counted above for the same open question, no party having the code US:"
    yield from _noted(notes.other_pairs_in_territories)
    yield "   Parties without a country code:"
    yield from _noted(notes.parties_without_country)
    yield f"   Partner countries without a score in {report.edition}: code, score, pairs"
    yield from _columns(notes.without_score_by_country)
    yield _count(notes.partnerships_with_uncertain_status, "partnerships with an uncertain status")
    yield _count(notes.parties_without_level, "parties without a recorded level of government")


def _verdicts(verdicts: Verdicts) -> Iterator[str]:
    for verdict, number in verdicts.verdicts.items():
        yield _count(number, verdict.replace("_", " "))
        if verdict == "undetermined":
            for group in verdicts.because:
                unknown = f"{group.partnerships:,} of them; unknown: {' and '.join(group.missing)}"
                yield from wrap(unknown, WIDTH, initial_indent=" " * 13, subsequent_indent=" " * 15)


def _count(number: int, words: str) -> str:
    return f"{number:>10,}   {words}"


def _recognised(recognised: Recognition) -> str:
    return f"yes {recognised.yes:,}, no {recognised.no:,}, unknown {recognised.unknown:,}"


def _noted(noted: Iterable[Noted]) -> list[str]:
    return [f"   - {n.partnership}  {n.party} ({n.country or 'no code'})" for n in noted] or [
        "   - none"
    ]


def _columns(counts: Iterable[CountryCount]) -> list[str]:
    cells = [f"{c.country} {'-' if c.score is None else c.score:>3} {c.pairs:>6,}" for c in counts]
    return [f"     {'   '.join(cells[at : at + 6])}" for at in range(0, len(cells), 6)] or [
        "     none"
    ]
