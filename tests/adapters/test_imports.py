"""What an import file may look like, and what is said when it does not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.imports import Listed, RefusedRow, open_relations
from adapters.imports.errors import (
    BrokenCsv,
    BrokenWorkbook,
    FileMissing,
    FileRefused,
    NotATable,
    WrongColumns,
    WrongEncoding,
)

HEADER = "relation_id,a_id,a_name,a_iso2,b_id,b_name,b_iso2,distance_km,same_country\n"
GOOD = "R1,C1,Encamp,AD,C2,Mojácar,ES,667.6,0\n"

Written = Callable[[str | bytes], Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(content: str | bytes) -> Path:
        path = tmp_path / "list.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def rows(path: Path) -> list[Listed | RefusedRow]:
    return list(open_relations(path))


def refused(path: Path) -> RefusedRow:
    (row,) = rows(path)
    assert isinstance(row, RefusedRow)
    return row


def test_a_row_names_two_places_and_its_line(written: Written) -> None:
    (row,) = rows(written(HEADER + "\n" + GOOD))

    assert isinstance(row, Listed)
    assert (row.line, row.relation, row.a.name, row.b.country) == (3, "R1", "Encamp", "ES")


def test_a_spreadsheets_mark_at_the_beginning_and_its_line_ends_do_no_harm(
    written: Written,
) -> None:
    (row,) = rows(written(b"\xef\xbb\xbf" + (HEADER + GOOD).replace("\n", "\r\n").encode()))

    assert isinstance(row, Listed)


def test_a_name_is_recorded_in_one_normal_form(written: Written) -> None:
    (row,) = rows(written(HEADER + GOOD.replace("Mojácar", " Moja\u0301car ")))

    assert isinstance(row, Listed)
    assert row.b.name == "Moj\u00e1car"


def test_only_the_four_columns_that_matter_are_needed(written: Written) -> None:
    (row,) = rows(written("b_name,b_iso2,a_name,a_iso2\nEncamp,AD,Alghero,IT\n"))

    assert isinstance(row, Listed)
    assert (row.a.name, row.relation) == ("Alghero", "")


@pytest.mark.parametrize(
    ("row", "field", "said"),
    [
        (GOOD.replace("Encamp", ""), "a_name", "the name is empty"),
        (GOOD.replace("Encamp", "  "), "a_name", "the name is empty"),
        (GOOD.replace("Encamp", "???"), "a_name", "has no letter"),
        (GOOD.replace("Encamp", "En\u200bcamp"), "a_name", "U+200B"),
        (GOOD.replace("Encamp", "E" * 201), "a_name", "201 characters"),
        (GOOD.replace("AD", "UK"), "a_iso2", "Write GB"),
        (GOOD.replace("ES", "es"), "b_iso2", "Write ES"),
        (GOOD.replace("ES", "Spain"), "b_iso2", "two letters"),
        (GOOD.replace("Mojácar,ES", "ENCAMP,AD").replace("C2", "C1"), "b_name", "both sides"),
        (GOOD.replace(",ES,667.6,0\n", ",E"), "row", "cut off"),
    ],
)
def test_a_row_that_cannot_be_recorded_says_where_and_what_to_do(
    written: Written, row: str, field: str, said: str
) -> None:
    told = refused(written(HEADER + row))

    assert (told.line, told.field) == (2, field)
    assert said in told.reason


def test_the_rows_around_a_refused_one_are_read(written: Written) -> None:
    read = rows(written(HEADER + GOOD + GOOD.replace("AD", "??") + GOOD))

    assert [type(row) for row in read] == [Listed, RefusedRow, Listed]


def test_an_unknown_column_is_named_with_the_one_that_may_be_meant(written: Written) -> None:
    with pytest.raises(WrongColumns, match=r"'a_nmae' is unknown \(is 'a_name' meant\?\)") as told:
        rows(written(HEADER.replace("a_name", "a_nmae") + GOOD))

    assert "'a_name' is missing" in told.value.problem
    assert "Needed are a_name, a_country, b_name, b_country" in told.value.remedy


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_columns_may_be_separated_by_other_signs(written: Written, separator: str) -> None:
    (row,) = rows(written((HEADER + GOOD).replace(",", separator)))

    assert isinstance(row, Listed)
    assert row.b.name == "Mojácar"


def test_another_encoding_is_told_with_line_and_byte(written: Written) -> None:
    with pytest.raises(WrongEncoding, match="not in UTF-8: line 2") as told:
        open_relations(written((HEADER + GOOD).encode("latin-1")))

    assert (told.value.line, told.value.byte) == (2, len("R1,C1,Encamp,AD,C2,Mojá"))


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        (b"", NotATable, "is empty"),
        (b"\n\n", NotATable, "is empty"),
        (b"PK\x03\x04\x14\x00\x06", BrokenWorkbook, "workbook"),
        ((HEADER + GOOD).encode("utf-16"), WrongEncoding, "UTF-16"),
        (b"\x7fELF\x02\x01\x01\x00\x00", NotATable, "zero byte"),
        ((HEADER + GOOD).encode().partition(b"\xa1")[0], WrongEncoding, "middle of a character"),
        ((HEADER + GOOD + '"Alghero').encode(), BrokenCsv, "begins in line 3"),
        (HEADER.replace("b_name", "a_name").encode(), WrongColumns, "'a_name' is there twice"),
    ],
)
def test_a_file_that_cannot_be_read_to_its_end_is_refused_whole(
    written: Written, content: bytes, error: type[FileRefused], said: str
) -> None:
    with pytest.raises(error, match=said) as told:
        open_relations(written(content))

    assert told.value.remedy


QUOTED = "a_name,a_iso2,b_iso2,b_name\n" + 'Encamp,AD,ES,"Mojácar, ""the old"" town"'


@pytest.mark.parametrize("left", range(len(QUOTED) - 24, len(QUOTED)))
def test_a_file_that_was_cut_in_its_last_quoted_name_is_refused_with_the_line(
    written: Written, left: int
) -> None:
    with pytest.raises(BrokenCsv, match="ends within a quotation") as told:
        open_relations(written(QUOTED[:left]))

    assert told.value.line == 2
    assert "etch the file again" in told.value.remedy


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_whole_file_may_end_with_its_last_quoted_name(written: Written, end: str) -> None:
    (row,) = rows(written(QUOTED + end))

    assert isinstance(row, Listed)
    assert row.b.name == 'Mojácar, "the old" town'


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match="There is no file"):
        open_relations(tmp_path / "none.csv")
    with pytest.raises(FileMissing, match="is a folder"):
        open_relations(tmp_path)


def test_the_layout_of_the_wikipedia_lists_says_its_own_source_and_day(written: Written) -> None:
    origin = open_relations(written(HEADER + GOOD)).origin(source=None, listed_on=None)

    assert origin.source.startswith("English Wikipedia")
    assert origin.listed_on == "2026-02"


def test_what_is_said_of_a_list_goes_before_what_its_layout_says(written: Written) -> None:
    relations = open_relations(written(HEADER + GOOD))

    origin = relations.origin(source=" Our copy ", listed_on="2019")

    assert (origin.source, origin.listed_on) == ("Our copy", "2019")
