"""A partnership's life on the command line, by the people of an own register, from proposal to end.

Each command is a call of its own with nothing shared but the database, as a person would do it.
"""

import asyncio
import csv
import json
import re
from io import StringIO
from typing import Any

import asyncpg
import pytest
from click.testing import CliRunner, Result

from api.cli import main
from tests.conftest import Database

TEXT = "7f" * 32
CITED = "Resolution 2026-41 | 2026-03-08 | https://norfolk.example/2026-41"


class Desk:
    """One register, and whoever sits at the desk."""

    def __init__(self, dsn: str, data: str) -> None:
        self._environment = {"TWINLEDGER_DSN": dsn, "TWINLEDGER_DATA": data}
        self._keys: dict[str, str] = {}

    def call(self, *words: str, who: str = "") -> Result:
        key = {"TWINLEDGER_KEY": self._keys[who]} if who else {}
        return CliRunner().invoke(main, list(words), env=self._environment | key)

    def done(self, *words: str, who: str = "") -> str:
        result = self.call(*words, who=who)
        assert result.exit_code == 0, result.output
        return result.stdout

    def data(self, *words: str, who: str = "") -> Any:
        return json.loads(self.done(*words, "--json", who=who))

    def refused(self, *words: str, who: str = "", code: int = 1) -> str:
        result = self.call(*words, who=who)
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result.output

    def employs(self, pseudonym: str, role: str, community: str = "") -> None:
        place = ("--community", community, "--community-name", community) if community else ()
        told = self.done("account", "add", pseudonym, "--role", role, *place)
        found = re.search(r"twl_\S+", told)
        assert found is not None
        self._keys[pseudonym] = found[0]


