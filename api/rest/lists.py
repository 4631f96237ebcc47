"""Reference lists: what an authority published, edition by edition."""

from datetime import date
from functools import cache

from litestar import Response, route
from litestar.di import Provide
from litestar.params import FromPath
from msgspec import Struct

from adapters.lists import shipped_lists
from api.requests import READ, HttpRequest
from api.rest.moments import Pinned, asked
from api.rest.paging import answered
from domain.regime.lists import Lists, ScoreList, list_of

NOTE = (
    "Comes with this release of Twinledger and not from the ledger: `known-at` and `position` "
    "change nothing."
)
_IN_FORCE = "The newest edition whose year had ended by the day."


class ReferenceList(Struct, frozen=True):
    """`in_force` is the edition that counts on the day by `in_force_rule`, null before the first.

    `sha256` is that of the file as it was published.
    """

    id: str
    title: str
    attribution: str
    sha256: str
    editions: tuple[str, ...]
    in_force: str | None
    in_force_rule: str


class ReferenceLists(Struct, frozen=True):
    """All lists that are here."""

    as_of: date
    position: int
    note: str
    items: tuple[ReferenceList, ...]


class ReferenceListAt(Struct, frozen=True):
    """One list with its editions."""

    as_of: date
    position: int
    note: str
    list: ReferenceList


class EditionAt(Struct, frozen=True):
    """The scores of one edition by country (ISO 3166-1, two letters); a country that is absent has
    none. `in_force` says whether it is the edition that counts on the day.
    """

    as_of: date
    position: int
    note: str
    id: str
    title: str
    attribution: str
    sha256: str
    edition: str
    in_force: bool
    scores: dict[str, int]


@route("/lists", http_method=READ, summary="Reference lists", dependencies={"at": Provide(asked)})
async def lists(request: HttpRequest, at: Pinned) -> Response[ReferenceLists]:
    """With the edition of each that counts on the day."""
    items = tuple(_shown(one, at.as_of) for one in shipped().values())
    return answered(ReferenceLists(at.as_of, at.position, NOTE, items), at)


@route(
    "/lists/{list_id:str}",
    http_method=READ,
    summary="One reference list",
    dependencies={"at": Provide(asked)},
)
async def reference_list(
    request: HttpRequest, list_id: FromPath[str], at: Pinned
) -> Response[ReferenceListAt]:
    """Which editions there are, and which counts on the day."""
    shown = _shown(list_of(shipped(), list_id), at.as_of)
    return answered(ReferenceListAt(at.as_of, at.position, NOTE, shown), at)


@route(
    "/lists/{list_id:str}/{edition:str}",
    http_method=READ,
    summary="One edition of a list",
    dependencies={"at": Provide(asked)},
)
async def edition(
    request: HttpRequest, list_id: FromPath[str], edition: FromPath[str], at: Pinned
) -> Response[EditionAt]:
    """Every score of the edition."""
    found = list_of(shipped(), list_id)
    return answered(
        EditionAt(
            at.as_of,
            at.position,
            NOTE,
            found.id,
            found.title,
            found.attribution,
            found.sha256,
            edition,
            _in_force(found, at.as_of) == edition,
            found.edition(edition),
        ),
        at,
    )


@cache
def shipped() -> Lists:
    """The lists of this release, read once."""
    return shipped_lists()


def _shown(found: ScoreList, day: date) -> ReferenceList:
    return ReferenceList(
        found.id,
        found.title,
        found.attribution,
        found.sha256,
        tuple(sorted(found.editions)),
        _in_force(found, day),
        _IN_FORCE,
    )


def _in_force(found: ScoreList, day: date) -> str | None:
    """Editions are named by the year that they are about, and come out when it is over."""
    return max((one for one in found.editions if int(one) < day.year), default=None)


HANDLERS = (lists, reference_list, edition)
