"""The pairs that the report counts: on the real list, and each reason alone."""

import csv
from pathlib import Path

import pytest

import adapters.regimes
from adapters.ledger.memory import MemoryLedger
from adapters.regimes import load_regime
from domain.regime.facts import PartnershipFacts
from tests.api.reported import (
    ACT,
    LISTS,
    asked,
    made,
    numbers,
    opened,
)
from tests.domain.regime.cases import between

RELATIONS = Path(__file__).parents[3] / ".." / "shared" / "data" / "relations.csv"
FILE = Path(adapters.regimes.__file__).parent / f"{ACT.regime.id}.toml"


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
