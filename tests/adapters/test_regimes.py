"""Regime files: each ships with its examples, and a wrong one says where and what to do."""

from pathlib import Path

import pytest

import adapters.regimes
from adapters.lists import shipped_lists
from adapters.regimes import RegimeRefused, load_regime, regime_for_report, shipped_regimes
from domain.refusals import NotFound
from domain.regime.determine import failing_examples

LISTS = shipped_lists()
ACT = "us-sister-city-transparency-act-s1351-2025"
FILE = Path(adapters.regimes.__file__).parent / f"{ACT}.toml"


@pytest.mark.parametrize("name", shipped_regimes())
def test_a_shipped_regime_answers_its_own_examples(name: str) -> None:
    assert failing_examples(load_regime(name, LISTS).regime, LISTS) == ()


@pytest.mark.parametrize("name", shipped_regimes())
def test_a_shipped_file_is_named_after_its_id_and_version(name: str) -> None:
    regime = load_regime(name, LISTS).regime

    assert name == regime.id + (f"-v{regime.version}" if regime.version > 1 else "")


def test_the_act_is_a_bill_and_says_that_it_gives_no_duty() -> None:
    regime = load_regime(ACT, LISTS).regime

    assert regime.form == "bill"
    assert "bill, never law" in regime.notice
    assert "no duty to a city" in regime.notice


def test_the_report_is_made_under_the_act() -> None:
    assert regime_for_report("sister-city-transparency", LISTS).regime.id == ACT


def test_a_copy_with_another_threshold_loads_and_is_known_to_be_changed(tmp_path: Path) -> None:
    copy = changed(tmp_path, "threshold = 45", "threshold = 40")

    assert load_regime(FILE, LISTS).as_shipped
    assert not load_regime(str(copy), LISTS).as_shipped


def test_an_unknown_regime_is_answered_with_those_there_are() -> None:
    with pytest.raises(NotFound, match=ACT):
        load_regime("us-sister-city-act", LISTS)


@pytest.mark.parametrize(
    ("before", "after", "field", "remedy"),
    [
        ("threshold = 45", "threshold = 450", "rule.of[4].threshold", "from 0 to 100"),
        ("threshold = 45", 'threshold = "45"', "rule.of[4].threshold", "without quotes"),
        ("threshold = 45", "", "rule.of[4].threshold", "Compare"),
        ("threshold = 45", "treshold = 45", "rule.of[4].treshold", "Did you mean 'threshold'"),
        ('edition = "2019"', "edition = 2019", "rule.of[4].edition", "in quotes"),
        ('edition = "2019"', 'edition = "2031"', "rule.of[4].edition", "add the list"),
        ('list = "cpi"', 'list = "gdp"', "rule.of[4].list", "add the list"),
        ('test = "recognised_by"', 'test = "liked_by"', "rule.of[3].test", "recognised_by"),
        ('countries = ["US"]', 'countries = ["USA"]', "rule.of[0].countries[0]", "alpha-2"),
        ('clause = "level"', 'clause = "leval"', "rule.of[1].clause", "Use one of"),
        ('criteria = "us-', 'criteria = "eu-', "criteria", "Use one of"),
        ('introduced = "2025-04-08"', 'introduced = "8 April"', "introduced", "four digits"),
        ('form = "bill"', 'form = "law"', "form", "statute"),
        ("version = 1", "version = = 1", "TOML", "Compare"),
    ],
)
def test_a_wrong_file_names_field_and_remedy(
    tmp_path: Path, before: str, after: str, field: str, remedy: str
) -> None:
    with pytest.raises(RegimeRefused) as refused:
        load_regime(changed(tmp_path, before, after), LISTS)

    assert refused.value.field == field
    assert remedy in refused.value.remedy


def test_all_that_is_wrong_in_a_file_is_told_at_once(tmp_path: Path) -> None:
    copy = changed(tmp_path, "threshold = 45", "threshold = 450")
    copy.write_text(copy.read_text("utf-8").replace('form = "bill"', 'form = "law"'), "utf-8")

    with pytest.raises(RegimeRefused) as refused:
        load_regime(copy, LISTS)

    assert "form: 'law' is not possible" in str(refused.value)
    assert "rule.of[4].threshold: this is more than 100" in str(refused.value)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(RegimeRefused, match="cannot be read"):
        load_regime(tmp_path / "none.toml", LISTS)


def test_a_file_that_is_no_text_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "picture.toml").write_bytes(b"\x89PNG\xff")

    with pytest.raises(RegimeRefused, match="not UTF-8"):
        load_regime(tmp_path / "picture.toml", LISTS)


def test_a_file_nested_beyond_reason_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "deep.toml").write_text("a = " + "[" * 100_000, "utf-8")

    with pytest.raises(RegimeRefused, match="nested too deeply"):
        load_regime(tmp_path / "deep.toml", LISTS)


def changed(folder: Path, before: str, after: str) -> Path:
    text = FILE.read_text("utf-8")
    assert before in text
    copy = folder / "copy.toml"
    copy.write_text(text.replace(before, after, 1), "utf-8")
    return copy
