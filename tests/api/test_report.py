"""The report: its counts on real data, its lines, and the same bytes from the same position."""

import csv
import io
import json
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec import Raw

import adapters.regimes
from adapters.ledger.memory import MemoryLedger
from adapters.lists import shipped_lists
from adapters.regimes import RegimeFile, load_regime, regime_for_report
from api.reports import render, sister_city_transparency
from api.reports.issue import issue, position_asked_for
from api.reports.rendering import Format
from api.reports.report import Noted, Report
from domain.ports import Actor, Condition, NewEvent, Submission
from domain.refusals import Invalid, NotFound
from domain.regime import rule as r
from domain.regime.facts import PartnershipFacts
from domain.values import Party
from projections.views import (
    Counts,
    Filters,
    Moment,
    Page,
    PartnershipView,
    Register,
)
from tests.domain.regime.cases import RECOGNISED, between, regime

RELATIONS = Path(__file__).parents[2] / ".." / "shared" / "data" / "relations.csv"
LISTS = shipped_lists()
ACT = regime_for_report("sister-city-transparency", LISTS)
FILE = Path(adapters.regimes.__file__).parent / f"{ACT.regime.id}.toml"
DAY = date(2026, 11, 1)
THREE_DAYS = [datetime(2026, 11, day, 23, 59, 59, 999999, UTC) for day in (1, 2, 3)]


class Facts(Register):
    """A register that only knows the facts it was given."""

    def __init__(self, facts: Iterable[PartnershipFacts]) -> None:
        self.given = facts
        self.asked: list[Moment] = []

    async def facts(self, moment: Moment) -> AsyncIterator[PartnershipFacts]:
        self.asked.append(moment)
        for facts in self.given:
            yield facts

    async def search(
        self, filters: Filters, moment: Moment, *, limit: int = 50, after: str | None = None
    ) -> Page:
        raise AssertionError("a report is made from facts alone")

    async def get(self, partnership: str, moment: Moment) -> PartnershipView | None:
        raise AssertionError("a report is made from facts alone")

    async def counts(self, moment: Moment) -> Counts:
        raise AssertionError("a report is made from facts alone")

    async def countries(self) -> tuple[tuple[str, int], ...]:
        raise AssertionError("a report is made from facts alone")

    def pairs(self) -> AsyncIterator[tuple[str, Party, Party, bool]]:
        raise AssertionError("a report is made from facts alone")


@pytest.fixture
async def ledger() -> MemoryLedger:
    """Three events, one at the very end of each of the first days of November."""
    times = iter(THREE_DAYS)
    ledger = MemoryLedger(clock=lambda: next(times))
    for number in range(3):
        await ledger.append(
            Submission(
                (NewEvent("test.happened.v1", Raw(b"{}"), (f"number:{number}",)),),
                Condition(frozenset(), 0),
                Actor("register", "", "", "r-1", "system"),
                "",
                "r-1",
                f"key-{number}",
                bytes(32),
            )
        )
    return ledger


async def made(
    ledger: MemoryLedger, *facts: PartnershipFacts, file: RegimeFile = ACT, position: int = 3
) -> Report:
    return await sister_city_transparency(
        Facts(facts), ledger, regime=file, lists=LISTS, as_of=DAY, position=position
    )


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

    assert report.pairs_with_one_us_party == 2570
    assert report.at_or_below_threshold == 992
    assert report.above_threshold == 1559
    assert (report.without_score, report.without_country) == (18, 1)


async def test_above_it_does_not_apply_and_all_else_is_undetermined_for_a_named_reason(
    ledger: MemoryLedger, relations: list[PartnershipFacts]
) -> None:
    report = await made(ledger, *relations)

    found = report.determinations_of_pairs_with_one_us_party
    assert found.verdicts["does_not_apply"] == 1559
    assert [(group.missing, group.partnerships) for group in found.because] == [
        (("recognition by Sister Cities International",), 992),
        (
            (
                "recognition by Sister Cities International",
                "score of the other party's country on the Corruption Perceptions Index 2019",
            ),
            18,
        ),
        (("country code of a party", "recognition by Sister Cities International"), 1),
    ]


