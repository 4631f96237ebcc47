"""Regimes: readings of laws and bills, with their clauses and the rule that asks the facts."""

from datetime import date
from functools import cache
from typing import Literal

from litestar import Response, route
from litestar.di import Provide
from litestar.params import FromPath
from msgspec import Struct

from adapters.regimes import RegimeFile, load_regime, shipped_regimes
from api.requests import READ, HttpRequest
from api.rest.lists import NOTE, shipped
from api.rest.moments import Pinned, asked
from api.rest.paging import answered
from domain.dates import parse
from domain.refusals import NotFound
from domain.regime.regime import Regime
from domain.regime.rule import in_words

Standing = Literal["not_introduced", "bill", "not_yet_in_force", "in_force", "no_longer_in_force"]


class RegimeSummary(Struct, frozen=True):
    """`standing` is as of the day; dates are EDTF, empty where there is none.

    `notice` is what everything under this regime says first. `sha256` is that of its file.
    """

    id: str
    version: int
    title: str
    form: str
    standing: Standing
    notice: str
    report: str
    criteria: str
    introduced: str
    in_force_from: str
    in_force_until: str
    sha256: str


class RegimeList(Struct, frozen=True):
    """All regimes that are here, each in the version that counts on the day."""

    as_of: date
    position: int
    note: str
    items: tuple[RegimeSummary, ...]


class RegimeAt(Struct, frozen=True):
    """One regime in the version that counts on the day, the first one before that. `versions` are
    all of it; `rule_in_words` says what its rule asks.
    """

    as_of: date
    position: int
    note: str
    summary: RegimeSummary
    versions: tuple[int, ...]
    rule_in_words: str
    regime: Regime


@route("/regimes", http_method=READ, summary="Regimes", dependencies={"at": Provide(asked)})
async def regimes(request: HttpRequest, at: Pinned) -> Response[RegimeList]:
    """Laws, bills and rules of membership, as data."""
    ids = dict.fromkeys(file.regime.id for file in _files())
    items = tuple(_summary(_version(_versions(one), at.as_of), at.as_of) for one in ids)
    return answered(RegimeList(at.as_of, at.position, NOTE, items), at)


@route(
    "/regimes/{regime_id:str}",
    http_method=READ,
    summary="One regime",
    dependencies={"at": Provide(asked)},
)
async def regime(request: HttpRequest, regime_id: FromPath[str], at: Pinned) -> Response[RegimeAt]:
    """With its clauses, its rule and the examples that the rule is held to."""
    versions = _versions(regime_id)
    if not versions:
        known = ", ".join(sorted({file.regime.id for file in _files()}))
        raise NotFound("regime", regime_id[:60], f"There are {known}.")
    file = _version(versions, at.as_of)
    return answered(
        RegimeAt(
            at.as_of,
            at.position,
            NOTE,
            _summary(file, at.as_of),
            tuple(one.regime.version for one in versions),
            in_words(file.regime.rule, shipped()),
            file.regime,
        ),
        at,
    )


@cache
def _files() -> tuple[RegimeFile, ...]:
    """The regimes of this release, read once."""
    return tuple(load_regime(name, shipped()) for name in shipped_regimes())


def _versions(regime_id: str) -> list[RegimeFile]:
    found = [file for file in _files() if file.regime.id == regime_id]
    return sorted(found, key=lambda file: file.regime.version)


def _version(versions: list[RegimeFile], day: date) -> RegimeFile:
    """The newest one that was introduced by the day; the first one where none was."""
    introduced = [file for file in versions if _reached(file.regime.introduced, day)]
    return introduced[-1] if introduced else versions[0]


def _summary(file: RegimeFile, day: date) -> RegimeSummary:
    regime = file.regime
    return RegimeSummary(
        regime.id,
        regime.version,
        regime.title,
        regime.form,
        _standing(regime, day),
        regime.notice,
        regime.report,
        regime.criteria,
        regime.introduced,
        regime.in_force_from,
        regime.in_force_until,
        file.sha256,
    )


def _standing(regime: Regime, day: date) -> Standing:
    if not _reached(regime.introduced, day):
        return "not_introduced"
    if regime.form == "bill":
        return "bill"
    if not _reached(regime.in_force_from, day):
        return "not_yet_in_force"
    until = parse(regime.in_force_until).latest if regime.in_force_until else None
    return "no_longer_in_force" if until is not None and until < day else "in_force"


def _reached(on: str, day: date) -> bool:
    """Whether a day lies at or after the first that a date can mean; a missing date always is."""
    return not on or parse(on).possibly_reached(day)


HANDLERS = (regimes, regime)