@pytest.fixture
def desk(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(database.only_dsn, str(tmp_path_factory.mktemp("data")))
    desk.done("init", "--name", "Register of Norfolk")
    desk.employs("clerk-1", "clerk", "us-norfolk")
    desk.employs("clerk-2", "clerk", "us-norfolk")
    desk.employs("partner-1", "counterpart", "jp-kitakyushu")
    desk.employs("officer-1", "oversight-officer")
    return desk


def _proposed(desk: Desk) -> str:
    told = desk.done(
        *("do", "new", "submit-proposal", "--body", "staff", "--on", "2026-01-10"),
        *("home.community=us-norfolk", "home.name=Norfolk", "home.country=US"),
        *("counterpart.community=jp-kitakyushu", "counterpart.name=Kitakyūshū"),
        *("counterpart.country=JP", "tier=sister", "kind=sister_city", "motives=education,trade"),
        who="clerk-1",
    )
    found = re.search(r"TL-\w{4}-\w{4}", told)
    assert found is not None
    return found[0]


def _active(desk: Desk) -> str:
    ref = _proposed(desk)
    approval = (f"text_sha256={TEXT}", f"evidence={CITED}")
    desk.done(
        *("do", ref, "approve-by-council", "--on", "2026-02-01", "vote.in_favour=7", *approval),
        who="clerk-2",
    )
    desk.done(
        *("do", ref, "record-counterpart-approval", "--on", "2026-02-10", *approval),
        who="partner-1",
    )
    signature = ("signer_office=Mayor", f"text_sha256={TEXT}")
    desk.done("do", ref, "sign-agreement", "--on", "2026-03-01", *signature, who="clerk-1")
    desk.done("do", ref, "sign-agreement", "--on", "2026-03-02", *signature, who="partner-1")
    desk.done(
        *("do", ref, "bring-into-force", "--on", "2026-04-01", "--body", "council", "statement="),
        who="clerk-1",
    )
    return ref


def test_a_partnership_lives_from_proposal_to_end(desk: Desk) -> None:
    ref = _active(desk)
    assert desk.data("show", ref)["statuses"] == ["active"]

    desk.done(
        *("do", ref, "suspend", "--body", "council", "--on", "2026-05-01"),
        *("reason=War", "condition=Until peace is restored", f"evidence={CITED}"),
        who="clerk-1",
    )
    assert "Until peace is restored" in desk.done("show", ref)
    desk.done(
        *("do", ref, "resume", "--body", "council", "--on", "2026-06-01"),
        "attestation=Peace is restored",
        who="clerk-1",
    )
    desk.done(
        *("do", ref, "end", "--body", "council", "--on", "2026-07-01", "cause=mutual"),
        f"evidence={CITED}",
        who="clerk-1",
    )

    assert desk.data("show", ref)["statuses"] == ["ended"]
    assert desk.data("show", ref, "--as-of", "2026-05-15")["statuses"] == ["suspended"]
    assert desk.data("show", ref, "--as-of", "2026-04-15")["statuses"] == ["active"]
    assert len(desk.data("history", ref)) == 9
    assert "No entry is missing" in desk.done("verify")
    assert desk.call("check").exit_code == 0


def test_an_officer_reviews_and_the_report_counts_what_is_answered(desk: Desk) -> None:
    ref = _active(desk)
    desk.done(
        *("do", ref, "open-review", "ground=schedule", "no_tie=true", "statement=Every fifth year"),
        "criteria=us-sister-city-transparency-act/2025",
        who="officer-1",
    )
    [review] = desk.data("show", ref)["open_reviews"]
    finding = ("do", ref, "record-finding", f"review={review['review']}", "result=met")
    desk.done(*finding, "element=1A", "statement=Stated", f"evidence={CITED}", who="officer-1")

    told = desk.refused(
        *("do", ref, "close-review", f"review={review['review']}", "outcome=no_action"),
        "statement=Done",
        who="officer-1",
    )

    assert "1B" in told
    assert "1A" not in told.partition("no finding yet for")[2]
    report = desk.done(
        *("report", "sister-city-transparency", "--as-of", "2026-11-01", "--format", "csv")
    )
    values = {row["figure"]: row["value"] for row in csv.DictReader(StringIO(report))}
    assert values["2.pairs_with_one_us_party"] == "1"
    assert (values["14.without_finding.1A"], values["14.without_finding.1B"]) == ("0", "1")


def test_who_proposed_cannot_approve_and_is_told_so(desk: Desk) -> None:
    ref = _proposed(desk)

    told = desk.refused(
        *("do", ref, "approve-by-council", "vote.in_favour=7", f"text_sha256={TEXT}"),
        f"evidence={CITED}",
        who="clerk-1",
    )

    assert "you submitted it" in told


def test_who_says_what_they_saw_is_refused_when_the_record_has_moved_on(desk: Desk) -> None:
    ref = _proposed(desk)
    seen = desk.data("show", ref)["last_entry"]
    assert f"Last entry: {seen}" in desk.done("show", ref)
    withdraw = ("do", ref, "withdraw", "--on", "2026-02-01", "--body", "staff", "reason=Later.")
    decline = ("do", ref, "decline", "--on", "2026-02-01", "reason=No.")

    declined = desk.data(*decline, "--expected", seen, who="partner-1")

    assert declined["last_entry"] == desk.data("show", ref)["last_entry"] != seen
    told = desk.refused(*withdraw, "--expected", seen, who="clerk-1")
    assert "The record changed at position 2" in told


def test_one_entry_that_was_changed_behind_its_back_is_one_problem(
    desk: Desk, database: Database
) -> None:
    _proposed(desk)
    asyncio.run(_change_behind_its_back(database.owner_dsn))

    assert "The ledger is NOT sound: 1 problem. Keep" in desk.refused("verify")


async def _change_behind_its_back(dsn: str) -> None:
    intruder = await asyncpg.connect(dsn)
    for tampering in (
        "alter table twinledger.event disable trigger append_only",
        "update twinledger.event set tag_1 = 7 where position = 1",
        "alter table twinledger.event enable always trigger append_only",
    ):
        await intruder.execute(tampering)
    await intruder.close()


def test_what_is_not_allowed_is_listed_with_its_reason(desk: Desk) -> None:
    ref = _proposed(desk)

    told = desk.done("do", ref, "--all", who="clerk-2")

    assert "approve-by-council: record the approval" in told
    assert "sign-agreement: Cannot sign" in told


def test_of_what_is_refused_only_the_next_step_is_told_unless_all_is_asked_for(desk: Desk) -> None:
    ref = _proposed(desk)

    told = desk.done("do", ref, who="clerk-1")

    assert "approve-by-council: The same person may not approve the proposal" in told
    assert "sign-agreement" not in told
    assert "other acts are not possible for you now; --all says why." in told
    assert len(desk.data("do", ref, who="clerk-1")) > told.count("\n")


def test_who_may_do_nothing_is_told_so_in_a_sentence(desk: Desk) -> None:
    told = desk.done("do", "new", who="officer-1")

    assert told.startswith("There is nothing here that you may record now.\nYou may not:\n")
    assert "submit-proposal: The role oversight officer may not submit a proposal." in told
    assert "suspend" not in told


def test_what_was_proposed_and_declined_has_the_date_of_its_proposal_and_no_bond(
    desk: Desk,
) -> None:
    told = desk.done(
        *("do", "new", "record-legacy-partnership", "--body", "unknown", "status=declined"),
        *("home.community=us-norfolk", "home.name=Norfolk", "counterpart.community=jp-kitakyushu"),
        *("counterpart.name=Kitakyūshū", "tier=sister", "kind=sister_city", "grade=minute"),
        *("since.on=2007", "since.grade=minute", "sources=Minutes of the council"),
        who="clerk-1",
    )
    [ref] = re.findall(r"TL-\w{4}-\w{4}", told)

    assert "declined, proposed in 2007" in told
    assert "Proposed: 2007" in desk.done("show", ref)
    assert "Proposed: 2007" in desk.done("history", ref)
    assert "Bond since" not in desk.done("show", ref) + desk.done("history", ref)


def test_an_act_is_answered_with_the_sentence_that_the_timeline_keeps(desk: Desk) -> None:
    ref = _proposed(desk)

    told = desk.done(
        *("do", ref, "approve-by-council", "--on", "2026-02-01", "vote.in_favour=7"),
        *(f"text_sha256={TEXT}", f"evidence={CITED}"),
        who="clerk-2",
    )

    assert f"Recorded for {ref} as entry 2 of the register" in told
    assert desk.data("history", ref)[1]["sentence"] in told
    assert "home_approval" not in told


def test_an_act_is_read_before_it_is_recorded_as_the_timeline_will_tell_it(desk: Desk) -> None:
    ref = _active(desk)
    when = ("--body", "council", "--on", "2026-07-01")
    end = ("do", ref, "end", *when, "cause=expiry", f"evidence={CITED}")

    foretold = desk.done(*end, "--dry-run", who="clerk-1").splitlines()[1].strip()
    desk.done(*end, who="clerk-1")

    assert foretold == desk.data("history", ref)[-1]["sentence"]


def test_a_partnership_is_shown_with_the_names_of_its_countries(desk: Desk) -> None:
    ref = _proposed(desk)

    told = desk.done("show", ref)

    assert "Norfolk (United States) and Kitakyūshū (Japan)" in told
    assert "Status: Proposed since 10 January 2026" in told
    assert desk.data("show", ref)["counterpart"]["country"] == "JP"


@pytest.mark.parametrize("role", ["oversight-officer", "oversight_officer"])
def test_a_role_is_known_with_hyphens_and_with_underscores(desk: Desk, role: str) -> None:
    told = desk.done("account", "add", "officer-2", "--role", role)

    assert "Account officer-2 (oversight officer) is added." in told
    assert "officer-2: oversight officer" in desk.done("account", "list")


def test_an_unknown_role_is_answered_with_those_there_are(desk: Desk) -> None:
    told = desk.refused("account", "add", "officer-2", "--role", "officer", code=2)

    assert "'clerk', 'counterpart', 'oversight-officer', 'approver'" in told


def test_a_dry_run_records_nothing(desk: Desk) -> None:
    ref = _proposed(desk)

    told = desk.done(
        "do", ref, "withdraw", "--dry-run", "--body", "staff", "reason=x", who="clerk-1"
    )

    assert "Proposal withdrawn by the administration of Norfolk" in told
    assert "Nothing is recorded yet" in told
    assert desk.data("show", ref)["statuses"] == ["proposed"]


def test_the_same_key_records_once(desk: Desk) -> None:
    ref = _proposed(desk)
    act = ("do", ref, "withdraw", "--key", "k-1", "--body", "staff", "reason=Other plans")
    desk.done(*act, "--on", "2026-02-01", who="clerk-1")

    again = desk.done(*act, "--on", "2026-02-01", who="clerk-1")

    assert "was recorded before, as entry 2:" in again
    assert "Proposal withdrawn by the administration of Norfolk on 1 February 2026" in again
    assert len(desk.data("history", ref)) == 2


@pytest.mark.parametrize(
    ("words", "names", "code"),
    [
        (("show", "TL-0000-0000"), "TL-0000-0000", 1),
        (("show", "Norfolk"), "References look like", 2),
        (("do", "Norfolk"), "References look like", 2),
        (("show", "TL-0000-0000", "--as-of", "soon"), "--as-of", 2),
        (("history", "TL-0000-0000"), "Check the reference", 1),
    ],
)
def test_a_slip_is_answered_with_its_remedy(
    desk: Desk, words: tuple[str, ...], names: str, code: int
) -> None:
    assert names in desk.refused(*words, code=code)


@pytest.mark.parametrize("command", ["show", "history"])
def test_a_reference_that_leads_nowhere_is_quoted_as_it_was_typed(desk: Desk, command: str) -> None:
    told = desk.refused(command, "nonsense")

    assert "There is no partnership 'nonsense'." in told
    assert "N0NS" not in told


def test_an_unknown_field_is_named_with_those_there_are(desk: Desk) -> None:
    ref = _proposed(desk)

    told = desk.refused("do", ref, "withdraw", "raeson=x", who="clerk-1", code=2)

    assert "raeson" in told
    assert "reason" in told.replace("raeson", "")


def test_without_a_register_every_command_says_how_to_make_one(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    desk = Desk(database.only_dsn, str(tmp_path_factory.mktemp("data")))

    assert "twinledger init" in desk.refused("show", "TL-0000-0000", code=3)


def test_a_second_register_is_not_made_over_the_first(desk: Desk) -> None:
    assert "Register of Norfolk" in desk.refused("init", "--name", "Another", code=3)


@pytest.mark.parametrize("name", ["", "  "])
def test_a_register_without_a_name_is_not_made(
    database: Database, tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    desk = Desk(database.only_dsn, str(tmp_path_factory.mktemp("data")))

    assert "'--name': it is empty." in desk.refused("init", "--name", name, code=2)
    assert "twinledger init" in desk.refused("check", code=3)
