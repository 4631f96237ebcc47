"""The audit log on the command line, of an own register with a few acts."""

import csv
import json

import pytest

from tests.conftest import Database
from tests.journeys.test_command_line import Desk

LEGACY = (
    *("do", "new", "record-legacy-partnership", "--body", "unknown", "status=active"),
    *("home.community=us-norfolk", "home.name=Norfolk", "counterpart.community=pl-lodz"),
    *("counterpart.name=Łódź", "tier=sister", "kind=sister_city", "grade=minute"),
    *("since.on=2007", "since.grade=minute", "sources=Minutes", "statement==1+1"),
)


@pytest.fixture
def desk(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(database.only_dsn, str(tmp_path_factory.mktemp("data")))
    desk.done("init", "--name", "Register of Norfolk")
    desk.employs("clerk-1", "clerk", "us-norfolk")
    desk.done(*LEGACY, who="clerk-1")
    return desk


def test_the_log_is_read_filtered_and_written_to_a_file(
    desk: Desk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("out") / "log.csv"
    desk.done("log", "--community", "lodz", "--format", "csv", "--output", str(file))
    [row] = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    line = json.loads(desk.done("log", "--format", "jsonl"))
    assert "Norfolk - Łódź" in desk.done("log")
    assert "0 of 0 shown" in desk.done("log", "--recorder", "clerk-2")
    assert (row["recorder"], row["statement"]) == ("clerk-1", "'=1+1")
    assert (line["statement"], line["as_at"]) == ("=1+1", row["as_at"])


def test_every_mistake_in_the_filters_is_told_at_once(desk: Desk) -> None:
    told = desk.refused("log", "--kind", "nonsense", "--recorded-from", "yesterday", code=2)
    assert "--kind: There is no such kind of entry." in told
    assert "--recorded-from: 'yesterday' is not a day." in told
