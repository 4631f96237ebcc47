"""Which column holds what: known by its name, said, remembered."""

from pathlib import Path

import asyncpg
import pytest

from adapters.imports import Listed, PostgresMappings, RefusedRow, Said, open_relations, read_said
from adapters.imports.columns import header_digest
from adapters.imports.countries import CODES, CountryNames
from adapters.imports.errors import WrongColumns
from adapters.imports.written_dates import read_date
from api.countries import COUNTRIES
from domain.refusals import Invalid

STADT = "Stadt;Land;Seit\nUfa;Russia;1997\n"
SAID = Said(
    {"b_name": "Stadt", "b_country": "Land", "since": "Seit"},
    {"a_name": "Halle (Saale)", "a_country": "DE"},
)


@pytest.fixture
def stadt(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(STADT, encoding="utf-8")
    return path


def only(
    path: Path, said: Said | None = None, remembered: dict[bytes, Said] | None = None
) -> Listed | RefusedRow:
    (row,) = open_relations(path, said=said, remembered=remembered, country_names=COUNTRIES)
    return row


def test_what_is_said_of_columns_makes_a_list_of_one_citys_partners_readable(stadt: Path) -> None:
    row = only(stadt, SAID)

    assert isinstance(row, Listed)
    assert (row.a.name, row.a.country) == ("Halle (Saale)", "DE")
    assert (row.b.name, row.b.country, row.since) == ("Ufa", "RU", "1997")


def test_what_was_said_is_remembered_by_the_header(stadt: Path) -> None:
    remembered = {header_digest(("Stadt", "Land", "Seit")): SAID}

    assert isinstance(only(stadt, remembered=remembered), Listed)
    columns = open_relations(stadt, remembered=remembered).columns
    assert columns.how == dict.fromkeys(("b_name", "b_country", "since"), "as remembered")


def test_what_is_said_now_goes_before_what_was_said(stadt: Path) -> None:
    before = {header_digest(("Stadt", "Land", "Seit")): SAID}

    row = only(stadt, Said({"b_name": "Land"}, {"a_name": "Bonn"}), before)

    assert isinstance(row, Listed)
    assert (row.a.name, row.b.name, row.since) == ("Bonn", "Russia", "1997")


def test_a_header_that_is_remembered_is_found_below_titles_of_several_cells(
    tmp_path: Path,
) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Our twins;as of;2026\n" + STADT, encoding="utf-8")

    assert isinstance(
        only(path, remembered={header_digest(("Stadt", "Land", "Seit")): SAID}), Listed
    )


def test_a_header_that_nobody_knows_yet_is_found_below_a_title(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Our twins;;\n" + STADT, encoding="utf-8")

    assert open_relations(path).columns.unused == ("Stadt", "Land", "Seit")
    assert isinstance(only(path, SAID), Listed)


async def test_the_register_remembers_what_was_said_of_a_header(
    pool: "asyncpg.Pool[asyncpg.Record]", stadt: Path
) -> None:
    mappings = PostgresMappings(pool, "twinledger")
    for said in (Said({"b_name": "Land"}), SAID):
        columns = open_relations(stadt, said=said).columns
        await mappings.remember(columns, recorder="admin-1")

    assert await mappings.remembered() == {header_digest(("Stadt", "Land", "Seit")): SAID}


def test_missing_columns_are_named_with_what_to_say(stadt: Path) -> None:
    with pytest.raises(WrongColumns) as told:
        only(stadt, Said({"b_name": "Stadt"}))

    assert "'a_name' is missing; 'a_country' is missing; 'b_country' is missing" in str(told.value)
    assert '--column "a_name=NAME OF THE COLUMN"' in told.value.remedy


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (Said({"a_name": "Town"}), "there is no column 'Town'"),
        (Said({"a_name": "Stadt"}, {"a_name": "Bonn"}), "a column and the same in every row"),
    ],
)
def test_what_is_said_must_fit_the_header(stadt: Path, said: Said, problem: str) -> None:
    with pytest.raises(WrongColumns, match=problem):
        only(stadt, said)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["a_name"], "says nothing"),
        (["a_name= "], "says nothing"),
        (["town=Stadt"], "is nothing that a list holds"),
        (["a_name=A", "a_name=B"], "said twice"),
    ],
)
def test_words_that_do_not_say_a_column_are_refused(words: list[str], problem: str) -> None:
    with pytest.raises(Invalid, match=problem):
        read_said(words, [])


def test_two_columns_that_may_be_the_same_are_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("city1,town1,country1,city2,country2\nA,B,DE,C,FR\n")

    with pytest.raises(WrongColumns, match="both 'city1' and 'town1' may be a_name"):
        only(path)
    assert isinstance(only(path, Said({"a_name": "town1"})), Listed)


def test_a_code_goes_before_a_name_and_an_empty_code_asks_the_name(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("a_name,a_iso2,a_country,b_name,b_iso2\nA,,Germany,C,\n")

    row = only(path)

    assert isinstance(row, Listed)
    assert (row.a.country, row.b.country) == ("DE", "")


def test_every_short_name_is_known_with_its_own_code() -> None:
    names = CountryNames(COUNTRIES)

    for code in CODES & COUNTRIES.keys():
        assert names.code("a_country", COUNTRIES[code], place="A") == code


@pytest.mark.parametrize(
    ("listed", "code"),
    [
        ("England, United Kingdom", "GB"),
        ("Czech Republic", "CZ"),
        ("Ohio, United States", "US"),
        ("Réunion, France", "RE"),
        ("georgia", "GE"),
        ("Georgia, United States", "US"),
        ("Cote d’Ivoire", "CI"),
        ("in Italy", "IT"),
        ("The Philippines", "PH"),
        ("the Netherlands", "NL"),
        ("Kazakhstah", "KZ"),
        ("Northern Cyprus", ""),
        ("FR", "FR"),
    ],
)
def test_countries_are_known_as_lists_call_them(listed: str, code: str) -> None:
    assert CountryNames(COUNTRIES).code("a_country", listed, place="A") == code


@pytest.mark.parametrize(
    ("written", "edtf"),
    [
        ("1974", "1974"),
        ("1974?", "1974?"),
        ("1974 ?", "1974?"),
        ("c. 1974", "1974~"),
        ("about 1974", "1974~"),
        ("1980s", "198X"),
        ("the 1980s", "198X"),
        ("c. 1980s", "198X~"),
        ("before 1990", "../1989"),
        ("after 1989", "1990/.."),
        ("836", "0836"),
        ("12.5.1989", "1989-05-12"),
        ("12 May 1989", "1989-05-12"),
        ("1st Sept. 1989", "1989-09-01"),
        ("May 12, 1989", "1989-05-12"),
        ("June 2012", "2012-06"),
        ("2012-06", "2012-06"),
        ("197X", "197X"),
        ("1989~", "1989~"),
        ("../1989-11", "../1989-11"),
    ],
)
def test_dates_keep_the_doubt_that_they_are_written_with(written: str, edtf: str) -> None:
    assert read_date(written, field="since") == edtf


@pytest.mark.parametrize(
    "written", ["03/04/1989", "1989/90", "31.2.1989", "May", "before the war", "٣", "Smarch 1989"]
)
def test_a_date_of_two_meanings_or_none_is_refused(written: str) -> None:
    with pytest.raises(Invalid, match="since"):
        read_date(written, field="since")
