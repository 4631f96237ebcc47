"""The report: its counts on real data, its lines, and the same bytes from the same position."""

import asyncio
import csv
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import adapters.regimes
from adapters.ledger.memory import MemoryLedger
from adapters.regimes import RegimeFile, load_regime
from api.refusals import NotShownYet, TooManyReports
from api.reports import Format, Reports, render
from api.reports.issue import position_asked_for
from api.reports.sister_city_transparency import Sources, sister_city_transparency
from domain.refusals import Invalid, NotFound
from domain.regime import rule as r
from domain.regime.facts import PartnershipFacts
from projections.compliance.facts import Activity, AnnualReport, Finding, Review
from projections.views import Moment
from tests.api.reported import (
    ACT,
    DAY,
    LISTS,
    Counted,
    Facts,
    asked,
    counted,
    happened,
    made,
    numbers,
    opened,
)
from tests.domain.regime.cases import RECOGNISED, between, regime

RELATIONS = Path(__file__).parents[2] / ".." / "shared" / "data" / "relations.csv"
FILE = Path(adapters.regimes.__file__).parent / f"{ACT.regime.id}.toml"
FOUR_DAYS = [datetime(2026, 11, day, 23, 59, 59, 999999, UTC) for day in (1, 2, 3, 4)]
FORMATS = pytest.mark.parametrize("format_", ["json", "csv", "text"])

VISIT = Activity(2, "visit", outcome_told=False, earliest=DAY, latest=DAY)
TRADE = Activity(3, "economy", outcome_told=True, earliest=date(2025, 1, 1), latest=DAY)
BOTH = counted(
    motives=("trade", "culture"),
    activities=(VISIT, TRADE),
    reports=(AnnualReport(4, 2025, nothing_happened=True),),
    findings=(
        Finding(6, ACT.regime.criteria, "2B", "partly_met"),
        Finding(7, ACT.regime.criteria, "2E", "no_evidence"),
        Finding(8, "continuation/1", "K", "met"),
    ),
    reviews=(Review("TR-1", "complaint", True, DAY, None, (5,)),),
)


@pytest.fixture
async def ledger() -> MemoryLedger:
    """Three events, each at the very end of a day in November; a fourth can come."""
    times = iter(FOUR_DAYS)
    ledger = MemoryLedger(clock=lambda: next(times))
    for _ in range(3):
        await happened(ledger)
    return ledger


@pytest.fixture(scope="module")
def relations() -> list[PartnershipFacts]:
    """Every pair of relations.csv, active, with recognition unknown."""
    if not RELATIONS.exists():
        pytest.skip("relations.csv is not beside this repository")
    with RELATIONS.open(encoding="utf-8", newline="") as file:
        return [
            between(
                row["a_iso2"],
                row["b_iso2"],
                names=(row["a_name"], row["b_name"]),
                reference=row["relation_id"],
            )
            for row in csv.DictReader(file)
        ]


async def test_the_counts_are_those_of_the_real_list_of_pairs(
    ledger: MemoryLedger, relations: list[PartnershipFacts]
) -> None:
    report = await made(ledger, *relations)

    found = numbers(
        report,
        *("2.pairs_with_one_us_party", "2.at_or_below_threshold", "2.above_threshold"),
        *("2.without_score", "2.without_country"),
    )
    assert found == (2570, 992, 1559, 18, 1)


async def test_above_it_does_not_apply_and_all_else_is_undetermined_for_a_named_reason(
    ledger: MemoryLedger, relations: list[PartnershipFacts]
) -> None:
    report = await made(ledger, *relations)

    without = "2.pairs.undetermined_without"
    assert numbers(report, "2.pairs.does_not_apply", "2.pairs.undetermined") == (1559, 1011)
    assert numbers(report, f"{without}.recognition") == (992,)
    assert numbers(report, f"{without}.recognition-score") == (18,)
    assert numbers(report, f"{without}.country-recognition") == (1,)


async def test_the_two_that_lie_in_us_territories_are_noted(
    ledger: MemoryLedger, relations: list[PartnershipFacts]
) -> None:
    figure = "notes.pairs_with_one_us_party_in_territories"
    rows = await opened(ledger, figure, *relations)

    assert [(row.partnership, row.because) for row in rows] == [
        ("R21950", "Saipan (MP)"),
        ("R24862", "American Samoa (no country code)"),
    ]


