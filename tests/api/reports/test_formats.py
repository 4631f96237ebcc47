"""The report as a file: the same bytes from the same position, nothing left out of any format."""

import csv
import io
import json

import pytest

from adapters.ledger.memory import MemoryLedger
from adapters.regimes import RegimeFile
from api.reports import Format, render
from tests.api.reported import (
    ACT,
    BOTH,
    asked,
    happened,
    made,
    reports_on,
)
from tests.domain.regime.cases import between

FORMATS = pytest.mark.parametrize("format_", ["json", "csv", "text"])


@FORMATS
async def test_the_same_position_gives_the_same_bytes(
    ledger: MemoryLedger, format_: Format
) -> None:
    one = render(await made(ledger, between("US", "CN"), between("US", "")), format_)
    await happened(ledger)
    again = render(await made(ledger, between("US", "CN"), between("US", "")), format_)

    assert one == again


@FORMATS
async def test_every_format_says_that_the_act_is_a_bill_and_gives_no_duty(
    ledger: MemoryLedger, format_: Format
) -> None:
    content = " ".join(render(await made(ledger), format_).decode().split())

    assert "bill, never law" in content
    assert "no duty to a city" in content


@FORMATS
async def test_every_format_has_every_figure_and_every_gap(
    ledger: MemoryLedger, format_: Format
) -> None:
    report = await made(ledger, between("US", "CN"), more=[BOTH])
    content = " ".join(render(report, format_).decode().split())

    assert [figure.id for figure in report.figures if figure.id not in content] == []
    assert all(line.gap.why in content for line in report.lines if line.gap)


async def test_json_has_lines_of_figures(ledger: MemoryLedger) -> None:
    content = json.loads(render(await made(ledger, between("US", "CN")), "json"))

    (line,) = [line for line in content["lines"] if line["line"] == 2]
    values = {figure["id"]: figure["value"] for figure in line["figures"]}
    assert values["2.pairs_with_one_us_party"] == values["2.at_or_below_threshold"] == 1
    assert content["format"] == 2


async def test_csv_has_one_fact_a_row_under_its_line(ledger: MemoryLedger) -> None:
    text = render(await made(ledger, between("US", "CN")), "csv").decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))

    assert {row["line"] for row in rows} == {*map(str, range(1, 16)), "notes"}
    assert sum(row["figure"].startswith("14.without_finding.") for row in rows) == 16


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)"])
async def test_a_name_that_a_spreadsheet_would_run_stays_text(
    ledger: MemoryLedger, name: str
) -> None:
    pair = between("US", "", names=(name, "Here"))
    reports = reports_on(ledger, pair)
    question = await reports.ask(as_of="2026-11-01")

    content = await reports.issue(question, "csv", "2.pairs_with_one_us_party")

    assert f",'{name} (US) ".encode() in content


async def test_a_changed_rule_file_makes_a_page_that_calls_itself_a_what_if(
    ledger: MemoryLedger,
) -> None:
    own = asked(RegimeFile(ACT.regime, "0" * 64, as_shipped=False))

    assert "what-if" in render(await made(ledger, question=own), "text").decode()
    assert "what-if" not in render(await made(ledger), "text").decode()
