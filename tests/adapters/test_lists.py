"""The lists that are shipped: untouched, parsed as published, and refused when they are broken."""

from pathlib import Path

import pytest

import adapters.lists
from adapters.lists import shipped_lists
from adapters.lists.corruption_perceptions_index import (
    ListRefused,
    read_corruption_perceptions_index,
)

PUBLISHED = Path(adapters.lists.__file__).parent / "CPI2023_GlobalResultsTrends.csv"
AS_PUBLISHED = "9f06d5795553c4248af93e90ac033cf612aae92c9e8c4985cc5c0f6daebf56db"
INDEX = shipped_lists()["cpi"]


def test_the_index_is_shipped_byte_for_byte_as_it_was_published() -> None:
    assert INDEX.sha256 == AS_PUBLISHED


def test_its_editions_are_those_of_2012_to_2023() -> None:
    assert sorted(INDEX.editions) == [str(year) for year in range(2012, 2024)]
    assert INDEX.newest == "2023"


def test_115_of_180_countries_had_45_or_less_in_2019() -> None:
    scores = INDEX.edition("2019")

    assert (len(scores), sum(score <= 45 for score in scores.values())) == (180, 115)


@pytest.mark.parametrize(
    ("edition", "country", "score"),
    [("2019", "CN", 41), ("2019", "AR", 45), ("2023", "DK", 90), ("2012", "AF", 8)],
)
def test_scores_are_those_of_the_published_table(edition: str, country: str, score: int) -> None:
    assert INDEX.edition(edition)[country] == score


def test_kosovo_is_found_under_the_code_that_registers_use() -> None:
    assert INDEX.edition("2019")["XK"] == 36


def test_a_country_that_was_not_scored_is_absent_and_not_zero() -> None:
    assert "BM" not in INDEX.edition("2019")


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ("ISO3;", "Code;", "header"),
        ("Afghanistan;AFG;AP;20", "Afghanistan;AFG;AP;120", "line 5, CPI score 2023"),
        ("Afghanistan;AFG", "Afghanistan;AFX", "line 5, ISO3"),
        ("Afghanistan;AFG;", "Afghanistan;", "line 5"),
    ],
)
def test_a_changed_file_is_refused_with_the_place_of_the_change(
    tmp_path: Path, before: str, after: str, field: str
) -> None:
    changed = tmp_path / "changed.csv"
    text = PUBLISHED.read_text("utf-8-sig")
    assert before in text
    changed.write_text(text.replace(before, after), "utf-8")

    with pytest.raises(ListRefused) as refused:
        read_corruption_perceptions_index(changed)

    assert refused.value.field == field


def test_a_file_cut_off_in_the_middle_is_refused(tmp_path: Path) -> None:
    half = tmp_path / "half.csv"
    half.write_bytes(PUBLISHED.read_bytes()[:15_000])

    with pytest.raises(ListRefused, match="cut off"):
        read_corruption_perceptions_index(half)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "latin.csv"
    other.write_bytes("Côte d'Ivoire;CIV".encode("latin-1"))

    with pytest.raises(ListRefused, match="not UTF-8"):
        read_corruption_perceptions_index(other)
