"""A list of partnerships comes into a register: what is new, what doubles, what is refused."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import asyncpg
import pytest
from msgspec.structs import replace

from adapters.imports.errors import BrokenCsv
from adapters.ledger import MemoryLedger, PostgresLedger
from api.commands import execute
from api.founding import Founded, Founding, found
from api.import_report import ImportReport
from api.importing import import_list, open_list
from domain.dates import parse
from domain.decider import Act
from domain.history import entry_of
from domain.partnership.commands import End, RecordLegacyPartnership
from domain.partnership.events import LegacyPartnershipRecorded, PartnershipEnded
from domain.ports import Actor, Ledger
from domain.refusals import Invalid
from domain.values import Citation, CommunityId, DatedFact, PartnershipId, Party
from projections.views import Register

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ADMINISTRATOR = Actor("register", "The register", "", "r-administrator", "administrator")
SHARED = Path(__file__).parents[3] / "shared" / "data" / "relations.csv"
HEKMAN = SHARED.parent / "raw" / "hekman-twin_cities.csv"
HEADER = "a_name,a_iso2,b_name,b_iso2\n"


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


Written = Callable[[str], Path]


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(content: str) -> Path:
        path = tmp_path / "list.csv"
        path.write_text(content)
        return path

    return write


async def imported(
    path: Path,
    ledger: Ledger,
    *,
    dry_run: bool = False,
    source: str | None = "Twin towns, Region of Lleida",
    listed_on: str | None = "2026-02",
    register: object = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
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


async def test_a_listed_pair_becomes_a_legacy_record_of_the_lists_day(
    ledger: MemoryLedger, written: Written
) -> None:
    report = await imported(written(HEADER + "Encamp,AD,Mojácar,ES\n"), ledger)
    (record,) = await legacy(ledger)

    assert (report.rows, report.new) == (1, 1)
    assert (record.home.community, record.counterpart.community) == ("ad-encamp", "es-mojácar")
    assert (record.status, record.grade, record.listed_on) == ("active", "list_only", "2026-02")
    assert record.sources[0].title == "Twin towns, Region of Lleida, line 2"


async def test_another_day_of_the_list_can_be_given(ledger: MemoryLedger, written: Written) -> None:
    await imported(written(HEADER + "Encamp,AD,Alghero,IT\n"), ledger, listed_on="2019~")

    assert (await legacy(ledger))[0].listed_on == "2019~"


@pytest.mark.parametrize(
    ("source", "listed_on", "field"),
    [
        (None, "2025", "source"),
        (" ", "2025", "source"),
        ("x" * 151, "2025", "source"),
        ("a\x00b", "2025", "source"),
        ("A list", None, "listed_on"),
        ("A list", "", "listed_on"),
    ],
)
async def test_a_list_that_does_not_say_what_it_is_stops_before_anything_is_recorded(
    ledger: MemoryLedger, written: Written, source: str | None, listed_on: str | None, field: str
) -> None:
    file = written(HEADER + "Encamp,AD,Alghero,IT\n")

    with pytest.raises(Invalid) as refused:
        await imported(file, ledger, source=source, listed_on=listed_on)

    assert refused.value.field == field
    assert await ledger.read_after(0, 1) == []


async def test_a_day_that_cannot_be_read_stops_before_anything_is_recorded(
    ledger: MemoryLedger, written: Written
) -> None:
    with pytest.raises(Invalid, match="listed_on"):
        await imported(written(HEADER + "Encamp,AD,Alghero,IT\n"), ledger, listed_on="lately")

    assert (await ledger.head()).position == 0


async def test_the_same_pair_in_other_letters_names_its_twins_line(
    ledger: MemoryLedger, written: Written
) -> None:
    lines = "Asti,IT,Biberach an der Riss,DE\nBIBERACH  an der Riß,DE,Asti,IT\n"
    report = await imported(written(HEADER + lines), ledger)

    assert (report.new, report.refused) == (1, ())
    assert [(row.line, row.reason) for row in report.duplicates] == [
        (3, "The same pair as in line 2.")
    ]


async def test_pairs_that_differ_by_a_hyphen_are_recorded_and_pointed_out(
    ledger: MemoryLedger, written: Written
) -> None:
    lines = "Ludlow,GB,La Ferté Macé,FR\nLudlow,GB,La Ferté-Macé,FR\n"
    report = await imported(written(HEADER + lines), ledger)

    assert report.new == 2
    assert [(row.line, row.of_line) for row in report.look_alikes] == [(3, 2)]
    assert [record.counterpart.community for record in await legacy(ledger)] == [
        "fr-la-ferté-macé",
        "fr-la-ferté-macé-2",
    ]


async def test_a_pair_of_the_register_is_a_duplicate_naming_its_reference(
    ledger: MemoryLedger, written: Written
) -> None:
    reference = await recorded(
        ledger, place("us-norfolk", "Norfolk", "US"), place("ru-kaliningrad", "Kaliningrad", "RU")
    )
    report = await imported(written(HEADER + "KALININGRAD,RU,norfolk,US\n"), ledger)

    assert report.new == 0
    assert report.duplicates[0].reason == f"Already in the register as {reference}."


async def test_a_pair_that_the_register_knows_as_ended_is_not_revived(
    ledger: MemoryLedger, written: Written
) -> None:
    reference = await recorded(ledger, place("cz-a", "A", "CZ"), place("cn-b", "B", "CN"))
    council = Actor("council", "", "cz-a", "r-clerk", "clerk")
    await execute(
        ledger,
        End("home", (Citation("Minutes"),)),
        Act(council, "end", NOW, parse("2020")),
        partnership=reference,
    )
    report = await imported(written(HEADER + "A,CZ,B,CN\n"), ledger)

    assert report.new == 0
    assert f"{reference}, which is over" in report.duplicates[0].reason


async def test_a_place_that_the_register_knows_keeps_its_id(
    ledger: MemoryLedger, written: Written
) -> None:
    await recorded(ledger, place("us-tokyo-q1", "Tokyo", "JP"), place("us-x", "X", "US"))
    await imported(written(HEADER + "Tokyo,JP,Berlin,DE\n"), ledger)

    assert (await legacy(ledger))[-1].home.community == "us-tokyo-q1"


async def test_one_of_several_homonyms_is_not_guessed(
    ledger: MemoryLedger, written: Written
) -> None:
    seville = place("es-seville", "Seville", "ES")
    await recorded(ledger, place("us-columbus", "Columbus", "US"), seville)
    await recorded(ledger, place("us-columbus-q2", "Columbus", "US"), seville)
    report = await imported(written(HEADER + "Columbus,US,Genoa,IT\n"), ledger)
    record = (await legacy(ledger))[-1]

    assert report.new == 1
    assert record.home.community == "us-columbus-unplaced"
    assert record.statement.startswith("Several communities are named Columbus")


async def test_a_dry_run_says_the_same_and_records_nothing(
    ledger: MemoryLedger, written: Written
) -> None:
    path = written(HEADER + "Encamp,AD,Alghero,IT\nAlghero,IT,Encamp,AD\nEncamp,UK,Alghero,IT\n")
    dry = await imported(path, ledger, dry_run=True)
    assert (await ledger.head()).position == 0
    wet = await imported(path, ledger)

    assert (dry.new, dry.duplicates, dry.refused) == (wet.new, wet.duplicates, wet.refused)
    assert [row.line for row in wet.refused] == [4]


async def test_a_second_run_changes_nothing(ledger: MemoryLedger, written: Written) -> None:
    path = written(HEADER + "Encamp,AD,Alghero,IT\nEncamp,AD,Mojácar,ES\n")
    await imported(path, ledger)
    report = await imported(path, ledger)

    assert (report.new, (await ledger.head()).position) == (0, 2)
    assert "earlier run of this import" in report.duplicates[0].reason


async def test_a_second_run_is_exact_before_the_read_models_are_built(
    ledger: MemoryLedger, written: Written
) -> None:
    path = written(HEADER + "Encamp,AD,Alghero,IT\n")
    await imported(path, ledger)
    report = await imported(path, ledger, register=NoPairs())

    assert (report.new, report.duplicates[0].why) == (0, "earlier_run")


async def test_an_interrupted_import_goes_on_where_it_ended(
    ledger: MemoryLedger, written: Written
) -> None:
    path = written(HEADER + "".join(f"Town {n},FR,Stadt {n},DE\n" for n in range(1_200)))

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await imported(path, ledger, progress=interrupt)
    stood = (await ledger.head()).position
    report = await imported(path, ledger)

    assert 0 < stood < 1_200
    assert (report.new, len(report.duplicates)) == (1_200 - stood, stood)
    assert (await ledger.head()).position == 1_200


async def test_of_a_file_that_breaks_off_in_a_quotation_nothing_is_recorded(
    ledger: MemoryLedger, written: Written
) -> None:
    with pytest.raises(BrokenCsv, match="begins in line 3"):
        await imported(written(HEADER + 'Encamp,AD,Alghero,IT\n"Encamp'), ledger)

    assert (await ledger.head()).position == 0


async def test_progress_ends_at_all_rows(ledger: MemoryLedger, written: Written) -> None:
    told: list[tuple[int, int]] = []
    path = written(HEADER + "".join(f"Town {n},FR,Stadt {n},DE\n" for n in range(600)))
    await imported(path, ledger, progress=lambda done, total: told.append((done, total)))

    assert told == [(500, 600), (600, 600)]


DATED = "a_name,a_country,a_lat,a_lng,b_name,b_country,since,formally_since,status\n"


async def test_what_a_list_knows_of_a_pair_is_recorded(
    ledger: MemoryLedger, written: Written
) -> None:
    row = "Paderborn,Germany,51.72,8.75,Le Mans,France,836,1967,\n"
    await imported(written(DATED + row), ledger)
    (record,) = await legacy(ledger)

    assert (record.home.latitude, record.home.longitude) == ("51.72", "8.75")
    assert (record.since, record.formally_since) == (
        DatedFact("0836", "list_only"),
        DatedFact("1967", "list_only"),
    )


@pytest.mark.parametrize("status", ["suspended", "ended"])
async def test_a_pair_that_the_list_calls_over_or_suspended_is_recorded_so(
    ledger: MemoryLedger, written: Written, status: str
) -> None:
    await imported(written(DATED + f"Dresden,Germany,,,Ufa,Russia,1997,,{status}\n"), ledger)

    assert [record.status for record in await legacy(ledger)] == [status]


@pytest.mark.parametrize(
    ("dates", "field", "said"),
    [
        ("2999,", "since", "lies in the future"),
        ("1967,1950", "formally_since", "before the bond itself"),
    ],
)
async def test_dates_that_cannot_be_refuse_the_row_in_a_dry_run_and_a_run(
    ledger: MemoryLedger, written: Written, dates: str, field: str, said: str
) -> None:
    path = written(DATED + f"Dresden,Germany,,,Ufa,Russia,{dates},\n")
    dry = await imported(path, ledger, dry_run=True)
    wet = await imported(path, ledger)

    assert dry.refused == wet.refused
    assert wet.refused[0].field == field
    assert said in wet.refused[0].problem


async def test_a_country_without_a_code_is_named_in_the_statement(
    ledger: MemoryLedger, written: Written
) -> None:
    row = "Kyrenia,Northern Cyprus,,,Alanya,Turkey,,,\n"
    await imported(written(DATED + row), ledger)
    (record,) = await legacy(ledger)

    assert (record.home.country, record.counterpart.country) == ("", "TR")
    assert record.statement == "The list gives Northern Cyprus as the country of Kyrenia."


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ("Ufa,Russia,,,Halle,Germany,1999,,", "since is 1999 here and 1997 there"),
        ("Halle,Germany,,,Ufa,Russia,1997,,ended", "it is ended here and active there"),
        ("Halle,Germany,55,12,Ufa,Russia,1997,,", "the two Halle lie 391 km apart"),
        ("Halle,Germany,51.5,12,Ufa,Russia,1997,,", "line 2."),
    ],
)
async def test_a_second_row_of_a_pair_says_where_it_differs(
    ledger: MemoryLedger, written: Written, second: str, said: str
) -> None:
    first = "Halle,Germany,51.48,11.97,Ufa,Russia,1997,,\n"
    report = await imported(written(f"{DATED}{first}{second}\n"), ledger)

    assert report.new == 1
    assert said in report.duplicates[0].reason


@pytest.mark.parametrize(
    ("name", "other"),
    [("Piteşti", "Pitești"), ("Mojacar", "Mojácar"), ("Chambéry-le-Vieux", "Chambery le Vieux")],
)
async def test_names_that_look_alike_are_reported_though_their_pairs_differ(
    ledger: MemoryLedger, written: Written, name: str, other: str
) -> None:
    report = await imported(
        written(HEADER + f"Asti,IT,{name},FR\nBiberach,DE,{other},FR\n"), ledger
    )

    assert (report.new, report.look_alikes) == (2, ())
    assert [row.reason for row in report.names_alike] == [f"{other} may be {name} of line 2."]


async def test_a_name_that_looks_like_one_of_the_register_names_its_record(
    ledger: MemoryLedger, written: Written
) -> None:
    reference = await recorded(ledger, place("us-x", "X", "US"), place("fr-y", "Orléans", "FR"))
    report = await imported(written(HEADER + "Orleans,FR,Dundee,GB\n"), ledger)

    assert [row.reference for row in report.names_alike] == [reference]


async def test_a_json_list_on_one_line_names_its_objects(
    ledger: MemoryLedger, written: Written
) -> None:
    pair = '{"a_name": "Asti", "a_country": "IT", "b_name": "Biberach", "b_country": "DE"}'
    report = await imported(written(f"[{pair}, {pair}]"), ledger)

    assert (report.new, report.duplicates[0].reason) == (1, "The same pair as in line 1.")
    assert (report.line, report.duplicates[0].line) == ("object", 2)
    assert (await legacy(ledger))[0].sources[0].title.endswith(", object 1")


@pytest.mark.skipif(not HEKMAN.exists(), reason=f"{HEKMAN} is not on this machine")
async def test_a_messy_list_is_taken_but_for_eight_rows_just_as_its_dry_run_said(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    ledger = PostgresLedger(pool)
    dry = await imported(HEKMAN, ledger, register=NoPairs(), dry_run=True)
    wet = await imported(HEKMAN, ledger, register=NoPairs())

    assert replace(dry, dry_run=False) == wet
    assert (wet.rows, wet.new, len(wet.duplicates)) == (25_917, 24_824, 1_085)
    assert [(row.line, row.field) for row in wet.refused] == [
        *((4827, "b_country"), (6915, "b_country"), (12069, "b_name"), (12309, "b_country")),
        *((20844, "b_country"), (24153, "b_name"), (24482, "b_name"), (25541, "b_country")),
    ]
    assert all(row.of_line for row in wet.duplicates)


@pytest.mark.skipif(not SHARED.exists(), reason=f"{SHARED} is not on this machine")
async def test_the_whole_list_has_two_rows_that_double_others(
    pool: "asyncpg.Pool[asyncpg.Record]",
) -> None:
    report = await imported(SHARED, PostgresLedger(pool), register=NoPairs())

    assert (report.rows, report.new, report.refused) == (24_893, 24_891, ())
    assert [(row.line, row.of_line) for row in report.duplicates] == [(8939, 8937), (15639, 15636)]
    assert (len(report.look_alikes), len(report.names_alike)) == (50, 39)