async def test_with_40_in_a_copy_of_the_file_it_is_674(
    ledger: MemoryLedger, relations: list[PartnershipFacts], tmp_path: Path
) -> None:
    copy = tmp_path / "copy.toml"
    copy.write_text(FILE.read_text("utf-8").replace("threshold = 45", "threshold = 40"), "utf-8")

    report = await made(ledger, *relations, question=asked(load_regime(copy, LISTS)))

    assert numbers(report, "2.at_or_below_threshold") == (674,)
    assert not report.basis.regime.as_shipped


async def test_line_1_names_events_regime_and_lists_with_their_hashes(ledger: MemoryLedger) -> None:
    basis = (await made(ledger, question=asked(position=2))).basis

    second = (await ledger.read_after(1, 1))[0]
    assert (basis.ledger.first_position, basis.ledger.last_position) == (1, 2)
    assert basis.ledger.leaf_hash == second.leaf_hash.hex()
    assert basis.ledger.known_at == "2026-11-02T23:59:59.999999Z"
    assert basis.regime.sha256 == ACT.sha256
    assert [(used.edition, used.sha256) for used in basis.lists] == [
        ("2019", LISTS["cpi"].sha256),
        ("2023", LISTS["cpi"].sha256),
    ]


async def test_the_register_is_asked_for_the_day_as_known_at_the_position(
    ledger: MemoryLedger,
) -> None:
    register = Facts([])

    await sister_city_transparency(
        Sources(register, Counted(register, ()), ledger, LISTS), asked(position=2)
    )

    assert register.asked == [Moment(DAY, 2)]


async def test_what_was_not_in_force_is_left_out_and_what_may_have_been_is_counted_apart(
    ledger: MemoryLedger,
) -> None:
    report = await made(
        ledger,
        between("US", "CN", statuses=("agreed",)),
        between("US", "CN", statuses=("active", "suspended")),
        between("US", "CN", statuses=("active", "ended")),
        between("US", "CN", possibly_not_begun=True),
        between("US", "CN", statuses=("proposed",)),
        between("US", "CN", statuses=()),
    )

    assert numbers(report, "2.partnerships_in_force", "2.partnerships_possibly_in_force") == (2, 2)
    assert numbers(report, "2.pairs_with_one_us_party") == (2,)
    assert numbers(report, "notes.partnerships_with_uncertain_status") == (3,)


async def test_recognition_is_counted_as_yes_no_and_unknown(ledger: MemoryLedger) -> None:
    report = await made(
        ledger,
        between("US", "CN", recognised=True),
        between("US", "CN", recognised=False),
        between("US", "DE"),
    )

    listed = numbers(report, "2.recognised.yes", "2.recognised.no", "2.recognised.unknown")
    assert listed == (1, 1, 1)
    assert numbers(report, "2.pairs.applies", "2.pairs.does_not_apply") == (1, 2)


async def test_partner_countries_stand_with_score_and_number_of_pairs(ledger: MemoryLedger) -> None:
    report = await made(ledger, between("US", "CN"), between("MX", "US"), between("US", "CN"))

    by_country = [f for f in report.figures if f.id.startswith("2.at_or_below_by_country.")]
    assert [(f.label, f.detail, f.value) for f in by_country] == [
        ("China (CN)", "score 41", 2),
        ("Mexico (MX)", "score 29", 1),
    ]


async def test_line_3_counts_the_same_pairs_with_the_newest_edition(ledger: MemoryLedger) -> None:
    # Montenegro had 45 and then 46, Hungary 44 and then 42.
    report = await made(ledger, between("US", "ME"), between("US", "HU"))

    assert numbers(report, "2.at_or_below_threshold", "3.at_or_below_threshold") == (2, 1)
    assert "2023" in report.lines[1].title


