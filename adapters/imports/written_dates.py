"""Dates as lists write them, with the doubt that they have, as EDTF.

Only what has one meaning is read. `03/04/1989` is refused: it is March or April, by country.
"""

import re

from domain.dates import parse

_MONTHS = "january february march april may june july august september october november december"
_NUMBER = {
    name: number
    for number, month in enumerate(_MONTHS.split(), 1)
    for name in (month, month[:3], "sept" if number == 9 else month)
}
_MONTH = r"(?P<month>[a-z]+)\.?"
_YEAR = r"(?P<year>\d{4})"
_ABOUT = re.compile(r"(?:c|ca|circa|about|approx|approximately|around)\b\.?\s*(?P<rest>.+)", re.A)
_BEFORE = re.compile(rf"before\s+{_YEAR}", re.A)
_AFTER = re.compile(rf"after\s+{_YEAR}", re.A)
_DECADE = re.compile(r"(?:the\s+)?(?P<decade>\d{3})0['’]?s", re.A)
_SHORT_YEAR = re.compile(r"[1-9]\d{2}", re.A)
_DOTTED = re.compile(rf"(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.\s?{_YEAR}", re.A)
_DAY_FIRST = re.compile(rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+{_MONTH},?\s+{_YEAR}", re.A)
_MONTH_FIRST = re.compile(rf"{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+{_YEAR}", re.A)
_MONTH_ONLY = re.compile(rf"{_MONTH},?\s+{_YEAR}", re.A)


def read_date(text: str, *, field: str) -> str:
    """The EDTF spelling; raises `Invalid` naming `field` for what is no date or has two meanings.

    >>> read_date("c. 1974", field="since")
    '1974~'
    """
    written = " ".join(text.split()).casefold()
    doubt = ""
    if match := _ABOUT.fullmatch(written):
        written, doubt = match["rest"], "~"
    elif written.endswith("?"):
        written, doubt = written[:-1].rstrip(), "?"
    found = _read(written)
    if found is None:
        return parse(" ".join(text.split()), field=field).text  # EDTF already, or refused
    return parse(found + ("" if "/" in found else doubt), field=field).text


def _read(text: str) -> str | None:
    if match := _BEFORE.fullmatch(text):
        return f"../{int(match['year']) - 1:04}"
    if match := _AFTER.fullmatch(text):
        return f"{int(match['year']) + 1:04}/.."
    if match := _DECADE.fullmatch(text):
        return f"{match['decade']}X"
    if _SHORT_YEAR.fullmatch(text):
        return f"0{text}"
    if match := _DOTTED.fullmatch(text):
        return f"{match['year']}-{int(match['month']):02}-{int(match['day']):02}"
    for form in (_DAY_FIRST, _MONTH_FIRST):
        if (match := form.fullmatch(text)) and (month := _NUMBER.get(match["month"])):
            return f"{match['year']}-{month:02}-{int(match['day']):02}"
    if (match := _MONTH_ONLY.fullmatch(text)) and (month := _NUMBER.get(match["month"])):
        return f"{match['year']}-{month:02}"
    return text if re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", text, re.A) else None
