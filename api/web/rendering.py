"""Templates to pages. What everything on a page has in common is in `templates/page.html`."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response
from markupsafe import Markup

from api.countries import country_name
from domain.dates import in_words, when_in_words
from projections.words import beginning, status_text, word

FOLDER = Path(__file__).parent

_VERIFY = re.compile(r"(?<![\w/.])/verify(?![\w/]|\.\w)", re.ASCII)
_TO_VERIFY = Markup('<a href="/verify">/verify</a>')


def at(moment: datetime) -> str:
    """`12 May 2026 14:02 UTC`."""
    utc = moment.astimezone(UTC)
    return f"{utc.day} {utc:%B} {utc.year:04d} {utc:%H:%M} UTC"


def thousands(number: int) -> str:
    """`24,893`: how many there are. The number of an entry is its name and stays as it is typed."""
    return f"{number:,}"


def on_date(text: str) -> str:
    """`on 8 March 2022`, `in June 2012`, `about 1989`."""
    return when_in_words(text).lstrip(", ")


def anchor(path: str) -> str:
    """The id of the element that shows the field `path`."""
    return "f-" + path.replace("[", "-").replace("]", "").replace(".", "-").replace("_", "-")


def linked(text: str) -> Markup:
    """The text, in which `/verify` is a link."""
    return _TO_VERIFY.join(_VERIFY.split(text))  # which escapes each part


_environment = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters.update(
    at=at,
    linked=linked,
    thousands=thousands,
    anchor=anchor,
    date_in_words=in_words,
    on_date=on_date,
    country_name=country_name,
    word=word,
    status_text=status_text,
    beginning=beginning,
)
_environment.globals.update(
    visitor=None,
    demo=False,
    demo_roles={},
    can_sign_in=False,
    here="/",
    section="",
    register_name="",
    told=None,
    standing=None,
    witnessing=None,
)


def render(template: str, *, status: int = 200, **values: Any) -> Response[bytes]:
    """The page as a response; text that is no UTF-8 was refused before it came here."""
    text = _environment.get_template(template).render(status=status, **values)
    return Response(text.encode(), status_code=status, media_type="text/html")