async def test_the_two_that_lie_in_us_territories_are_noted(
    ledger: MemoryLedger, relations: list[PartnershipFacts]
) -> None:
    notes = (await made(ledger, *relations)).data_quality

    assert notes.pairs_with_one_us_party_in_territories == (
        Noted("R21950", "Saipan", "MP"),
        Noted("R24862", "American Samoa", ""),
    )


async def test_with_40_in_a_copy_of_the_file_it_is_674(
    ledger: MemoryLedger, relations: list[PartnershipFacts], tmp_path: Path
) -> None:
    copy = tmp_path / "copy.toml"
    copy.write_text(FILE.read_text("utf-8").replace("threshold = 45", "threshold = 40"), "utf-8")

    report = await made(ledger, *relations, file=load_regime(copy, LISTS))

    assert report.at_or_below_threshold == 674
    assert not report.regime.as_shipped


async def test_line_1_names_events_regime_and_lists_with_their_hashes(ledger: MemoryLedger) -> None:
    report = await made(ledger, position=2)

    second = (await ledger.read_after(1, 1))[0]
    assert (report.ledger.first_position, report.ledger.last_position) == (1, 2)
    assert report.ledger.leaf_hash == second.leaf_hash.hex()
    assert report.ledger.known_at == "2026-11-02T23:59:59.999999Z"
    assert report.regime.sha256 == ACT.sha256
    assert [(used.edition, used.sha256) for used in report.lists] == [
        ("2019", LISTS["cpi"].sha256),
        ("2023", LISTS["cpi"].sha256),
    ]


async def test_the_register_is_asked_for_the_day_as_known_at_the_position(
    ledger: MemoryLedger,
) -> None:
    register = Facts([])

    await sister_city_transparency(register, ledger, regime=ACT, lists=LISTS, as_of=DAY, position=2)

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

    assert (report.partnerships_in_force, report.partnerships_possibly_in_force) == (2, 2)
    assert report.pairs_with_one_us_party == 2
    assert report.data_quality.partnerships_with_uncertain_status == 3


async def test_recognition_is_counted_as_yes_no_and_unknown(ledger: MemoryLedger) -> None:
    report = await made(
        ledger,
        between("US", "CN", recognised=True),
        between("US", "CN", recognised=False),
        between("US", "DE"),
    )

    recognised = report.recognised
    assert (recognised.yes, recognised.no, recognised.unknown) == (1, 1, 1)
    assert report.determinations_of_pairs_with_one_us_party.verdicts == {
        "applies": 1,
        "does_not_apply": 2,
        "undetermined": 0,
        "contested": 0,
    }


async def test_partner_countries_stand_with_score_and_number_of_pairs(ledger: MemoryLedger) -> None:
    report = await made(ledger, between("US", "CN"), between("MX", "US"), between("US", "CN"))

    assert [(c.country, c.score, c.pairs) for c in report.at_or_below_by_country] == [
        ("CN", 41, 2),
        ("MX", 29, 1),
    ]


async def test_line_3_counts_the_same_pairs_with_the_newest_edition(ledger: MemoryLedger) -> None:
    # Montenegro had 45 and then 46, Hungary 44 and then 42.
    report = await made(ledger, between("US", "ME"), between("US", "HU"))

    assert report.at_or_below_threshold == 2
    assert report.newest_edition.edition == "2023"
    assert report.newest_edition.at_or_below_threshold == 1


async def test_line_14_lists_all_sixteen_elements_and_who_lacks_a_finding(
    ledger: MemoryLedger,
) -> None:
    found = frozenset({(ACT.regime.criteria, "1A"), ("continuation/1", "K")})

    report = await made(
        ledger, between("US", "CN", findings=found), between("US", "CN"), between("US", "DE")
    )

    gaps = {gap.element: gap for gap in report.gaps}
    assert len(report.gaps) == 16
    assert (gaps["1A"].without_finding, gaps["1A"].without_finding_not_ruled_out) == (2, 1)
    assert (gaps["3C"].without_finding, gaps["3C"].without_finding_not_ruled_out) == (3, 2)


