"""The audit log as an oversight officer reads, filters and takes it away."""

import csv
import io
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import pytest

from api.exports import cell
from tests.api.desk import CITED, Desk, Page


def shown(page: Page) -> list[str]:
    """The entries in the order in which the page lists them."""
    return [link.partition("#entry-")[2] for link in page.links if "#entry-" in link]


async def table(desk: Desk, address: str) -> list[dict[str, str]]:
    answer = await desk.client.get(address)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


async def lines(desk: Desk, address: str) -> list[dict[str, Any]]:
    answer = await desk.client.get(address)
    return [msgspec.json.decode(line) for line in answer.text.splitlines()]


async def test_an_empty_register_has_an_empty_log(desk: Desk) -> None:
    page = await desk.get("/history")
    assert "Nothing is recorded yet." in page.text
    assert await table(desk, "/history.csv") == []


async def test_the_log_names_who_decided_and_who_recorded(desk: Desk) -> None:
    await desk.activate()
    page = await desk.get("/history")
    assert shown(page) == ["6", "5", "4", "3", "2", "1"]
    assert "6 entries" in page.text
    assert "Norfolk – 北九州市 Approved by the council of Norfolk" in page.text
    assert "demo-clerk-2 clerk, us-norfolk" in page.text


@pytest.mark.parametrize(
    ("asked", "entries"),
    [
        ("recorder=demo-clerk-2", ["2"]),
        ("body=counterpart", ["5", "3"]),
        ("kind=partnership.agreement_signed.v1", ["5", "4"]),
        ("kind=step&recorder=demo-clerk-1", ["6", "4", "1"]),
        ("kind=review", []),
        ("community=NORFOLK", ["6", "5", "4", "3", "2", "1"]),
        ("community=jp-kitakyushu&position=2", ["2", "1"]),
        ("community=Norf", []),
        ("recorded-to=2020-01-01", []),
        ("recorded-from=2020-01-01&before=3", ["2", "1"]),
        ("recorded-from=0001-01-01&recorded-to=9999-12-31&after=4", ["6", "5"]),
    ],
)
async def test_the_page_and_the_files_find_the_same_entries(
    desk: Desk, asked: str, entries: list[str]
) -> None:
    await desk.activate()
    page = await desk.get(f"/history?{asked}")
    assert (page.status, shown(page)) == (200, entries)
    if "before" not in asked and "after" not in asked:
        assert [row["position"] for row in await table(desk, f"/history.csv?{asked}")] == sorted(
            entries
        )


async def test_what_tags_call_a_tier_is_the_level_of_a_partnership(desk: Desk) -> None:
    page = await desk.get("/history?kind=partnership.tier_set.v2")
    assert "of the kind “Level set”" in page.text
    assert "Tier" not in page.text


async def test_an_address_with_a_tag_that_is_no_longer_written_still_finds(desk: Desk) -> None:
    page = await desk.get("/history?kind=partnership.tier_set.v1")
    assert (page.status, "of the kind “Level set”" in page.text) == (200, True)


async def test_a_filter_is_told_with_what_it_found(desk: Desk) -> None:
    await desk.propose()
    page = await desk.get("/history?kind=step&recorder=demo-clerk-1&recorded-from=2020-02-01")
    assert (
        "1 entry of the kind “Steps of a partnership”, recorded by demo-clerk-1, recorded from "
        "1 February 2020 on" in page.text
    )
    assert page.fields["recorder"] == "demo-clerk-1"


async def test_long_logs_come_in_pages_to_both_sides(desk: Desk) -> None:
    for number in range(51):
        await desk.propose(
            **{"counterpart.community": f"c-{number}", "counterpart.name": f"C {number}"}
        )
    first = await desk.get("/history?body=councillor")
    older = await desk.get(next(link for link in first.links if "before=" in link))
    back = await desk.get(next(link for link in older.links if "after=" in link))
    assert (len(shown(first)), shown(older)) == (50, ["1"])
    assert shown(back) == shown(first)


