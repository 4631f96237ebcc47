"""Reports as pages and files, the rows behind each figure, and what is said of partnerships."""

from datetime import UTC
from hashlib import sha256
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from litestar import Response, route
from litestar.params import FromPath
from msgspec import Struct

from adapters.claims import PAIR_LISTS
from api.distances import BANDS, NULL_MODEL, RUNS
from api.moments import Asked, day_of, read_moment, whole_number
from api.problems import Item as Mistake
from api.problems import Told, attempt
from api.reports.issue import FORMATS
from api.reports.rendering import Format
from api.reports.report import Figure, OpenedFigure, Report
from api.reports.sister_city_transparency import REPORT, Question
from api.requests import READ, HttpRequest, services_of
from api.services import Services
from api.typed import Typed
from api.web.typed import read_query
from api.web.visitors import page

AT_ONCE = 100
ADDRESS = f"/reports/{REPORT}"
_TITLE = "Some of what was asked of the report cannot be read"
_MEDIA_TYPES: dict[Format, tuple[str, str]] = {
    "json": ("json", "application/json"),
    "csv": ("csv", "text/csv"),
    "text": ("txt", "text/plain"),
}


class Reading(Struct, frozen=True):
    """What an address asks: the question, or what is wrong with it; `typed` stays in the form."""

    typed: Typed
    asked: Asked
    question: Question | None
    mistakes: tuple[Mistake, ...]


class Made(Struct, frozen=True):
    """A report and the question that it answers."""

    question: Question
    report: Report

    @property
    def pinned(self) -> str:
        """The question as a query that gives the same answer for ever."""
        since = self.question.since
        named = {
            "as-of": self.question.as_of.isoformat(),
            "position": str(self.question.position),
            "as-at": self.report.basis.ledger.as_at,
            "since": since.isoformat() if since else "",
            "community": self.question.community,
        }
        return urlencode({name: value for name, value in named.items() if value})


class Download(Struct, frozen=True):
    """A file of the report: where it is, how long, and its SHA-256."""

    name: str
    address: str
    size: int
    sha256: str


class Group(Struct, frozen=True):
    """Figures under one heading; a bar of the whole width stands for `widest`.

    `counted` says whether anything is.
    """

    heading: str
    figures: tuple[Figure, ...]
    widest: int
    counted: bool


@route("/reports", http_method=READ)
async def reports(request: HttpRequest) -> Response[bytes]:
    """What reports there are."""
    return await page(request, "reports.html", section="reports")


@route(ADDRESS, http_method=READ)
async def report(request: HttpRequest) -> Response[bytes]:
    """All lines of the report, each figure a link to what it counts."""
    services = services_of(request)
    reading = await _read(services, read_query(request))
    made = await _made(services, reading)
    if isinstance(made, Told):
        return await _page(request, reading, "report.html", told=made)
    files = await _files(services, made)
    return await _page(
        request, reading, "report.html", report=made.report, pinned=made.pinned, files=files
    )


@route(f"{ADDRESS}.json", http_method=READ)
async def report_as_json(request: HttpRequest) -> Response[bytes]:
    """The report, or with `figure` the rows behind one figure, for programs."""
    return await _file(request, "json")


@route(f"{ADDRESS}.csv", http_method=READ)
async def report_as_csv(request: HttpRequest) -> Response[bytes]:
    """The same for spreadsheets."""
    return await _file(request, "csv")


@route(f"{ADDRESS}.txt", http_method=READ)
async def report_as_text(request: HttpRequest) -> Response[bytes]:
    """The same for people."""
    return await _file(request, "text")


@route(f"{ADDRESS}/figures/{{figure:str}}", http_method=READ)
async def figure(request: HttpRequest, figure: FromPath[str]) -> Response[bytes]:
    """The rows behind one figure: which partnership, why it counts, which entries say so."""
    services = services_of(request)
    reading = await _read(services, read_query(request))
    made = await _made(services, reading)
    if isinstance(made, Told):
        return await _page(request, reading, "report.html", told=made)
    opened = await services.reports.figure(made.question, figure)
    number = _page_number(reading.typed, opened)
    first = (number - 1) * AT_ONCE
    return await _page(
        request,
        reading,
        "figure.html",
        pinned=made.pinned,
        opened=opened,
        rows=opened.rows[first : first + AT_ONCE],
        first=first,
        number=number,
        last=_last_page(opened),
    )


