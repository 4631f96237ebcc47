"""Dates with their doubt, held against the `edtf` package where both speak the same EDTF."""

from datetime import date
from time import struct_time

import edtf
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.dates import in_words, parse, parse_day, surely_before
from domain.refusals import Invalid


def whole() -> st.SearchStrategy[str]:
    """A year, a month or a day, with or without a doubt."""
    days = st.dates(min_value=date(1, 1, 1))
    written = st.one_of(
        days.map(lambda day: f"{day.year:04}"),
        days.map(lambda day: f"{day.year:04}-{day.month:02}"),
        days.map(lambda day: day.isoformat()),
    )
    return st.tuples(written, st.sampled_from(["", "?", "~", "%"])).map("".join)


def points() -> st.SearchStrategy[str]:
    """The same, or a decade or a century."""
    return st.one_of(
        whole(),
        st.integers(1, 999).map(lambda decade: f"{decade:03}X"),
        st.integers(1, 99).map(lambda century: f"{century:02}XX"),
    )


def day_of(there: struct_time) -> date:
    return date(*there[:3])


def refused(text: str) -> Invalid | None:
    """Why `text` is no date; anything but `Invalid` is a fault."""
    try:
        parse(text, field="on")
    except Invalid as refusal:
        return refusal
    return None


@given(points())
def test_a_date_means_the_days_that_others_read_in_it(text: str) -> None:
    ours, theirs = parse(text), edtf.parse_edtf(text)

    assert (ours.earliest, ours.latest) == (
        day_of(theirs.lower_strict()),
        day_of(theirs.upper_strict()),
    )


@given(whole(), whole())
def test_an_interval_reaches_from_the_first_day_to_the_last(one: str, other: str) -> None:
    if parse(one).earliest > parse(other).latest:  # type: ignore[operator] # points have bounds
        one, other = other, one

    ours, theirs = parse(f"{one}/{other}"), edtf.parse_edtf(f"{one}/{other}")

    assert (ours.earliest, ours.latest) == (
        day_of(theirs.lower.lower_strict()),
        day_of(theirs.upper.upper_strict()),
    )


@given(points())
def test_an_open_interval_has_one_bound(text: str) -> None:
    for to in (f"../{text}", f"/{text}"):
        assert (parse(to).earliest, parse(to).latest) == (None, parse(text).latest)
    for since in (f"{text}/..", f"{text}/"):
        assert (parse(since).earliest, parse(since).latest) == (parse(text).earliest, None)


@given(st.text(max_size=30) | st.text("0123456789X-/?~%. \n", max_size=14))
@example("2022-02-30")
@example("2012-13")
@example("2012-00/2012-99")
@example("9999-12-31/0001")
def test_whatever_is_typed_is_a_date_or_refused_with_a_remedy(text: str) -> None:
    refusal = refused(text)

    assert refusal is None or (refusal.field == "on" and refusal.problem and refusal.remedy)
    assert isinstance(in_words(text), str)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1989 ",
        " 1989",
        "1989\n",
        "\n1989",
        "1989-05\n",
        "19\x0089",
        "１９８９",
        "١٩٨٩",
        "189",
        "19890",
        "-0044",
        "198X-05",
        "1X89",
        "XXXX",
        "1989~?",
        "~1989",
        "1989-5",
        "1989/05/07",
        "07.05.1989",
        "May 1989",
        "/",
        "../..",
        "../",
        "1989-05-07T10:00",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="is not a date that can be read"):
        parse(text)


@pytest.mark.parametrize("text", ["2022-02-30", "2023-02-29", "2022-13", "2022-00", "2022-04-31"])
def test_a_day_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="does not exist"):
        parse(text)


@pytest.mark.parametrize("text", ["0000", "0000-01-01", "000X", "00XX"])
def test_years_begin_with_the_first(text: str) -> None:
    with pytest.raises(Invalid, match="Years begin with 0001"):
        parse(text)


def test_an_interval_does_not_end_before_it_begins() -> None:
    with pytest.raises(Invalid, match="ends before it begins"):
        parse("1992/1989")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0836", "836"),
        ("1967", "1967"),
        ("2012-06", "June 2012"),
        ("2022-03-08", "8 March 2022"),
        ("197X", "the 1970s"),
        ("200X", "the 2000s"),
        ("20XX", "some year from 2000 to 2099"),
        ("08XX", "some year from 800 to 899"),
        ("1989~", "about 1989"),
        ("1989?", "possibly 1989"),
        ("1989-11%", "possibly about November 1989"),
        ("../1989-11", "until November 1989"),
        ("/1989", "until 1989"),
        ("1992/..", "from 1992 on"),
        ("1992/", "from 1992 on"),
        ("1949/1990-10-03", "from 1949 to 3 October 1990"),
        ("197X~", "about the 1970s"),
    ],
)
def test_dates_are_said_in_words(text: str, words: str) -> None:
    assert parse(text)
    assert in_words(text) == words


@pytest.mark.parametrize("text", ["", "unknown", "2012-13", "2012-00"])
def test_what_is_no_date_is_said_as_it_is(text: str) -> None:
    assert in_words(text) == text


def test_a_day_is_a_whole_day() -> None:
    assert parse_day("0836-05-01") == date(836, 5, 1)


@pytest.mark.parametrize(
    "text", ["2026", "2026-11", "2026-11-01~", "2026-11-01/2026-11-01", "2026-11-01/.."]
)
def test_less_or_more_than_a_day_is_no_day(text: str) -> None:
    with pytest.raises(Invalid, match="is not one day"):
        parse_day(text)


@pytest.mark.parametrize(
    ("one", "other", "surely"),
    [
        ("1966", "1967", True),
        ("1966-12-31", "1967", True),
        ("1967", "1967-05", False),
        ("1966", "1967~", False),
        ("1966?", "1967", False),
        ("196X", "1970", True),
        ("196X", "1969", False),
        ("../1966", "1967", True),
        ("1966/..", "1967", False),
        ("1966", "../1967", False),
        ("1967", "1966", False),
    ],
)
def test_before_is_said_where_there_is_no_doubt(one: str, other: str, surely: bool) -> None:
    assert surely_before(parse(one), parse(other)) is surely


@pytest.mark.parametrize(
    ("text", "possibly"),
    [
        ("2026-11-23", True),
        ("2026-11-24", False),
        ("2026-11", True),
        ("2025", True),
        ("../2027", True),
        ("2020/..", True),
        ("2027/..", False),
    ],
)
def test_a_date_may_have_been_reached(text: str, possibly: bool) -> None:
    assert parse(text).possibly_reached(date(2026, 11, 23)) is possibly


@pytest.mark.parametrize("text", ["ca. 1974", "1974", "01/11/2026"])
def test_who_is_asked_for_a_day_is_told_how_a_day_is_written(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_day(text)

    assert refused.value.remedy == "Write it as year-month-day: 2026-11-01."
