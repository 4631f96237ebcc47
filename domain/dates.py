"""Dates with their doubt: the part of EDTF (ISO 8601-2:2019) that registers of partnerships need.

Level 0 dates (`0836`, `2012-06`, `2022-03-08`), the qualifiers `?`, `~` and `%`, unspecified
digits (`197X`, `19XX`), and intervals with an open or unknown end (`../1989-11`, `1992/..`).
"""

import calendar
import re
from datetime import date
from functools import lru_cache

from msgspec import Struct

from domain.refusals import Invalid

_POINT = re.compile(
    r"(?P<year>[0-9]{4}|[0-9]{3}X|[0-9]{2}XX)"
    r"(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?(?P<doubt>[?~%]?)",
    re.ASCII,
)
_DOUBT = {"": "", "?": "possibly ", "~": "about ", "%": "possibly about "}
# Not `calendar.month_name`: that one speaks the language of the machine.
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


class EdtfDate(Struct, frozen=True):
    """A date as it was written, and the first and last day that it can mean.

    `earliest` is None when there is no lower bound, `latest` when there is no upper one.
    """

    text: str
    earliest: date | None
    latest: date | None

    @property
    def doubted(self) -> bool:
        """Whether the source itself says "about" or "possibly": then the bounds are no bounds."""
        return any(mark in self.text for mark in "?~%")

    def possibly_reached(self, day: date) -> bool:
        """Whether some part of this date lies at or before `day`."""
        return self.earliest is None or self.earliest <= day


@lru_cache(maxsize=10_000)  # a register's dates come again and again, at each reading of a record
def parse(text: str, *, field: str = "date") -> EdtfDate:
    """Read an EDTF date; refuse anything else naming `field` and how to write it."""
    start, slash, end = text.partition("/")
    if not slash:
        earliest, latest = _point(start, text, field)
        return EdtfDate(text, earliest, latest)
    if start in ("", "..") and end in ("", ".."):
        raise _unreadable(text, field)
    first = None if start in ("", "..") else _point(start, text, field)[0]
    last = None if end in ("", "..") else _point(end, text, field)[1]
    if first and last and first > last:
        raise Invalid(field, f"{text!r} ends before it begins", "Write the earlier date first.")
    return EdtfDate(text, first, last)


def parse_day(text: str, *, field: str = "date") -> date:
    """Read a whole calendar day, `2026-11-01`; refuse less, more and doubt."""
    remedy = "Write it as year-month-day: 2026-11-01."
    try:
        parsed = parse(text, field=field)
    except Invalid as unread:
        raise Invalid(field, unread.problem, remedy) from None
    if parsed.earliest is None or parsed.earliest.isoformat() != text:
        raise Invalid(field, f"{text!r} is not one day", remedy)
    return parsed.earliest


def surely_before(one: EdtfDate, other: EdtfDate) -> bool:
    """Whether `one` lies before `other` whatever the doubt in both: "about 1967" may be 1966."""
    if one.doubted or other.doubted:
        return False
    return one.latest is not None and other.earliest is not None and one.latest < other.earliest


def in_words(text: str) -> str:
    """`1989~` as "about 1989", `2012-06` as "June 2012", `197X` as "the 1970s".

    For dates that `parse` has read; other text comes back as it is.
    """
    start, slash, end = text.partition("/")
    if not slash:
        return _point_in_words(start)
    if start in ("", ".."):
        return f"until {_point_in_words(end)}"
    if end in ("", ".."):
        return f"from {_point_in_words(start)} on"
    return f"from {_point_in_words(start)} to {_point_in_words(end)}"


def when_in_words(on: str) -> str:
    """` on 8 March 2022`, ` in June 2012`, ` about 1989`; nothing where no date is known."""
    if not on:
        return ""
    if "/" in on:
        return f", {in_words(on)}"
    written, doubt = on.rstrip("?~%"), on[-1]
    words = in_words(written)
    if doubt == "~":
        return f" about {words}"
    if doubt == "%":
        return f", possibly about {words}"
    place = "in" if len(written) < 10 else "on"
    return f", possibly {place} {words}" if doubt == "?" else f" {place} {words}"


def _unreadable(text: str, field: str) -> Invalid:
    return Invalid(
        field,
        f"{text!r} is not a date that can be read",
        "Write a year with four digits (0836), a month (2012-06), a day (2022-03-08), "
        "a decade (197X), or add ~ for about and ? for uncertain.",
    )


def _point(point: str, text: str, field: str) -> tuple[date, date]:
    match = _POINT.fullmatch(point)
    if match is None:
        raise _unreadable(text, field)
    year, month, day = match["year"], match["month"], match["day"]
    if "X" in year and month:
        raise _unreadable(text, field)
    first_year, last_year = int(year.replace("X", "0")), int(year.replace("X", "9"))
    if first_year == 0:
        # EDTF's year 0000 is 1 BC, before the first day that a date can hold.
        raise Invalid(field, f"{text!r} reaches before the year 1", "Years begin with 0001.")
    try:
        first_month, last_month = (int(month), int(month)) if month else (1, 12)
        first_day = int(day) if day else 1
        last_day = int(day) if day else calendar.monthrange(last_year, last_month)[1]
        return date(first_year, first_month, first_day), date(last_year, last_month, last_day)
    except (ValueError, calendar.IllegalMonthError):
        raise Invalid(
            field, f"{text!r} names a day that does not exist", "Check the month and the day."
        ) from None


def _point_in_words(point: str) -> str:
    match = _POINT.fullmatch(point)
    if match is None:
        return point
    year, month, day, doubt = match["year"], match["month"], match["day"], match["doubt"]
    if "XX" in year:
        # Not "the 2000s": that is what 200X is called.
        words = f"some year from {year[:2].lstrip('0')}00 to {year[:2].lstrip('0')}99"
    elif "X" in year:
        words = f"the {year[:3].lstrip('0')}0s"
    else:
        words = year.lstrip("0")
        if month and not 1 <= int(month) <= 12:
            return point
        if month:
            words = f"{_MONTHS[int(month) - 1]} {words}"
        if day:
            words = f"{int(day)} {words}"
    return _DOUBT[doubt] + words
