"""The register: search, filters, counts, one row for each partnership."""

from typing import Any, get_args

from litestar import Response, route
from msgspec import Struct

from api import as_at
from api.countries import country_name
from api.identity import Visitor
from api.moments import read_moment
from api.problems import Item as Mistake
from api.problems import Told, attempt
from api.requests import READ, HttpRequest, services_of
from api.typed import Typed, unfit
from api.web.cases import FOUNDING
from api.web.typed import read_query
from api.web.visitors import page, see, visitor_of
from api.web.wording import STATUS_WORDS
from domain.answers import answers, who_may_act
from domain.dates import in_words
from domain.partnership.state import Unknown
from domain.review.state import Reviews
from domain.values import Status, Tier
from projections.views import Counts, Filters
from projections.words import capitalised, word

AT_ONCE = 25
_FILTERS = ("q", "status", "country", "tier", "community", "under-review", "after")


class Bar(Struct, frozen=True):
    """One status in the picture: its word, how many, and the width out of 100."""

    status: str
    name: str
    number: int
    width: float


@route("/", http_method=READ)
async def home(request: HttpRequest) -> Response[bytes]:
    """The register is the first page."""
    return see("/partnerships")


@route("/partnerships", http_method=READ)
async def register(request: HttpRequest) -> Response[bytes]:
    """Search and filter; what was asked stays in the form, also where it cannot be answered."""
    services = services_of(request)
    typed = read_query(request)
    asked = await read_moment(services, typed)
    filters, mistakes = _filters(typed)
    mistakes = (*asked.mistakes, *mistakes)
    countries = await services.register.countries()
    common: dict[str, Any] = {
        "section": "register",
        "typed": typed,
        "asked": asked,
        "incomplete_from": await services.parking.first(asked.moment.position),
        "countries": sorted(
            ((code, country_name(code)) for code, _ in countries if code), key=lambda one: one[1]
        ),
        "filtered": any(typed.one(name) for name in _FILTERS),
        "statuses": STATUS_WORDS,
        "tiers": get_args(Tier),
        "begins": _begins(await visitor_of(request)),
        "proposers": ", ".join(map(word, who_may_act(Reviews(), "submit-proposal"))),
    }
    if mistakes:
        told = Told(400, "Some of the search cannot be read", mistakes)
        return await page(request, "register.html", status=400, told=told, found=None, **common)
    after = typed.one("after") or None
    found = await attempt(
        services.register.search(filters, asked.moment, limit=AT_ONCE, after=after)
    )
    if isinstance(found, Told):
        return await page(request, "register.html", status=400, told=found, found=None, **common)
    counts = await services.register.counts(asked.moment)
    known = asked.moment.position
    if known is None:
        known = (await services.shown()).position
    return await page(
        request,
        "register.html",
        told=None,
        found=found,
        counts=counts,
        as_at=str(await as_at.as_at(services.ledger, known)),
        bars=bars_of(counts),
        searched=_searched(typed),
        **common,
    )


def _begins(visitor: Visitor) -> dict[str, str]:
    """The forms with which this visitor may begin a record: what each does, by its address."""
    actor = visitor.acting_on(Unknown())
    if actor is None:
        return {}
    return {
        FOUNDING[answer.verb]: capitalised(answer.act)
        for answer in answers(Reviews(), actor)
        if answer.verb in FOUNDING and answer.allowed
    }


def bars_of(counts: Counts) -> tuple[Bar, ...]:
    """In the order of a partnership's life, only what there is; undetermined ones last."""
    numbers = [(status, counts.by_status.get(status, 0)) for status in STATUS_WORDS]
    rows: list[tuple[str, str, int]] = [
        (status, STATUS_WORDS[status][0], number) for status, number in numbers if number
    ]
    if counts.uncertain:
        rows.append(("undetermined", "Undetermined", counts.uncertain))
    most = max((number for _, _, number in rows), default=1)
    return tuple(
        Bar(status, name, number, max(round(100 * number / most, 1), 0.6))
        for status, name, number in rows
    )


def _filters(typed: Typed) -> tuple[Filters, tuple[Mistake, ...]]:
    query, country = typed.one("q"), typed.one("country").upper()
    mistakes = [
        Mistake(field, problem)
        for field in ("q", "country", "after", "community")
        if (problem := unfit(typed.one(field)))
    ]
    if len(query) > 200:
        mistakes.append(Mistake("q", "A search has at most 200 characters. Shorten it."))
    if len(country) > 2:
        mistakes.append(Mistake("country", "A country is two letters: DE for Germany."))
    status: Status | None = next((s for s in STATUS_WORDS if s == typed.one("status")), None)
    if typed.one("status") and status is None:
        mistakes.append(Mistake("status", "There is no such status. Choose one."))
    tier: Tier | None = next((t for t in get_args(Tier) if t == typed.one("tier")), None)
    if typed.one("tier") and tier is None:
        mistakes.append(Mistake("tier", "There is no such level. Choose one."))
    under_review = bool(typed.one("under-review"))
    return (
        Filters(query, status, country, tier, under_review, typed.one("community")[:200]),
        tuple(mistakes),
    )


def _searched(typed: Typed) -> list[str]:
    """What was searched, for a page without results."""
    said = [
        ("q", "the text \u201c{}\u201d in names and references"),
        ("status", "the status {}"),
        ("country", "the country {}"),
        ("tier", "the level {}"),
        ("as-of", "as of {}"),
        ("known-at", "as known on {}"),
        ("position", "as known at entry {}"),
        ("community", "the community {}"),
    ]
    shown = {
        "status": word,
        "tier": word,
        "country": _country,
        "as-of": in_words,
        "known-at": in_words,
    }
    parts = [
        sentence.format(shown.get(name, str)(typed.one(name)))
        for name, sentence in said
        if typed.one(name)
    ]
    return [*parts, "an open transparency review"] if typed.one("under-review") else parts


def _country(code: str) -> str:
    return country_name(code.upper())