async def test_line_3_tells_the_listed_ones_as_line_2_does(ledger: MemoryLedger) -> None:
    # Montenegro had 45 and then 46.
    report = await made(
        ledger,
        between("US", "CN", recognised=True),
        between("US", "ME", recognised=True),
        between("US", "HU"),
    )

    listed = "at_or_below_threshold.recognised"
    assert numbers(report, f"2.{listed}.yes", f"2.{listed}.unknown") == (2, 1)
    assert numbers(report, f"3.{listed}.yes", f"3.{listed}.unknown") == (1, 1)


async def test_line_4_counts_partners_by_motive(ledger: MemoryLedger) -> None:
    report = await made(
        ledger, between("US", "CN"), between("US", "DE", reference="TL-2"), more=[BOTH]
    )

    assert numbers(report, "4.motive.trade", "4.motive.culture") == (1, 1)
    assert numbers(report, "4.without_motive") == (1,)


async def test_line_5_counts_activities_by_kind_and_how_far_partnerships_differ(
    ledger: MemoryLedger,
) -> None:
    report = await made(
        ledger, between("US", "CN"), between("US", "DE", reference="TL-2"), more=[BOTH]
    )

    assert numbers(report, "5.activities", "5.kind.visit", "5.kind.economy") == (2, 1, 1)
    assert numbers(report, "5.kinds_each.0", "5.kinds_each.2") == (1, 1)


async def test_an_activity_that_may_lie_before_the_period_is_counted_apart(
    ledger: MemoryLedger,
) -> None:
    question = asked(since=date(2026, 1, 1))

    report = await made(ledger, between("US", "CN"), more=[BOTH], question=question)

    assert numbers(report, "5.activities", "5.activities_possibly") == (1, 1)
    assert numbers(report, "6.annual_reports") == (0,)


async def test_an_activity_after_the_day_is_not_counted(ledger: MemoryLedger) -> None:
    question = asked(as_of=date(2024, 12, 31))

    report = await made(ledger, between("US", "CN"), more=[BOTH], question=question)

    assert numbers(report, "5.activities", "5.activities_possibly") == (0, 0)
    assert numbers(report, "9.reviews", "6.annual_reports") == (0, 0)


async def test_line_10_counts_economic_activities_and_their_reviews(ledger: MemoryLedger) -> None:
    report = await made(ledger, between("US", "CN"), more=[BOTH])

    assert numbers(report, "10.economy", "10.economy_reviewed") == (1, 1)
    assert numbers(report, "10.finding.2B.partly_met", "12.finding.2E.no_evidence") == (1, 1)
    assert numbers(report, "8.education", "8.education_reviewed") == (0, 0)


@pytest.mark.parametrize("line", [6, 7, 9, 13, 15])
async def test_a_line_that_cannot_be_answered_says_why_and_what_would_fill_it(
    ledger: MemoryLedger, line: int
) -> None:
    report = await made(ledger)

    (found,) = [each for each in report.lines if each.line == line]
    assert found.gap is not None
    assert len(found.gap.why) > 60
    assert len(found.gap.filled_by) > 60


async def test_the_other_lines_are_answered(ledger: MemoryLedger) -> None:
    report = await made(ledger)

    assert [line.line for line in report.lines] == list(range(2, 16))
    assert [line.line for line in report.lines if not line.gap] == [2, 3, 4, 5, 8, 10, 11, 12, 14]


async def test_line_14_lists_all_sixteen_elements_and_who_lacks_a_finding(
    ledger: MemoryLedger,
) -> None:
    found = frozenset({(ACT.regime.criteria, "1A"), ("continuation/1", "K")})

    report = await made(
        ledger,
        between("US", "CN", findings=found),
        between("US", "CN", reference="TL-2"),
        between("US", "DE", reference="TL-3"),
    )

    open_ = "14.without_finding_not_ruled_out"
    assert sum(figure.id.startswith("14.without_finding.") for figure in report.figures) == 16
    assert numbers(report, "14.without_finding.1A", f"{open_}.1A") == (2, 1)
    assert numbers(report, "14.without_finding.3C", f"{open_}.3C") == (3, 2)


async def test_every_figure_opens_to_as_many_rows_as_it_says(ledger: MemoryLedger) -> None:
    pairs = (between("US", "CN"), between("US", "", reference="TL-2"), between("US", "PR"))
    report = await made(ledger, *pairs, more=[BOTH])

    assert sum(figure.value > 0 for figure in report.figures) > 40
    for figure in report.figures:
        rows = await opened(ledger, figure.id, *pairs, more=[BOTH])
        assert len(rows) == figure.value, figure.id
        assert all(row.entries and row.because for row in rows), figure.id


