"""Enough witnesses vouch for a bundle, and what they were not asked for counts for nothing."""

import base64
import json
from pathlib import Path

import pytest

from api.verifier.twinledger_verify import Place, as_json, parse_policy, told
from domain.transparency.note import format_note, format_vkey, sign_note
from domain.transparency.policy import format_policy
from tests.domain.transparency.log import LOG, STRANGER, WITNESSES, policy
from tests.verifier.auditor import Auditor, proof_of, record_of, refused, unsure, verified
from tests.verifier.register import ENTRIES, KEY, Register, first, leaf


class TestWitnesses:
    @pytest.fixture
    def policy(self, tmp_path: Path) -> Path:
        names = [f"witness w{n} {format_vkey(each.key)}" for n, each in enumerate(WITNESSES)]
        lines = [f"log {KEY}", *names, "group cities 2 w0 w1 w2", "quorum cities", ""]
        (tmp_path / "policy").write_text("\n".join(lines))
        return tmp_path / "policy"

    @pytest.fixture
    def asker(self, tmp_path: Path, policy: Path) -> Auditor:
        return Auditor(tmp_path, "--policy", str(policy))

    def test_enough_of_them_vouch(self, register: Register, asker: Auditor) -> None:
        answer = verified(asker.bundle(register.files(witnesses=WITNESSES[:2])))

        assert [name for name, _ in answer.under.witnesses] == [
            each.key.name for each in WITNESSES[:2]
        ]

    def test_too_few_of_them_do_not(self, register: Register, asker: Auditor) -> None:
        answer = refused(asker.bundle(register.files(witnesses=WITNESSES[:1])))

        assert "1 of the 2 witnesses" in answer.why

    def test_what_a_witness_said_of_another_register_or_time_is_forged(
        self, register: Register, rewritten: Register, asker: Auditor
    ) -> None:
        note = register.note(witnesses=WITNESSES)
        lines = rewritten.note(witnesses=WITNESSES).decode().splitlines(keepends=True)
        borrowed = register.note() + "".join(lines[-3:]).encode()
        name, value = note.decode().splitlines()[-1].rsplit(" ", 1)
        later = bytearray(base64.b64decode(value))
        later[11] ^= 1  # the last byte of the time
        changed = note.replace(value.encode(), base64.b64encode(later))

        assert name.startswith("— city2")
        for forged in (borrowed, changed):
            answer = refused(asker.bundle(register.files() | {"checkpoint": forged}))
            assert "is forged" in answer.why

    def test_one_that_signs_twice_counts_once(self, register: Register, asker: Auditor) -> None:
        refused(asker.bundle(register.files(witnesses=[WITNESSES[0], WITNESSES[0]])))

    def test_who_named_them_once_and_then_only_the_key_still_asks_for_them(
        self, register: Register, asker: Auditor
    ) -> None:
        verified(asker.bundle(register.files(witnesses=WITNESSES)))
        asker.trusts = ("--key", KEY)

        refused(asker.bundle(register.files()))

    def test_a_register_that_was_set_back_is_told_so_also_where_witnesses_are_missing(
        self, asker: Auditor
    ) -> None:
        verified(asker.bundle(first(7).files(witnesses=WITNESSES)))
        answer = refused(asker.bundle(first(4).files()))

        assert "the register was set back" in answer.why
        assert answer.places == (Place(5, 7, "they are missing"),)

    @pytest.mark.parametrize("size", [600, 700])
    def test_a_rewritten_history_is_told_and_kept_also_where_witnesses_are_missing(
        self, register: Register, rewritten: Register, asker: Auditor, size: int
    ) -> None:
        verified(asker.bundle(register.files(witnesses=WITNESSES)))
        other = Register([*rewritten.leaves, *map(leaf, range(601, size + 1))])
        answer = refused(asker.bundle(other.files()))

        assert "signed two histories" in answer.why
        assert len(list(asker.folder.rglob("fork.evidence"))) == 1

    def test_a_borrowed_signature_of_a_witness_does_not_hide_a_rewritten_history(
        self, register: Register, rewritten: Register, asker: Auditor
    ) -> None:
        note = register.note(witnesses=WITNESSES)
        verified(asker.bundle(register.files(witnesses=WITNESSES)))
        lines = note.decode().splitlines(keepends=True)[-3:]
        borrowed = rewritten.note() + "".join(lines).encode()
        answer = refused(asker.bundle(rewritten.files() | {"checkpoint": borrowed}))

        assert "signed two histories" in answer.why

    def test_changed_entries_are_told_also_where_witnesses_are_missing(
        self, register: Register, asker: Auditor
    ) -> None:
        answer = refused(asker.bundle(register.files() | {ENTRIES: b""}))

        assert answer.why == "This is not the register that was signed"

    def test_a_record_that_is_not_whole_is_told_so_also_where_witnesses_are_missing(
        self, register: Register, asker: Auditor
    ) -> None:
        record = record_of(register, "TL-3")
        bundle = asker.zip(register.files())
        assert "0 of the 2 witnesses" in refused(asker.record(record, "--bundle", bundle)).why
        del record["entries"][5]

        assert "is not whole" in refused(asker.record(record, "--bundle", bundle)).why

    @pytest.mark.parametrize("what", ["receipt", "record", "report", "consistency"])
    def test_whatever_is_verified_enough_of_them_are_asked_for(
        self, register: Register, asker: Auditor, what: str
    ) -> None:
        ledger = {"last_position": 600, "leaf_hash": register.levels[0][599].hex()}
        match what:
            case "receipt":
                answer = asker.receipt(register, 7)
            case "record":
                answer = asker.record(record_of(register, "TL-3"))
            case "report":
                proof = asker.file("a.proof", proof_of(register, 600))
                answer = asker.report({"basis": {"ledger": ledger}}, "--proof", proof)
            case _:
                older = asker.file("older", register.note(300, witnesses=WITNESSES))
                proof = asker.file("proof", register.consistency(300))
                newer = asker.file("newer", register.note())
                answer = asker.ask("consistency", older, newer, "--proof", proof)

        assert "0 of the 2 witnesses" in refused(answer).why
        assert not (asker.folder / "state").exists()

    def test_what_too_few_of_them_signed_is_not_remembered(self, asker: Auditor) -> None:
        verified(asker.bundle(first(4).files(witnesses=WITNESSES)))
        refused(asker.bundle(first(9).files()))

        answer = verified(asker.bundle(first(6).files(witnesses=WITNESSES)))
        assert answer.notes == ["It goes on from the 4 entries that you verified before."]


