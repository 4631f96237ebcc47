"""Reports: the lines with their figures, the rows behind each figure, and the claims."""

from datetime import date
from typing import Annotated

from litestar import Response, route
from litestar.di import Provide
from litestar.params import FromPath
from msgspec import Struct

from api.claims import CheckedClaims
from api.distances import NULL_MODEL
from api.reports.issue import REPORTS
from api.reports.report import Basis, CountedRow, Figure, Report
from api.reports.sister_city_transparency import Question
from api.requests import READ, HttpRequest, services_of
from api.rest import parameters
from api.rest.moments import At, Pinned, asked, day_of
from api.rest.paging import Listing, PagePinned, answered, cursor_after, listed, place
from api.services import Services

Since = Annotated[
    str | None,
    parameters.day(
        "since",
        "The first day of the period in which activities and annual reports count; "
        "all time where it is left out.",
    ),
]
OfCommunity = Annotated[
    str | None,
    parameters.named(
        "community",
        "The reporting unit: the id of a community, whose partnerships alone count.",
        maxLength=240,
    ),
]
_CLAIMS_NOTE = (
    "Computed from the register as it was when it had `read_at` entries; `as-of`, `known-at` and "
    "`position` change nothing."
)


class ReportKind(Struct, frozen=True):
    """A report that can be made."""

    name: str
    address: str
    says: str


class ReportKinds(Struct, frozen=True):
    """All of them."""

    as_of: date
    position: int
    items: tuple[ReportKind, ...]


class ReportAt(Struct, frozen=True):
    """A report. The same `as-of`, `position`, `since` and `community` give the same bytes."""

    as_of: date
    position: int
    report: Report


class FigureRows(Listing, frozen=True, kw_only=True):
    """A figure and rows behind it, as many as its `value` in all, in order of the reference."""

    basis: Basis
    figure: Figure
    items: tuple[CountedRow, ...]


class ClaimsAt(Struct, frozen=True):
    """What is said, and what the data say. `null_model` is what distances are compared with;
    `incomplete_from` is the first entry that cannot be counted here, null where all are.
    """

    as_of: date
    position: int
    note: str
    read_at: int
    null_model: str
    claims: CheckedClaims
    incomplete_from: int | None = None


@route("/reports", http_method=READ, summary="Reports", dependencies={"at": Provide(asked)})
async def reports(request: HttpRequest, at: Pinned) -> Response[ReportKinds]:
    """Which there are."""
    says = "Answers the study of the Sister City Transparency Act, a bill, line by line."
    items = tuple(ReportKind(name, f"/api/v1/reports/{name}", says) for name in REPORTS)
    return answered(ReportKinds(at.as_of, at.position, items), at)


@route(
    "/reports/{report:str}",
    http_method=READ,
    summary="One report",
    dependencies={"at": Provide(asked)},
)
async def report(
    request: HttpRequest,
    report: FromPath[str],
    at: Pinned,
    since: Since = None,
    community: OfCommunity = None,
) -> Response[ReportAt]:
    """All lines; a line that cannot be answered says why and what would fill it."""
    services = services_of(request)
    made = await services.reports.report(_question(services, report, at, since, community))
    return answered(ReportAt(at.as_of, at.position, made), at)


@route(
    "/reports/{report:str}/figures/{figure:str}",
    http_method=READ,
    summary="One figure of a report, opened",
    dependencies={"page": Provide(place)},
)
async def figure(
    request: HttpRequest,
    report: FromPath[str],
    figure: FromPath[str],
    page: PagePinned,
    *,
    since: Since = None,
    community: OfCommunity = None,
) -> Response[FigureRows]:
    """What was counted: the partnership, why it counts, and the entries that say so."""
    services, at = services_of(request), page.at
    question = _question(services, report, at, since, community)
    opened = await services.reports.figure(question, figure)
    first = max(0, page.after_as(int) or 0)
    until = first + page.limit
    more = until if until < len(opened.rows) else None
    return listed(
        request,
        FigureRows(
            as_of=at.as_of,
            position=at.position,
            leaf_hash=at.leaf_hash.hex(),
            basis=opened.basis,
            figure=opened.figure,
            items=opened.rows[first:until],
            next=cursor_after(request, at, more),
            total=len(opened.rows) if page.total else None,
        ),
    )


@route("/claims", http_method=READ, summary="Claims", dependencies={"at": Provide(asked)})
async def claims(request: HttpRequest, at: Pinned) -> Response[ClaimsAt]:
    """What is said of partnerships, what other sources say, and what the data say."""
    checked = await services_of(request).claims.checked()
    made = ClaimsAt(
        at.as_of,
        at.position,
        _CLAIMS_NOTE,
        checked.position,
        NULL_MODEL,
        checked,
        checked.incomplete_from,
    )
    return answered(made, at)


def _question(
    services: Services, report: str, at: At, since: str | None, community: str | None
) -> Question:
    return services.reports.question(
        report=report,
        as_of=at.as_of,
        position=at.position,
        since=day_of(since, "since"),
        community=community or "",
    )


HANDLERS = (reports, report, figure, claims)
