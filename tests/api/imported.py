"""A list of partnerships that is imported into a ledger, and what is recorded then."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from api.founding import Founded, Founding, found
from api.import_report import ImportReport
from api.importing import import_list, open_list
from domain.decider import Act
from domain.history import entry_of
from domain.partnership.commands import RecordLegacyPartnership
from domain.partnership.events import LegacyPartnershipRecorded, PartnershipEnded
from domain.ports import Actor, Ledger
from domain.values import Citation, CommunityId, PartnershipId, Party
from projections.views import Register

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ADMINISTRATOR = Actor("register", "The register", "", "r-administrator", "administrator")
SHARED = Path(__file__).parents[3] / "shared" / "data" / "relations.csv"
HEKMAN = SHARED.parent / "raw" / "hekman-twin_cities.csv"
HEADER = "a_name,a_iso2,b_name,b_iso2\n"
DATED = "a_name,a_country,a_lat,a_lng,b_name,b_country,since,formally_since,status\n"

Written = Callable[[str], Path]


class Pairs:
    """The one reading of the register that an import needs, straight from the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def pairs(self) -> AsyncIterator[tuple[str, Party, Party, bool]]:
        events = [entry_of(stored).event for stored in await self._ledger.read_after(0, 50_000)]
        ended = {event.partnership for event in events if isinstance(event, PartnershipEnded)}
        for event in events:
            if isinstance(event, LegacyPartnershipRecorded):
                live = event.partnership not in ended
                yield event.partnership, event.home, event.counterpart, live


class NoPairs:
    """A register whose read models were not built yet."""

    async def pairs(self) -> AsyncIterator[tuple[str, Party, Party, bool]]:
        nothing: tuple[tuple[str, Party, Party, bool], ...] = ()
        for pair in nothing:
            yield pair


async def imported(
    path: Path,
    ledger: Ledger,
    *,
    dry_run: bool = False,
    source: str | None = "Twin towns, Region of Lleida",
    listed_on: str | None = "2026-02",
    register: object = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    skip_look_alikes: bool = False,
) -> ImportReport:
    return await import_list(
        await open_list(path),
        ledger,
        cast(Register, register or Pairs(ledger)),
        dry_run=dry_run,
        source=source,
        listed_on=listed_on,
        actor=ADMINISTRATOR,
        now=NOW,
        progress=progress,
        skip_look_alikes=skip_look_alikes,
    )


async def recorded(ledger: Ledger, home: Party, counterpart: Party) -> PartnershipId:
    command = RecordLegacyPartnership(
        home,
        counterpart,
        "active",
        "sister",
        "sister_city",
        "named_page",
        (Citation("A page"),),
    )
    key = f"{home.community}-{counterpart.community}"
    (answer,) = await found(ledger, [Founding(command, Act(ADMINISTRATOR, key, NOW))])
    assert isinstance(answer, Founded)
    return answer.partnership


def place(community: str, name: str, country: str) -> Party:
    return Party(CommunityId(community), name, country)


async def legacy(ledger: Ledger) -> list[LegacyPartnershipRecorded]:
    events = [entry_of(stored).event for stored in await ledger.read_after(0, 100)]
    return [event for event in events if isinstance(event, LegacyPartnershipRecorded)]