async def test_a_row_names_the_two_and_the_entries_that_say_so(ledger: MemoryLedger) -> None:
    (row,) = await opened(ledger, "5.kind.visit", between("US", "CN"), more=[BOTH])

    assert row.subject == "Here (US) – There (CN)"
    assert row.because == "visit, 2026-11-01"
    assert row.entries == (2,)


async def test_an_unknown_figure_is_refused(ledger: MemoryLedger) -> None:
    with pytest.raises(NotFound, match="no figure of this report"):
        await opened(ledger, "5.score")


async def test_a_report_for_one_community_counts_its_partnerships_only(
    ledger: MemoryLedger,
) -> None:
    pairs = (
        between("US", "CN", names=("Norfolk", "Ningbo")),
        between("US", "CN", names=("Reno", "Taiyuan"), reference="TL-2"),
    )

    report = await made(ledger, *pairs, question=asked(community="x:Norfolk"))

    assert numbers(report, "2.partnerships_in_force") == (1,)
    assert report.basis.reporting_unit == "Norfolk (x:Norfolk)"


async def test_a_community_of_which_nothing_is_recorded_is_refused(ledger: MemoryLedger) -> None:
    with pytest.raises(NotFound, match="us-nofrolk"):
        await made(ledger, between("US", "CN"), question=asked(community="us-nofrolk"))


async def test_a_period_that_begins_after_its_end_is_refused(ledger: MemoryLedger) -> None:
    with pytest.raises(Invalid, match="since"):
        await made(ledger, question=asked(since=date(2026, 11, 2)))


@FORMATS
async def test_the_same_position_gives_the_same_bytes(
    ledger: MemoryLedger, format_: Format
) -> None:
    one = render(await made(ledger, between("US", "CN"), between("US", "")), format_)
    await happened(ledger)
    again = render(await made(ledger, between("US", "CN"), between("US", "")), format_)

    assert one == again


@FORMATS
async def test_every_format_says_that_the_act_is_a_bill_and_gives_no_duty(
    ledger: MemoryLedger, format_: Format
) -> None:
    content = " ".join(render(await made(ledger), format_).decode().split())

    assert "bill, never law" in content
    assert "no duty to a city" in content


@FORMATS
async def test_every_format_has_every_figure_and_every_gap(
    ledger: MemoryLedger, format_: Format
) -> None:
    report = await made(ledger, between("US", "CN"), more=[BOTH])
    content = " ".join(render(report, format_).decode().split())

    assert [figure.id for figure in report.figures if figure.id not in content] == []
    assert all(line.gap.why in content for line in report.lines if line.gap)


async def test_json_has_lines_of_figures(ledger: MemoryLedger) -> None:
    content = json.loads(render(await made(ledger, between("US", "CN")), "json"))

    (line,) = [line for line in content["lines"] if line["line"] == 2]
    values = {figure["id"]: figure["value"] for figure in line["figures"]}
    assert values["2.pairs_with_one_us_party"] == values["2.at_or_below_threshold"] == 1
    assert content["format"] == 2


async def test_csv_has_one_fact_a_row_under_its_line(ledger: MemoryLedger) -> None:
    text = render(await made(ledger, between("US", "CN")), "csv").decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))

    assert {row["line"] for row in rows} == {*map(str, range(1, 16)), "notes"}
    assert sum(row["figure"].startswith("14.without_finding.") for row in rows) == 16


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)"])
async def test_a_name_that_a_spreadsheet_would_run_stays_text(
    ledger: MemoryLedger, name: str
) -> None:
    pair = between("US", "", names=(name, "Here"))
    reports = _reports(ledger, pair)
    question = await reports.ask(as_of="2026-11-01")

    content = await reports.issue(question, "csv", "2.pairs_with_one_us_party")

    assert f",'{name} (US) ".encode() in content


