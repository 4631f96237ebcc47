"""Names and pairs that another one looks like: pointed out, or left out."""

import pytest
from msgspec.structs import replace

from adapters.ledger import MemoryLedger
from tests.api.imported import (
    HEADER,
    Written,
    imported,
    legacy,
    place,
    recorded,
)


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


ALIKE = HEADER + (
    "Ludlow,GB,La Ferté Macé,FR\n"
    "Ludlow,GB,La Ferté-Macé,FR\n"
    "Ludlow,GB,LA FERTÉ-MACÉ,FR\n"
    "Asti,IT,La Ferté-Macé,FR\n"
    "Asti,IT,Asti,IT\n"
)


async def test_pairs_that_look_alike_can_be_left_out_and_are_named_with_the_other(
    ledger: MemoryLedger, written: Written
) -> None:
    report = await imported(written(ALIKE), ledger, skip_look_alikes=True)

    assert [row.reason for row in report.skipped] == [
        "Ludlow and La Ferté-Macé may be Ludlow and La Ferté Macé of line 2."
    ]
    assert [row.line for row in report.names_alike] == [3]
    assert (report.new, len(report.duplicates), len(report.refused)) == (2, 1, 1)
    assert report.look_alikes == ()
    assert len(await legacy(ledger)) == 2


async def test_every_row_is_counted_once_and_a_dry_run_counts_the_same(
    ledger: MemoryLedger, written: Written
) -> None:
    dry = await imported(written(ALIKE), ledger, skip_look_alikes=True, dry_run=True)
    wet = await imported(written(ALIKE), ledger, skip_look_alikes=True)

    assert replace(dry, dry_run=False) == wet
    assert wet.rows == wet.new + len(wet.duplicates) + len(wet.refused) + len(wet.skipped)


async def test_a_second_run_leaves_out_what_looks_like_a_pair_of_the_register(
    ledger: MemoryLedger, written: Written
) -> None:
    await imported(written(ALIKE), ledger, skip_look_alikes=True)
    again = await imported(written(ALIKE), ledger, skip_look_alikes=True)

    assert (again.new, [row.line for row in again.skipped]) == (0, [3])
    assert again.skipped[0].reference == (await legacy(ledger))[0].partnership


async def test_what_was_recorded_before_is_no_look_alike(
    ledger: MemoryLedger, written: Written
) -> None:
    await imported(written(ALIKE), ledger)
    again = await imported(written(ALIKE), ledger, skip_look_alikes=True)

    assert (again.new, again.skipped, len(again.duplicates)) == (0, (), 4)
