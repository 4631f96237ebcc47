"""Communities: everybody who is or was a party, each once."""

from datetime import date

from litestar import Response, route
from litestar.di import Provide
from litestar.params import FromPath
from msgspec import Struct

from api.requests import READ, HttpRequest, services_of
from api.rest.moments import Pinned, asked, today
from api.rest.paging import Listing, PagePinned, answered, cursor_after, listed, place
from api.rest.partnerships import OfCountry, Search, country_of, query_of
from domain.refusals import NotFound
from projections.communities.community import Community
from projections.views import Filters


class CommunityList(Listing, frozen=True, kw_only=True):
    """Parties of partnerships that had possibly begun on the day, in order of their names."""

    items: tuple[Community, ...]


class CommunityAt(Struct, frozen=True):
    """One community. `partnerships` is how many of it had possibly begun on the day `as_of`;
    `GET /partnerships?community=` lists them. `incomplete_from` is the first entry of the register
    that cannot be shown, so that it may be missing here; null where all are.
    """

    as_of: date
    position: int
    community: Community
    partnerships: int
    incomplete_from: int | None = None


@route(
    "/communities",
    http_method=READ,
    summary="Communities",
    dependencies={"page": Provide(place)},
)
async def communities(
    request: HttpRequest, page: PagePinned, q: Search = None, country: OfCountry = None
) -> Response[CommunityList]:
    """Found by parts of any name that was recorded for them, and by country."""
    services, at = services_of(request), page.at
    found = await services.communities.search(
        position=at.position,
        # No partnership begins after today.
        as_of=at.as_of if at.as_of < today(services) else None,
        query=query_of(q),
        country=country_of(country),
        after=page.after_as(tuple[str, str]),
        limit=page.limit,
        total=page.total,
    )
    return listed(
        request,
        CommunityList(
            as_of=at.as_of,
            position=at.position,
            leaf_hash=at.leaf_hash.hex(),
            items=found.rows,
            next=cursor_after(request, at, found.next_after),
            total=found.total,
            incomplete_from=await services.parking.first(at.position),
        ),
    )


@route(
    "/communities/{community_id:str}",
    http_method=READ,
    summary="One community",
    dependencies={"at": Provide(asked)},
)
async def community(
    request: HttpRequest, community_id: FromPath[str], at: Pinned
) -> Response[CommunityAt]:
    """With all names that were recorded for it."""
    services = services_of(request)
    found = await services.communities.get(community_id, position=at.position)
    if found is None:
        raise NotFound(
            "community", community_id[:40], "Find its id by `q` in the list of communities."
        )
    theirs = await services.register.search(Filters(community=community_id), at.moment, limit=1)
    incomplete = await services.parking.first(at.position)
    return answered(CommunityAt(at.as_of, at.position, found, theirs.total or 0, incomplete), at)


HANDLERS = (communities, community)
