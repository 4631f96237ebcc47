"""The record of a partnership and a report, as files that somebody was given."""

import json
from typing import Any

import pytest

from tests.verifier.auditor import Auditor, proof_of, record_of, refused, unsure, verified
from tests.verifier.register import Register, leaf


def test_each_entry_of_a_record_is_verified(register: Register, auditor: Auditor) -> None:
    answer = verified(auditor.record(record_of(register, "TL-3")))

    assert "All entries of TL-3 in this file (86) stand in the register" in answer.what
    assert answer.notes[-1].startswith("Not shown: that there are no others.")


def test_an_omission_is_seen_with_a_bundle_and_only_then(
    register: Register, auditor: Auditor
) -> None:
    record = record_of(register, "TL-3")
    for left_out in (record["entries"].pop(40), record["entries"].pop()):
        bundle = auditor.zip(Register([*register.leaves, leaf(601), leaf(602)]).files())
        verified(auditor.record(record))
        answer = refused(auditor.record(record, "--bundle", bundle))
        assert left_out["position"] in [place.first for place in answer.places]


def test_a_whole_record_has_no_others_in_a_later_bundle(
    register: Register, auditor: Auditor
) -> None:
    bundle = auditor.zip(Register([*register.leaves, *map(leaf, range(601, 620))]).files())
    answer = verified(auditor.record(record_of(register, "TL-3"), "--bundle", bundle))

    assert answer.notes[-1] == "There are no others of TL-3 among the first 600."


def change(record: dict[str, Any], what: str) -> Any:
    entries = record["entries"]
    match what:
        case "another text":
            entries[3]["leaf"] = entries[3]["leaf"].replace("recorded", "Recorded")
        case "another position":
            entries[3]["position"] += 7
        case "out of order":
            entries[3], entries[4] = entries[4], entries[3]
        case "twice":
            entries.insert(3, entries[3])
        case "another partnership":
            record["partnership"] = "TL-4"
        case "a proof too long":
            entries[3]["proof"].append(entries[3]["proof"][0])
    return record


@pytest.mark.parametrize(
    "what",
    ["another text", "another position", "out of order", "twice", "another partnership",
     "a proof too long"],
)  # fmt: skip
def test_a_changed_record_is_refused_at_the_entry(
    register: Register, auditor: Auditor, what: str
) -> None:
    answer = refused(auditor.record(change(record_of(register, "TL-3"), what)))

    assert len(answer.places) == 1


def test_an_entry_of_another_partnership_does_not_get_in(
    register: Register, auditor: Auditor
) -> None:
    record = record_of(register, "TL-3")
    record["entries"].insert(0, record_of(register, "TL-2")["entries"][0])

    assert "it is not of TL-3" in refused(auditor.record(record)).places[0].what


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'{"format": "twinledger-record/1", "format": "twinledger-record/1"}',
        b'{"format": NaN}',
    ],
)
def test_what_is_no_record_is_not_told_about(auditor: Auditor, content: bytes) -> None:
    unsure(auditor.record(content))


def test_a_position_is_a_number_and_nothing_like_one(register: Register, auditor: Auditor) -> None:
    record = record_of(register, "TL-1")
    assert record["entries"][0]["position"] == 1
    record["entries"][0]["position"] = True

    unsure(auditor.record(record))


def test_what_a_reader_could_read_in_two_ways_is_refused(
    register: Register, auditor: Auditor
) -> None:
    text = json.dumps(record_of(register, "TL-3"))
    unsure(auditor.record(text.replace("{", '{"partnership": "TL-9", ', 1).encode()))
    unsure(auditor.record(record_of(register, "TL-3") | {"status": "ended"}))
    entry = record_of(register, "TL-3")
    entry["entries"][0]["summary"] = "Ended by mutual consent"
    unsure(auditor.record(entry))


class TestReports:
    @pytest.fixture
    def report(self, register: Register) -> dict[str, Any]:
        ledger = {"last_position": 500, "leaf_hash": register.levels[0][499].hex()}
        rows = [
            {"partnership": "TL-3", "entries": [3, 10, 17]},
            {"partnership": "TL-4", "entries": [4]},
        ]
        return {"basis": {"ledger": ledger}, "figure": {"value": 2}, "rows": rows}

    def test_its_basis_is_verified_and_that_its_figures_are_not_is_said_at_once(
        self, register: Register, auditor: Auditor, report: dict[str, Any]
    ) -> None:
        proof = auditor.file("last.proof", proof_of(register, 500))
        bundle = auditor.zip(register.files())

        for by in (("--proof", proof), ("--bundle", bundle)):
            answer = verified(auditor.report(report, *by))
            assert "Its figures were NOT computed again" in answer.what

    def test_as_the_interface_answers_with_it_it_is_verified_as_well(
        self, register: Register, auditor: Auditor, report: dict[str, Any]
    ) -> None:
        answered = {"as_of": "2026-11-24", "position": 500, "report": report}
        bundle = auditor.zip(register.files())

        assert "Entries 1 to 500" in verified(auditor.report(answered, "--bundle", bundle)).what
        report["basis"]["ledger"]["leaf_hash"] = register.levels[0][498].hex()
        refused(auditor.report(answered, "--bundle", bundle))

    def test_alone_it_shows_nothing(self, auditor: Auditor, report: dict[str, Any]) -> None:
        unsure(auditor.report(report))

    def test_another_last_entry_is_refused(
        self, register: Register, auditor: Auditor, report: dict[str, Any]
    ) -> None:
        report["basis"]["ledger"]["leaf_hash"] = register.levels[0][498].hex()
        proof = auditor.file("last.proof", proof_of(register, 500))
        bundle = auditor.zip(register.files())

        for by in (("--proof", proof), ("--bundle", bundle)):
            assert refused(auditor.report(report, *by)).places[0].first == 500

    def test_the_proof_of_another_entry_says_nothing_of_the_last_one(
        self, register: Register, auditor: Auditor, report: dict[str, Any]
    ) -> None:
        """It is one of the register, and the report does not end there."""
        report["basis"]["ledger"]["last_position"] = 600
        proof = auditor.file("last.proof", proof_of(register, 500))

        assert "The proof is for entry 500" in unsure(auditor.report(report, "--proof", proof)).why

    @pytest.mark.parametrize(("entries", "named"), [([3, 11], 11), ([501], 501), ([0], 0)])
    def test_entries_that_are_about_something_else_are_named(
        self,
        register: Register,
        auditor: Auditor,
        report: dict[str, Any],
        entries: list[int],
        named: int,
    ) -> None:
        report["rows"][0]["entries"] = entries
        answer = refused(auditor.report(report, "--bundle", auditor.zip(register.files())))

        assert [place.first for place in answer.places] == [named]

    @pytest.mark.parametrize("position", [0, -1, 3.7, True, "500", None, [5], 10**30])
    def test_a_position_that_is_none_shows_nothing(
        self, register: Register, auditor: Auditor, report: dict[str, Any], position: Any
    ) -> None:
        report["basis"]["ledger"]["last_position"] = position

        unsure(auditor.report(report, "--bundle", auditor.zip(register.files())))