class TestSignaturesThatWereNotAskedFor:
    """Who names the key alone, and not the policy with the witnesses."""

    def test_they_are_named_with_how_to_verify_them_and_count_for_nothing(
        self, register: Register, auditor: Auditor
    ) -> None:
        answer = verified(auditor.bundle(register.files(witnesses=WITNESSES[:2])))
        (said,) = [line for line in told(answer) if "Witnesses:" in line]

        assert answer.under.witnesses == ()
        for one in WITNESSES[:2]:
            assert one.key.name in said
        assert "were not asked for" in said
        assert "`--policy` with the policy from the register's keeper (/log-policy)" in said
        assert "not witnessed" not in said

    def test_one_is_named_as_one(self, register: Register, auditor: Auditor) -> None:
        answer = verified(auditor.bundle(register.files(witnesses=WITNESSES[:1])))

        assert f"there is a signature of {WITNESSES[0].key.name} that was not asked for" in (
            " ".join(told(answer))
        )

    def test_programs_are_told_as_well(self, register: Register, auditor: Auditor) -> None:
        answer = verified(auditor.bundle(register.files(witnesses=WITNESSES[:1])))
        document = json.loads(as_json(answer))

        assert (document["witnesses"], document["not_asked_for"]) == ([], [WITNESSES[0].key.name])

    def test_a_further_key_of_the_register_is_no_witness(
        self, register: Register, auditor: Auditor
    ) -> None:
        text = register.note().decode().rpartition("\n\n")[0] + "\n"
        note = format_note(sign_note(text, [LOG, STRANGER]))
        answer = verified(auditor.bundle(register.files() | {"checkpoint": note}))

        assert "not witnessed." in " ".join(told(answer))

    def test_a_very_long_name_is_cut(self, register: Register, auditor: Auditor) -> None:
        line = f"— {'x' * 5_000} {base64.b64encode(bytes(76)).decode()}\n".encode()
        answer = verified(auditor.bundle(register.files() | {"checkpoint": register.note() + line}))

        assert max(map(len, told(answer))) < 500

    def test_who_has_the_policy_is_told_of_those_in_it_alone(
        self, register: Register, tmp_path: Path
    ) -> None:
        one = WITNESSES[0].key
        (tmp_path / "policy").write_text(f"log {KEY}\nwitness w {format_vkey(one)}\nquorum w\n")
        auditor = Auditor(tmp_path, "--policy", str(tmp_path / "policy"))
        answer = verified(auditor.bundle(register.files(witnesses=WITNESSES)))

        assert [name for name, _ in answer.under.witnesses] == [one.name]
        assert "not asked for" not in " ".join(told(answer))


def test_the_policy_that_a_register_publishes_is_understood() -> None:
    read = parse_policy(format_policy(policy(2)))

    assert (read.quorum, [key.name for key in read.witnesses]) == (
        2,
        [each.key.name for each in WITNESSES],
    )
    assert str(read.logs[0]) == KEY


@pytest.mark.parametrize(
    "line",
    [
        "log {0}",  # a second time
        "witness w {0}",  # the log cannot vouch for itself
        "quorum none",
        "group g 2 a b",
        "trust everybody",
    ],
)
def test_a_policy_that_is_not_understood_is_not_used(
    register: Register, tmp_path: Path, line: str
) -> None:
    (tmp_path / "policy").write_text(f"log {KEY}\nquorum none\n{line.format(KEY)}\n")
    auditor = Auditor(tmp_path, "--policy", str(tmp_path / "policy"))

    assert "cannot be used" in unsure(auditor.bundle(register.files())).why