@route("/claims", http_method=READ)
async def claims(request: HttpRequest) -> Response[bytes]:
    """What is said of partnerships, and what the data say."""
    checked = await services_of(request).claims.checked()
    return await page(
        request,
        "claims.html",
        section="reports",
        checked=checked,
        incomplete_from=checked.incomplete_from,
        null_model=NULL_MODEL,
        runs=RUNS,
        bands=_bands(),
        lists=PAIR_LISTS,
    )


async def _read(services: Services, typed: Typed) -> Reading:
    asked = await read_moment(services, typed)
    mistakes = list(asked.mistakes)
    since = day_of(typed, "since", mistakes)
    if mistakes:
        return Reading(typed, asked, None, tuple(mistakes))
    position = asked.moment.position
    question = services.reports.question(
        as_of=asked.moment.as_of or services.now().astimezone(UTC).date(),
        position=(await services.ledger.head()).position if position is None else position,
        since=since,
        community=typed.one("community"),
    )
    return Reading(typed, asked, question, ())


async def _made(services: Services, reading: Reading) -> Made | Told:
    """The report, or what to tell where there is none."""
    if reading.question is None:
        return Told(400, _TITLE, reading.mistakes)
    made = await attempt(services.reports.report(reading.question))
    return made if isinstance(made, Told) else Made(reading.question, made)


async def _page(
    request: HttpRequest, reading: Reading, template: str, told: Told | None = None, **values: Any
) -> Response[bytes]:
    return await page(
        request,
        template,
        status=told.status if told else 200,
        section="reports",
        reading=reading,
        typed=reading.typed,
        told=told,
        address=ADDRESS,
        groups=_groups,
        **{"report": None, **values},
    )


async def _file(request: HttpRequest, format: Format) -> Response[bytes]:
    services = services_of(request)
    reading = await _read(services, read_query(request))
    made = await _made(services, reading)
    if isinstance(made, Told):
        return await _page(request, reading, "report.html", told=made)
    question, opened = made.question, reading.typed.one("figure")
    content = await services.reports.issue(question, format, opened)
    ending, media_type = _MEDIA_TYPES[format]
    name = f"{REPORT}-{question.as_of.isoformat()}-entry-{question.position}"
    name += f"-{opened}" if opened else ""
    return Response(
        content,
        media_type=media_type,
        headers={
            "content-disposition": f'attachment; filename="{name}.{ending}"',
            "last-position": str(question.position),
            "as-at": made.report.basis.ledger.as_at,
        },
    )


async def _files(services: Services, made: Made) -> tuple[Download, ...]:
    files = []
    for format in FORMATS:
        content = await services.reports.issue(made.question, format)
        ending = _MEDIA_TYPES[format][0]
        address = f"{ADDRESS}.{ending}?{made.pinned}"
        digest = sha256(content).hexdigest()
        files.append(Download(ending.upper(), address, len(content), digest))
    return tuple(files)


def _page_number(typed: Typed, opened: OpenedFigure) -> int:
    return max(1, min(whole_number(typed.one("page")) or 1, _last_page(opened)))


def _last_page(opened: OpenedFigure) -> int:
    return max(1, -(-len(opened.rows) // AT_ONCE))


def _groups(figures: tuple[Figure, ...]) -> list[Group]:
    """Those of one heading that stand together."""
    found = []
    for heading, members in groupby(figures, key=lambda figure: figure.group):
        together = tuple(members)
        widest = max(figure.value for figure in together)
        found.append(Group(heading, together, widest or 1, counted=widest > 0))
    return found


def _bands() -> list[str]:
    """The bands of distances in words."""
    starts = ("under", *(f"{end:,} to" for end in BANDS))
    return [
        *(f"{start} {end:,} km" for start, end in zip(starts, BANDS, strict=False)),
        f"{BANDS[-1]:,} km and more",
    ]
