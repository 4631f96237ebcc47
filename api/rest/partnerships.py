"""Partnerships: the list, one of them, its acts, its reviews."""

from datetime import date
from typing import Annotated, Literal, get_args

from litestar import Response, route
from litestar.di import Provide
from litestar.params import FromPath
from msgspec import Struct

from api.as_at import recorded_then
from api.requests import READ, HttpRequest, services_of
from api.rest import parameters
from api.rest.done import etag_of
from api.rest.moments import At, Pinned, asked
from api.rest.paging import Listing, PagePinned, answered, cursor_after, listed, one_of, place
from api.rest.reviews import ReviewSummaries, reviews_page
from api.services import Services
from api.unshown import unshown_from
from domain.refusals import Invalid, NotFound
from domain.values import TIERS, PartnershipId, Status, read_partnership_id
from projections.views import Filters, Moment, PartnershipView, TimelineItem

STATUSES: tuple[Status, ...] = get_args(Status)
LONGEST_QUERY = 200
"""Characters of a search."""


class PartnershipList(Listing, frozen=True, kw_only=True):
    """Partnerships that had possibly begun on the day, in order of their first name."""

    items: tuple[PartnershipView, ...]


class PartnershipAt(Struct, frozen=True):
    """One partnership as it stood on the day `as_of`, as known at `position`.

    `statuses` is empty where it had surely not begun. `incomplete_from` is the first of its entries
    that cannot be shown here: it is recorded, and the record is as it stood before. Null, as nearly
    always, where all of them are shown.
    """

    as_of: date
    position: int
    partnership: PartnershipView
    incomplete_from: int | None = None


class ActList(Listing, frozen=True, kw_only=True):
    """What happened to a partnership, as sentences, the first act in front."""

    items: tuple[TimelineItem, ...]


Search = Annotated[
    str | None,
    parameters.named(
        "q",
        "Parts of names or of the reference, in any script, without case and accents.",
        maxLength=LONGEST_QUERY,
    ),
]
InStatus = Annotated[
    str | None,
    parameters.named(
        "status", "Only those of which this status is certain on the day.", enum=STATUSES
    ),
]
OfCountry = Annotated[
    str | None,
    parameters.named(
        "country",
        "Only those with a party in this country: ISO 3166-1, two letters.",
        pattern="^[A-Za-z]{2}$",
    ),
]
OfTier = Annotated[
    str | None,
    parameters.named("tier", "Only those of this tier.", enum=TIERS),
]
OfCommunity = Annotated[
    str | None,
    parameters.named("community", "Only those of the community with this id."),
]
UnderReview = Annotated[
    Literal["yes"] | None,
    parameters.named(
        "under-review", "With `yes` only those with a transparency review open on the day."
    ),
]


@route(
    "/partnerships",
    http_method=READ,
    summary="The register",
    dependencies={"page": Provide(place)},
)
async def partnerships(
    request: HttpRequest,
    page: PagePinned,
    *,
    q: Search = None,
    status: InStatus = None,
    country: OfCountry = None,
    tier: OfTier = None,
    community: OfCommunity = None,
    under_review: UnderReview = None,
) -> Response[PartnershipList]:
    """Search and filter; all filters together."""
    filters = Filters(
        query_of(q),
        one_of(status, STATUSES, "status"),
        country_of(country),
        one_of(tier, TIERS, "tier"),
        under_review is not None,
        community or "",
    )
    found = await services_of(request).register.search(
        filters, page.at.moment, limit=page.limit, after=page.after_as(str), total=page.total
    )
    return listed(
        request,
        PartnershipList(
            as_of=page.at.as_of,
            position=page.at.position,
            leaf_hash=page.at.leaf_hash.hex(),
            items=found.rows,
            next=cursor_after(request, page.at, found.next_after),
            total=found.total,
            incomplete_from=await services_of(request).parking.first(page.at.position),
        ),
    )