@pytest.mark.parametrize(
    ("asked", "field", "told"),
    [
        ("kind=nonsense", "kind", "no such kind of entry"),
        ("body=king", "body", "no such deciding body"),
        ("recorded-from=yesterday", "recorded-from", "'yesterday' is not a day"),
        ("recorded-from=2026-02-01&recorded-to=2026-01-01", "recorded-to", "ends before it begins"),
        ("partnership=42", "partnership", "'42' is not a reference"),
        ("position=99", "position", "'99' is not an entry of this register"),
        ("recorder=%F0%9F%A5%B7&community=" + "x" * 201, "community", "at most 200 characters"),
        ("community=a%00b", "community", "does not show as itself"),
        ("before=1_0", "before", "not a place in this list"),
    ],
)
async def test_a_mistake_is_told_beside_its_field_and_what_was_typed_stays(
    desk: Desk, asked: str, field: str, told: str
) -> None:
    page = await desk.get(f"/history?{asked}")
    assert (page.status, page.title[:6], page.focused) == (400, "Error:", "error-summary")
    assert told in page.text
    assert f"#f-{field}" in page.links
    kept = {name: page.fields.get(name) for name, _ in parse_qsl(asked) if name != "before"}
    assert kept == {name: text for name, text in parse_qsl(asked) if name != "before"}
    for address in ("/history.csv", "/history.jsonl"):
        assert (await desk.get(f"{address}?{asked}")).status == 400


async def test_a_file_is_the_same_when_it_is_taken_again_at_its_position(desk: Desk) -> None:
    await desk.propose()
    page = await desk.get("/history")
    address = next(link for link in page.links if link.startswith("/history.jsonl"))
    first = await desk.client.get(address)
    await desk.propose(**{"counterpart.community": "c-2", "counterpart.name": "C 2"})
    again = await desk.client.get(address)
    assert again.content == first.content
    assert first.headers["last-position"] == "1"
    assert 'filename="audit-log-to-entry-1.jsonl"' in first.headers["content-disposition"]


async def test_every_row_names_the_last_entry_known_with_its_leaf_hash(desk: Desk) -> None:
    await desk.activate()
    (last,) = await desk.services.ledger.read_after(5, 1)
    rows = await lines(desk, "/history.jsonl?kind=partnership.activated.v1")
    assert [row["as_at"] for row in rows] == [f"6-{last.leaf_hash.hex()}"]
    assert rows[0]["recorder"] == "demo-clerk-1"
    assert rows[0]["changes"][0] == {"label": "Status", "before": "agreed", "after": "active"}


async def test_a_table_holds_nothing_that_a_spreadsheet_would_run(desk: Desk) -> None:
    reason = '=HYPERLINK("http://evil.example";"click"), and\nmore'
    address = await desk.propose()
    await desk.record(
        f"{address}/acts/withdraw", {"on": "2026-02-01", "reason": reason, "body": "councillor"}
    )
    row = (await table(desk, "/history.csv"))[1]
    assert row["statement"].startswith('\'=HYPERLINK("http://evil.example";"click"), and')
    assert (row["position"], row["body"]) == ("2", "councillor")


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@a", "\t=1", "\r1", " =1", "＝1", "＋", "－", "＠"]
)
def test_a_cell_that_begins_as_a_formula_gets_a_quote(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "2026-01-01", "../1989", "Łódź"])
def test_any_other_cell_stays_as_it_is(text: str) -> None:
    assert cell(text) == text


async def test_a_file_is_there_for_whoever_only_asks_for_its_head(desk: Desk) -> None:
    await desk.propose()
    answer = await desk.client.head("/history.csv")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["last-position"] == "1"


async def test_a_corrected_entry_links_to_its_correction(desk: Desk) -> None:
    address = await desk.propose()
    await desk.record(
        f"{address}/acts/request-correction",
        CITED
        | {
            "position": "1",
            "field": "effective",
            "value": "2026-01-13",
            "reason": "A slip.",
            "body": "staff",
        },
    )
    await desk.acts_as("approver")
    await desk.record(f"{address}/acts/approve-correction", {"request": "2"})
    page = await desk.get("/history?kind=step")
    assert shown(page) == ["1", "3"]
    assert "Corrected by entry 3" in page.text
    assert "Corrected by" not in (await desk.get("/history?kind=step&position=2")).text