async def test_a_changed_rule_file_makes_a_page_that_calls_itself_a_what_if(
    ledger: MemoryLedger,
) -> None:
    own = asked(RegimeFile(ACT.regime, "0" * 64, as_shipped=False))

    assert "what-if" in render(await made(ledger, question=own), "text").decode()
    assert "what-if" not in render(await made(ledger), "text").decode()


async def test_a_position_that_is_not_there_yet_is_refused(ledger: MemoryLedger) -> None:
    with pytest.raises(Invalid, match="ends at 3"):
        await made(ledger, question=asked(position=4))


async def test_a_regime_of_another_kind_is_refused(ledger: MemoryLedger) -> None:
    other = RegimeFile(regime(RECOGNISED, report="council-return"), "0" * 64, as_shipped=False)

    with pytest.raises(Invalid, match="council-return"):
        await made(ledger, question=asked(other))


async def test_a_rule_without_a_test_that_the_lines_need_is_refused(ledger: MemoryLedger) -> None:
    poor = RegimeFile(regime(r.AllOf(clause="1", of=(RECOGNISED,))), "0" * 64, as_shipped=False)

    with pytest.raises(Invalid, match="exactly_one_party_in"):
        await made(ledger, question=asked(poor))


async def test_known_at_a_day_is_all_that_was_recorded_until_its_end(ledger: MemoryLedger) -> None:
    assert await position_asked_for(ledger, known_at="2026-11-02") == 2
    assert await position_asked_for(ledger, known_at="2026-10-31") == 0
    assert await position_asked_for(ledger, position=1) == 1
    assert await position_asked_for(ledger) == 3


async def test_known_at_and_position_together_are_refused(ledger: MemoryLedger) -> None:
    with pytest.raises(Invalid, match="one of the two"):
        await position_asked_for(ledger, known_at="2026-11-02", position=2)


def _reports(ledger: MemoryLedger, *facts: PartnershipFacts, shown: int = 3) -> Reports:
    register = Facts(facts)

    async def reached(position: int) -> bool:
        await asyncio.sleep(0)  # others come to ask meanwhile
        return position <= shown

    return Reports(register, Counted(register, ()), ledger, reached)


async def test_as_of_a_month_is_refused_with_the_way_to_write_a_day(ledger: MemoryLedger) -> None:
    with pytest.raises(Invalid, match="as-of") as refused:
        await _reports(ledger).ask(as_of="2026-11")

    assert "2026-11-01" in refused.value.remedy


async def test_an_unknown_report_is_answered_with_those_there_are(ledger: MemoryLedger) -> None:
    with pytest.raises(NotFound, match="sister-city-transparency"):
        await _reports(ledger).ask(as_of="2026-11-01", report="twinning")


async def test_no_report_is_made_of_what_is_not_shown_yet(ledger: MemoryLedger) -> None:
    reports = _reports(ledger, between("US", "CN"), shown=2)

    with pytest.raises(NotShownYet):
        await reports.report(await reports.ask(as_of="2026-11-01"))


async def test_the_same_question_is_not_counted_twice(ledger: MemoryLedger) -> None:
    reports = _reports(ledger, between("US", "CN"))
    question = await reports.ask(as_of="2026-11-01", position=2)

    one = await reports.report(question)

    assert await reports.report(await reports.ask(as_of="2026-11-01", position=2)) is one
    assert await reports.report(await reports.ask(as_of="2026-11-01", position=3)) is not one


async def test_where_too_many_ask_at_once_some_are_told_to_come_back(ledger: MemoryLedger) -> None:
    reports = _reports(ledger, between("US", "CN"))
    questions = [await reports.ask(as_of=f"2026-11-{day:02}") for day in range(1, 31)]

    answers = await asyncio.gather(*map(reports.report, questions), return_exceptions=True)

    refused = [answer for answer in answers if isinstance(answer, TooManyReports)]
    assert len(refused) == 30 - 16
    assert await reports.report(questions[-1])


async def test_however_many_ask_the_same_nobody_is_sent_away(ledger: MemoryLedger) -> None:
    reports = _reports(ledger, between("US", "CN"))
    question = await reports.ask(as_of="2026-11-01")

    one, *others = await asyncio.gather(*(reports.report(question) for _ in range(30)))

    assert all(other is one for other in others)
