"""What there is to read, for whoever comes to `/api/v1` first."""

from datetime import date

from litestar import Response, route
from litestar.di import Provide
from msgspec import Struct

from api.requests import READ, HttpRequest, services_of
from api.rest.moments import Pinned, asked
from api.rest.paging import answered

NOUNS = {
    "partnerships": "The register: search, one partnership, its acts, its reviews.",
    "partnerships/actions": "What may begin a record; `/partnerships/{ref}/actions` what may "
    "follow.",
    "communities": "Everybody who is or was a party, each once.",
    "reviews": "Transparency reviews with requests, answers and findings.",
    "entries": "The feed of everything that was recorded, as pages, long poll or stream.",
    "entries/lost": "What a restore from an earlier copy took away, by the hash on its receipts.",
    "lists": "Reference lists that rules rest on, edition by edition.",
    "regimes": "Laws and bills as data: clauses, rules, examples.",
    "reports": "Compliance reports, each figure opened to the rows and entries behind it.",
    "claims": "What is said of partnerships, and what the data say.",
}


class Noun(Struct, frozen=True):
    """An address and what is there."""

    address: str
    says: str


class Index(Struct, frozen=True):
    """`name` is the register's own, empty before it has one."""

    as_of: date
    position: int
    name: str
    nouns: tuple[Noun, ...]
    openapi: str
    docs: str


@route("/", http_method=READ, summary="What there is", dependencies={"at": Provide(asked)})
async def index(request: HttpRequest, at: Pinned) -> Response[Index]:
    """The nouns, the schema and the documentation."""
    nouns = tuple(Noun(f"/api/v1/{noun}", says) for noun, says in NOUNS.items())
    name = services_of(request).name
    return answered(
        Index(at.as_of, at.position, name, nouns, "/api/v1/openapi.json", "/api/docs"), at
    )


HANDLERS = (index,)
