"""What a row of a list becomes in the register, and what stops a list."""

import pytest
from msgspec import Raw, structs
from msgspec.structs import replace

from adapters.imports.errors import BrokenCsv
from adapters.ledger import MemoryLedger
from domain.ports import Recorded, Unreadable
from domain.refusals import Invalid
from domain.values import DatedFact
from tests.api.imported import (
    DATED,
    HEADER,
    NoPairs,
    Written,
    imported,
    legacy,
    place,
    recorded,
)


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


async def test_of_a_file_that_breaks_off_in_a_quotation_nothing_is_recorded(
    ledger: MemoryLedger, written: Written
) -> None:
    with pytest.raises(BrokenCsv, match="begins in line 3"):
        await imported(written(HEADER + 'Encamp,AD,Alghero,IT\n"Encamp'), ledger)

    assert (await ledger.head()).position == 0


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


async def test_an_entry_of_one_pair_that_cannot_be_read_refuses_its_row_and_no_other(
    ledger: MemoryLedger, written: Written
) -> None:
    await recorded(ledger, place("ad-encamp", "Encamp", "AD"), place("it-alghero", "Alghero", "IT"))
    (entry,) = ledger._events
    ledger._events = [replace(entry, public=Raw(b"{}"))]  # sound, and no founding

    file = written(HEADER + "Encamp,AD,Alghero,IT\nEncamp,AD,Genoa,IT\n")
    report = await imported(file, ledger, register=NoPairs())

    assert (report.new, [row.line for row in report.refused]) == (1, [2])
    assert "Entry 1 cannot be read" in report.refused[0].problem


async def test_a_row_of_an_earlier_run_of_which_the_entry_cannot_be_read_is_refused(
    ledger: MemoryLedger, written: Written
) -> None:
    file = written(HEADER + "Encamp,AD,Alghero,IT\nEncamp,AD,Genoa,IT\n")
    await imported(file, ledger)
    ledger._events[0] = unreadable(ledger._events[0])

    report = await imported(file, ledger, register=NoPairs())

    assert [row.line for row in report.refused] == [2]
    assert "Entry 1 is not the one that was recorded" in report.refused[0].problem
    assert [row.line for row in report.duplicates] == [3]


def unreadable(entry: Recorded) -> Unreadable:
    """What the ledger has in its place once its bytes were changed."""
    shown = {"tags": entry.tags, "command": "", "changed": True}
    return Unreadable(**{**structs.asdict(entry), **shown})