@route(
    "/partnerships/{ref:str}",
    http_method=READ,
    summary="One partnership",
    dependencies={"at": Provide(asked)},
)
async def partnership(
    request: HttpRequest, ref: FromPath[str], at: Pinned
) -> Response[PartnershipAt]:
    """At any moment of either clock. At present its `ETag` is what a command's `If-Match` names; it
    has none for the moment in which a standby takes over.
    """
    reference = _reference(ref)
    services = services_of(request)
    view = await _view(services, reference, at)
    incomplete = await services.parking.incomplete_from(reference, at.position)
    headers = {}
    if at.now:
        version = await recorded_then(services.ledger, view.version, view.recorded_at)
        headers = {"etag": etag_of(version)} if version else {}
    return answered(PartnershipAt(at.as_of, at.position, view, incomplete), at, **headers)


@route(
    "/partnerships/{ref:str}/entries",
    http_method=READ,
    summary="What happened to a partnership",
    dependencies={"page": Provide(place)},
)
async def partnership_entries(
    request: HttpRequest, ref: FromPath[str], page: PagePinned
) -> Response[ActList]:
    """As sentences. Where a day is asked: the acts that had possibly taken place by then."""
    services, reference, at = services_of(request), _reference(ref), page.at
    await _view(services, reference, at)
    read = await services.timeline.of(
        reference,
        position=at.position,
        after=page.after_position(),
        day=at.as_of,
        limit=page.limit + 1,
    )
    shown = read[: page.limit]
    total = None
    if page.total:
        total = await services.timeline.count_of(reference, position=at.position, day=at.as_of)
    return listed(
        request,
        ActList(
            as_of=at.as_of,
            position=at.position,
            leaf_hash=at.leaf_hash.hex(),
            items=shown,
            next=cursor_after(request, at, shown[-1].position if len(read) > len(shown) else None),
            total=total,
            incomplete_from=await services.parking.incomplete_from(reference, at.position),
        ),
    )


@route(
    "/partnerships/{ref:str}/reviews",
    http_method=READ,
    summary="The reviews of a partnership",
    dependencies={"page": Provide(place)},
)
async def partnership_reviews(
    request: HttpRequest, ref: FromPath[str], page: PagePinned
) -> Response[ReviewSummaries]:
    """Those opened by the day, the first in front."""
    reference = _reference(ref)
    await _view(services_of(request), reference, page.at)
    return await reviews_page(request, page, partnership=reference)


def query_of(text: str | None) -> str:
    """What is searched for; empty where nothing is asked. Raises `Invalid`."""
    if text is not None and len(text) > LONGEST_QUERY:
        problem = f"it has more than {LONGEST_QUERY} characters"
        raise Invalid("q", problem, "Search for less.")
    return text or ""


def country_of(text: str | None) -> str:
    """Two letters, in either case; empty where nothing is asked. Raises `Invalid`."""
    if text is None:
        return ""
    if not (len(text) == 2 and text.isascii() and text.isalpha()):
        raise Invalid("country", f"{text[:20]!r} is not two letters", "Write DE for Germany.")
    return text.upper()


def _reference(text: str) -> PartnershipId:
    """The reference. Raises `NotFound` where it is none, or is written in another way."""
    if len(text) <= 40:
        try:
            reference = read_partnership_id(text)
        except Invalid:
            reference = None
        if reference == text:
            return reference
        if reference is not None:
            raise NotFound("partnership", text, f"Ask for {reference}.")
    raise NotFound(
        "partnership",
        text[:40],
        "References look like TL-7K3Q-9FZM; find one by `q` in the list of partnerships.",
    )


async def _view(services: Services, reference: PartnershipId, at: At) -> PartnershipView:
    """Raises `NotFound`, and says so where the record began later."""
    view = await services.register.get(reference, at.moment)
    if view is not None:
        return view
    newest = await services.register.get(reference, Moment())
    if newest is None:
        entry = await unshown_from(services.ledger, services.parking, reference)
        if entry is not None:
            remedy = f"It is recorded, but its entries from {entry} on cannot be shown here yet."
            raise NotFound("partnership that can be shown", reference, remedy)
        raise NotFound("partnership", reference, "Check the reference, or search the register.")
    raise NotFound(
        "partnership",
        reference,
        f"At entry {at.position} it was not recorded yet: its first entry is "
        f"{newest.first_position}.",
    )


HANDLERS = (partnerships, partnership, partnership_entries, partnership_reviews)
