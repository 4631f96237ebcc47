"""Private values: what there is for everybody, what it says for who may read it."""

from datetime import date

from litestar import Response, route
from litestar.di import Provide
from litestar.params import FromPath
from msgspec import Struct

from api.identity import account_actor
from api.private import PrivateValue, private_values
from api.requests import READ, HttpRequest, services_of
from api.rest.moments import Pinned, asked
from api.rest.paging import answered
from api.rest.who import person_of
from domain.values import PartnershipId, read_partnership_id


class PrivateValues(Struct, frozen=True):
    """Those of one partnership, of the entries up to `position`, in their order."""

    as_of: date
    position: int
    partnership: PartnershipId
    items: tuple[PrivateValue, ...]


@route(
    "/partnerships/{ref:str}/private",
    http_method=READ,
    summary="Its private values",
    dependencies={"at": Provide(asked)},
)
async def private(request: HttpRequest, ref: FromPath[str], at: Pinned) -> Response[PrivateValues]:
    """Which fields of its entries are not public; what they say, with a token of who may read it.

    These are the staff of the community that recorded them, and oversight officers. With `known-at`
    or `position` only those of the entries until then, but as they are now: what was erased since
    is erased. The day `as-of` changes nothing here.
    """
    reference = read_partnership_id(ref)
    person = await person_of(request)
    actor = account_actor(person.account) if person else None
    values = await private_values(services_of(request), reference, actor)
    items = tuple(value for value in values if value.position <= at.position)
    headers = {"cache-control": "no-store", "vary": "authorization"}
    return answered(PrivateValues(at.as_of, at.position, reference, items), at, **headers)


HANDLERS = (private,)
