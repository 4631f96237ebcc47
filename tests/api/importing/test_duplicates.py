"""A pair that the file or the register has already, in the same letters or in others."""

import pytest

from adapters.ledger import MemoryLedger
from api.commands import execute
from domain.dates import parse
from domain.decider import Act
from domain.partnership.commands import End
from domain.ports import Actor
from domain.values import Citation
from tests.api.imported import DATED, HEADER, NOW, Written, imported, place, recorded


async def test_the_same_pair_in_other_letters_names_its_twins_line(
    ledger: MemoryLedger, written: Written
) -> None:
    lines = "Asti,IT,Biberach an der Riss,DE\nBIBERACH  an der Riß,DE,Asti,IT\n"
    report = await imported(written(HEADER + lines), ledger)

    assert (report.new, report.refused) == (1, ())
    assert [(row.line, row.reason) for row in report.duplicates] == [
        (3, "The same pair as in line 2.")
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
