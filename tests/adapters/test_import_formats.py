"""The same list as a workbook, as JSON, with titles above it: what it may look like."""

import datetime
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import xlsxwriter  # type: ignore[import-untyped] # it ships no types

from adapters.imports import Listed, RefusedRow, open_relations
from adapters.imports.errors import BrokenJson, BrokenWorkbook, FileRefused, NotATable
from api.countries import COUNTRIES

Cells: TypeAlias = Sequence[object]

HEADER = ("city1", "country1", "city2", "country2", "since")
HALLE = ("Halle", "Germany", "Ufa", "Russia", "1997")


def rows(path: Path) -> list[Listed | RefusedRow]:
    return list(open_relations(path, country_names=COUNTRIES))


def listed(path: Path) -> Listed:
    (row,) = rows(path)
    assert isinstance(row, Listed), row
    return row


def workbook(path: Path, sheets: Mapping[str, Sequence[Cells]]) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        for name, cells in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(cells):
                sheet.write_row(number, 0, row)
    return path


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_workbook_is_read_with_titles_above_the_header(tmp_path: Path) -> None:
    path = workbook(tmp_path / "list.xlsx", {"Twins": [["Our twins"], [], HEADER, HALLE]})

    row = listed(path)

    assert (row.line, row.a.name, row.b.country, row.since) == (4, "Halle", "RU", "1997")


@pytest.mark.parametrize(
    ("cell", "since"),
    [
        (1997, "1997"),
        (836, "0836"),
        (datetime.date(1997, 5, 1), "1997-05-01"),
        (datetime.datetime(1997, 5, 1, 0, 0), "1997-05-01"),
    ],
)
def test_numbers_and_days_in_a_workbook_are_dates(tmp_path: Path, cell: object, since: str) -> None:
    assert listed(workbook(tmp_path / "l.xlsx", {"A": [HEADER, [*HALLE[:4], cell]]})).since == since


def test_the_sheet_with_the_list_is_found_among_others(tmp_path: Path) -> None:
    sheets: dict[str, list[Cells]] = {
        "Notes": [("Kept by the mayor's office",)],
        "List": [HEADER, HALLE],
    }
    relations = open_relations(workbook(tmp_path / "l.xlsx", sheets), country_names=COUNTRIES)

    assert (relations.table.sheet, relations.rows) == ("List", 1)


def test_a_workbook_without_a_row_or_damaged_is_refused_whole(tmp_path: Path) -> None:
    with pytest.raises(BrokenWorkbook, match="no sheet with a row"):
        rows(workbook(tmp_path / "empty.xlsx", {"A": []}))
    whole = workbook(tmp_path / "whole.xlsx", {"A": [HEADER, HALLE]}).read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BrokenWorkbook, match="no workbook that can be read"):
        rows(tmp_path / "cut.xlsx")


@pytest.mark.parametrize("corner", [(1_048_575, 16_383), (200_000, 400)])
def test_a_sheet_that_reaches_into_a_far_corner_is_refused_and_nothing_else_breaks(
    tmp_path: Path, corner: tuple[int, int]
) -> None:
    with xlsxwriter.Workbook(tmp_path / "list.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write(*corner, "lost")

    with pytest.raises(BrokenWorkbook, match="more memory than a list needs") as told:
        rows(tmp_path / "list.xlsx")

    assert "CSV" in told.value.remedy


def test_only_the_beginning_of_a_workbook_can_be_asked_for(tmp_path: Path) -> None:
    path = workbook(tmp_path / "list.xlsx", {"A": [HEADER, *[HALLE] * 20_000]})
    first = open_relations(path).first()

    assert first is not None
    assert first.line == 2


AS_OBJECT = dict(zip(HEADER, HALLE, strict=True))


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([AS_OBJECT]),
        json.dumps([AS_OBJECT], indent=2),
        json.dumps(AS_OBJECT),
        "\ufeff" + json.dumps(AS_OBJECT) + "\n",
        json.dumps([AS_OBJECT | {"since": 1997}]),
    ],
)
def test_json_is_a_list_of_objects_or_one_object_a_line(tmp_path: Path, text: str) -> None:
    row = listed(written(tmp_path / "list.json", text))

    assert (row.a.name, row.a.country, row.since) == ("Halle", "DE", "1997")


def test_json_rows_are_named_by_their_number_and_may_lack_members(tmp_path: Path) -> None:
    lines = [AS_OBJECT, {"city1": "Bonn", "country1": "Germany", "city2": "Ufa"}]
    path = written(tmp_path / "list.jsonl", json.dumps(lines))

    first, second = rows(path)

    assert isinstance(first, Listed)
    assert isinstance(second, RefusedRow)
    assert (second.line, second.field) == (2, "b_country")


def test_objects_within_objects_are_columns_with_a_dot(tmp_path: Path) -> None:
    nested = {
        "home": {"name": "Halle", "country": "DE"},
        "partner": {"name": "Ufa", "country": "RU"},
    }

    assert listed(written(tmp_path / "l.json", json.dumps([nested]))).b.name == "Ufa"


