"""One community as all that was recorded of it says, and the contract of who reads it."""

from datetime import date
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from domain.values import Party


class Community(Struct, frozen=True, omit_defaults=True):
    """What is stored, and what is read: a change raises the projection's version.

    `name` is the newest one that was recorded by who may speak for it: its own people, or those who
    act for no community. `other_names` are the others: those before it, the newest first, and
    behind them what other communities call it.
    `country` is ISO 3166-1 alpha-2 or empty, `latitude` and `longitude` decimal degrees as text.
    `version` is the position of the last entry that said something new, `first_position` that of
    the first one.
    """

    community: str
    name: str
    country: str
    first_position: int
    version: int
    level: str = ""
    qid: str = ""
    latitude: str = ""
    longitude: str = ""
    population: int | None = None
    other_names: tuple[str, ...] = ()


def first_known(party: Party, position: int) -> Community:
    """A community when it is recorded for the first time."""
    return Community(
        party.community,
        party.name,
        party.country,
        position,
        position,
        party.level,
        party.qid,
        party.latitude,
        party.longitude,
        party.population,
    )


def known_further(known: Community, party: Party, position: int) -> Community:
    """The community with what a further record says; what that record leaves out, stays."""
    further = replace(
        named(known, party.name),
        country=party.country or known.country,
        level=party.level or known.level,
        qid=party.qid or known.qid,
        latitude=party.latitude or known.latitude,
        longitude=party.longitude or known.longitude,
        population=known.population if party.population is None else party.population,
    )
    return known if further == known else replace(further, version=position)


def known_from_others(known: Community, party: Party, position: int) -> Community:
    """The community with what another one's people say: it fills gaps and replaces nothing."""
    names = known.other_names
    further = replace(
        known,
        other_names=names if party.name in (known.name, *names) else (*names, party.name),
        country=known.country or party.country,
        level=known.level or party.level,
        qid=known.qid or party.qid,
        latitude=known.latitude or party.latitude,
        longitude=known.longitude or party.longitude,
        population=party.population if known.population is None else known.population,
    )
    return known if further == known else replace(further, version=position)


def named(known: Community, name: str) -> Community:
    """The community under a newer name."""
    if name == known.name:
        return known
    others = tuple(other for other in (known.name, *known.other_names) if other != name)
    return replace(known, name=name, other_names=others)


class CommunityPage(Struct, frozen=True):
    """Some communities in order of their names; `next_after` continues, None at the end."""

    rows: tuple[Community, ...]
    next_after: tuple[str, str] | None
    total: int | None


class Communities(Protocol):
    """All communities that were ever a party, at any position."""

    async def search(
        self,
        *,
        position: int,
        as_of: date | None = None,
        query: str = "",
        country: str = "",
        after: tuple[str, str] | None = None,
        limit: int = 50,
        total: bool = False,
    ) -> CommunityPage:
        """As known at `position`; with `as_of` those with a partnership possibly begun by then."""
        ...

    async def get(self, community: str, *, position: int) -> Community | None:
        """One, or None when it is not recorded at that position."""
        ...