@pytest.mark.parametrize("format_", ["json", "csv", "text"])
async def test_the_same_position_gives_the_same_bytes(
    ledger: MemoryLedger, format_: Format
) -> None:
    one = render(await made(ledger, between("US", "CN"), between("US", "")), format_)
    again = render(await made(ledger, between("US", "CN"), between("US", "")), format_)

    assert one == again


@pytest.mark.parametrize("format_", ["json", "csv", "text"])
async def test_every_format_says_that_the_act_is_a_bill_and_gives_no_duty(
    ledger: MemoryLedger, format_: Format
) -> None:
    content = " ".join(render(await made(ledger), format_).decode().split())

    assert "bill, never law" in content
    assert "no duty to a city" in content


async def test_json_has_the_counts_as_fields(ledger: MemoryLedger) -> None:
    fields: dict[str, Any] = json.loads(render(await made(ledger, between("US", "CN")), "json"))

    assert fields["pairs_with_one_us_party"] == 1
    assert fields["at_or_below_threshold"] == 1
    assert (fields["above_threshold"], fields["without_score"]) == (0, 0)
    assert fields["without_country"] == 0


async def test_csv_has_one_fact_a_row_under_its_line(ledger: MemoryLedger) -> None:
    text = render(await made(ledger, between("US", "CN")), "csv").decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))

    assert {row["line"] for row in rows} == {"1", "2", "3", "14", "notes"}
    assert sum(row["item"] == "without_finding" for row in rows) == 16


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)"])
async def test_a_name_that_a_spreadsheet_would_run_stays_text(
    ledger: MemoryLedger, name: str
) -> None:
    content = render(await made(ledger, between("US", "", names=("Here", name))), "csv").decode()

    assert f",'{name}\r\n" in content


async def test_a_changed_rule_file_makes_a_page_that_calls_itself_a_what_if(
    ledger: MemoryLedger,
) -> None:
    own = RegimeFile(ACT.regime, "0" * 64, as_shipped=False)

    assert "what-if" in render(await made(ledger, file=own), "text").decode()
    assert "what-if" not in render(await made(ledger), "text").decode()


async def test_a_position_that_is_not_there_yet_is_refused(ledger: MemoryLedger) -> None:
    with pytest.raises(Invalid, match="ends at 3"):
        await made(ledger, position=4)


async def test_a_regime_of_another_kind_is_refused(ledger: MemoryLedger) -> None:
    other = RegimeFile(regime(RECOGNISED, report="council-return"), "0" * 64, as_shipped=False)

    with pytest.raises(Invalid, match="council-return"):
        await made(ledger, file=other)


async def test_a_rule_without_a_test_that_the_lines_need_is_refused(ledger: MemoryLedger) -> None:
    poor = RegimeFile(regime(r.AllOf(clause="1", of=(RECOGNISED,))), "0" * 64, as_shipped=False)

    with pytest.raises(Invalid, match="exactly_one_party_in"):
        await made(ledger, file=poor)


async def test_known_at_a_day_is_all_that_was_recorded_until_its_end(ledger: MemoryLedger) -> None:
    assert await position_asked_for(ledger, known_at="2026-11-02") == 2
    assert await position_asked_for(ledger, known_at="2026-10-31") == 0
    assert await position_asked_for(ledger, position=1) == 1
    assert await position_asked_for(ledger) == 3


async def test_known_at_and_position_together_are_refused(ledger: MemoryLedger) -> None:
    with pytest.raises(Invalid, match="one of the two"):
        await position_asked_for(ledger, known_at="2026-11-02", position=2)


async def test_as_of_a_month_is_refused_with_the_way_to_write_a_day(ledger: MemoryLedger) -> None:
    with pytest.raises(Invalid, match="as-of") as refused:
        await issue(
            Facts([]),
            ledger,
            report="sister-city-transparency",
            as_of="2026-11",
            position=3,
            format="text",
        )

    assert "2026-11-01" in refused.value.remedy


async def test_an_unknown_report_is_answered_with_those_there_are(ledger: MemoryLedger) -> None:
    with pytest.raises(NotFound, match="sister-city-transparency"):
        await issue(
            Facts([]), ledger, report="twinning", as_of="2026-11-01", position=3, format="text"
        )