@pytest.mark.parametrize("length", [10, 70_000, 200_000])
def test_a_long_json_list_on_one_line_is_read_object_by_object(tmp_path: Path, length: int) -> None:
    many = [AS_OBJECT | {"note": "ö" * length}, AS_OBJECT]

    assert len(rows(written(tmp_path / "l.json", json.dumps(many, ensure_ascii=False)))) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[{"city1": "Halle"}', "the end of the list is missing"),
        ('[{"city1": "Halle"', "cannot be read"),
        ('[{"city1": "Halle"},]', "a comma stands before the end"),
        ('[{"city1": "Halle"} {"city1": "Ufa"}]', "a comma or the end of the list is missing"),
        ('[{"city1": "Halle", "city1": "Ufa"}]', "names 'city1' twice"),
        ('[{"city1": "Halle"}]\n[]', "something follows"),
        ('[\n["Halle"]]', "in line 2 '['"),
        ('[{"city1": NaN}]', "in line 1 NaN stands, which JSON has not"),
        ('{"a": {"a": {"a": {"a": {"a": 1}}}}}', "too deep"),
        ('{"a": ' + "[" * 100_000, "too deep"),
        ('{"a": [[1]]}', "a list of more than plain values"),
        ('{"a": "' + "x" * 1_100_000, "1,000,000 characters"),
    ],
)
def test_json_that_is_no_list_is_refused_whole_with_the_line(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(BrokenJson) as told:
        rows(written(tmp_path / "list.json", text))

    assert said in told.value.problem
    assert "a list of objects" in told.value.remedy


@pytest.mark.parametrize("text", ["[]", "{}", "[{}]"])
def test_json_without_a_row_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(NotATable, match="holds no row"):
        rows(written(tmp_path / "list.json", text))


@pytest.mark.parametrize("value", ['"\\ud800"', '"a\\u0000b"', '"\\u202eab"', '" "', "null"])
def test_a_name_that_does_not_show_refuses_its_row_only(tmp_path: Path, value: str) -> None:
    text = json.dumps([AS_OBJECT, AS_OBJECT]).replace('"Halle"', value, 1)

    first, second = rows(written(tmp_path / "list.json", text))

    assert isinstance(first, RefusedRow)
    assert first.field == "a_name"
    assert isinstance(second, Listed)


def test_a_line_without_end_is_no_list(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="more than 1,000,000 bytes"):
        rows(written(tmp_path / "list.csv", ",".join(HEADER) + "\n" + "x" * 1_100_000))


def test_what_spreadsheets_call_csv_is_found_behind_its_first_line(tmp_path: Path) -> None:
    text = "sep=;\n" + ";".join(HEADER) + "\n" + ";".join(HALLE) + "\n"

    assert listed(written(tmp_path / "list.csv", text)).line == 3


def changed(**values: Any) -> str:
    return json.dumps([AS_OBJECT | {"lat1": "51.48", "lng1": "11.97", "status": ""} | values])


def test_coordinates_are_kept_as_the_list_has_them(tmp_path: Path) -> None:
    row = listed(written(tmp_path / "l.json", changed(lat1="51,48", lng1=11.970000000000003)))

    assert (row.a.latitude, row.a.longitude) == ("51.48", "11.97")
    assert row.b.latitude == ""


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"lat1": "north"}, "a_latitude", "not in decimal degrees"),
        ({"lat1": "91"}, "a_latitude", "not in decimal degrees"),
        ({"lng1": "٣"}, "a_longitude", "not in decimal degrees"),
        ({"lng1": "nan"}, "a_longitude", "not in decimal degrees"),
        ({"lng1": ""}, "a_longitude", "it is empty, the other is not"),
        ({"status": "perhaps"}, "status", "no status"),
        ({"since": "03/04/1989"}, "since", "not a date"),
        ({"since": "1989-13"}, "since", "does not exist"),
        ({"country1": "Germny"}, "a_country", "Write Germany, if that is meant"),
        ({"country1": ""}, "a_country", "the country of Halle is empty"),
        ({"city1": "Varna, Bulgaria", "country1": ""}, "a_country", "means Bulgaria"),
        ({"city2": "Halle (Halle)", "country2": "Germany"}, "b_name", "both sides are Halle"),
    ],
)
def test_what_cannot_be_true_refuses_the_row_naming_the_field(
    tmp_path: Path, values: dict[str, str], field: str, said: str
) -> None:
    (row,) = rows(written(tmp_path / "l.json", changed(**values)))

    assert isinstance(row, RefusedRow)
    assert (row.field, row.line) == (field, 1)
    assert said in row.reason


@pytest.mark.parametrize(
    ("status", "read"),
    [("Active", "active"), ("on hold", "suspended"), ("TERMINATED", "ended"), (" ", "active")],
)
def test_a_status_is_read_in_the_words_of_lists(tmp_path: Path, status: str, read: str) -> None:
    assert listed(written(tmp_path / "l.json", changed(status=status))).status == read
