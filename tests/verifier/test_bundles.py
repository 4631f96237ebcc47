"""A bundle is the register that was signed, or it is not, and then it is said where."""

import base64
import errno
import json
import os
import zipfile
from pathlib import Path

import pytest

from adapters.signing.ed25519 import Ed25519Signer
from api.verifier.twinledger_verify import Place, as_json, main, parse_policy, told
from domain.transparency.note import ED25519, format_note, format_vkey, sign_note
from domain.transparency.policy import format_policy
from tests.domain.transparency.log import LOG, ORIGIN, STRANGER, WITNESSES, policy
from tests.verifier.auditor import Auditor, proof_of, record_of, refused, unsure, verified
from tests.verifier.register import KEY, Register, leaf, written

ENTRIES = "tile/entries/000"


def first(size: int) -> Register:
    return Register(leaf(position) for position in range(1, size + 1))


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 600, 1023])
def test_a_whole_register_is_verified_at_every_size(auditor: Auditor, size: int) -> None:
    answer = verified(auditor.bundle(first(size).files(), "--full"))

    assert answer.under.checkpoint.size == size


def test_a_register_of_more_than_65536_entries_is_verified(auditor: Auditor) -> None:
    register = first(66_000)
    files = register.files()
    verified(auditor.bundle(files))
    hash_over = "tile/1/000"
    assert len(files[hash_over]) == 32 * 256
    assert len(files["tile/2/000.p/1"]) == 32

    changed = files | {hash_over: bytes(32) + files[hash_over][32:]}
    assert refused(auditor.bundle(changed)).places == (
        Place(1, 256, "the hash over them was changed in the bundle"),
    )


def test_an_unpacked_folder_is_as_good(register: Register, auditor: Auditor) -> None:
    with zipfile.ZipFile(auditor.zip(register.files())) as packed:
        packed.extractall(auditor.folder / "unpacked")

    verified(auditor.ask("bundle", auditor.folder / "unpacked"))


def test_without_a_key_nothing_is_told_and_what_the_file_says_is_not_believed(
    register: Register, tmp_path: Path
) -> None:
    auditor = Auditor(tmp_path, "--json")
    answer = unsure(auditor.bundle(register.files()))

    assert "You have named no key" in answer.why
    assert f"The file says {KEY}: compare." in answer.remedy


def test_another_key_of_the_same_name_signs_nothing(register: Register, tmp_path: Path) -> None:
    auditor = Auditor(tmp_path, "--key", format_vkey(STRANGER.key))

    assert "is not signed by the key of" in refused(auditor.bundle(register.files())).why


def test_a_key_signs_only_for_the_register_of_its_own_name(
    register: Register, tmp_path: Path
) -> None:
    other = Ed25519Signer("another.example/ledger", ED25519, bytes([3]) * 32)
    auditor = Auditor(tmp_path, "--key", format_vkey(other.key))
    answer = auditor.bundle(Register(register.leaves, by=other).files())

    assert "is not signed by the key of another.example/ledger" in refused(answer).why


def test_a_signature_under_the_right_name_and_id_that_is_none_is_called_forged(
    register: Register, auditor: Auditor
) -> None:
    note = register.note().decode()
    forged = note.replace("\n600\n", "\n599\n").encode()
    answer = refused(auditor.bundle(register.files() | {"checkpoint": forged}))

    assert "is forged" in answer.why
    assert answer.places == (Place(1, 599, "the checkpoint over them is forged"),)


def test_a_register_that_grew_goes_on_from_what_was_verified(auditor: Auditor) -> None:
    verified(auditor.bundle(first(300).files()))
    answer = verified(auditor.bundle(first(600).files()))

    assert answer.notes == ["It goes on from the 300 entries that you verified before."]


def test_a_register_that_was_set_back_is_refused(auditor: Auditor) -> None:
    verified(auditor.bundle(first(600).files()))
    answer = refused(auditor.bundle(first(300).files()))

    assert answer.places == (Place(301, 600, "they are missing"),)


@pytest.mark.parametrize("size", [600, 900])
def test_a_rewritten_history_is_refused_although_it_is_signed_and_the_proof_is_kept(
    register: Register, rewritten: Register, auditor: Auditor, size: int
) -> None:
    verified(auditor.bundle(register.files()))
    other = Register([*rewritten.leaves, *map(leaf, range(601, size + 1))])
    answer = refused(auditor.bundle(other.files()))
    evidence = next((auditor.folder / "state").rglob("fork.evidence")).read_bytes()

    assert "signed two histories" in answer.why
    assert register.note() in evidence
    assert other.note() in evidence
    assert all(place.first <= 300 <= place.last for place in answer.places)
    refused(auditor.bundle(other.files()))  # and what is remembered is still the first one


def test_two_signed_roots_are_a_fork_also_where_the_bundle_is_broken_besides(
    register: Register, rewritten: Register, auditor: Auditor
) -> None:
    verified(auditor.bundle(register.files()))
    answer = refused(auditor.bundle(rewritten.files() | {ENTRIES: b""}))

    assert "signed two histories" in answer.why


def test_whoever_has_an_earlier_bundle_is_told_the_very_entry_that_was_rewritten(
    register: Register, rewritten: Register, auditor: Auditor
) -> None:
    earlier = auditor.zip(register.files(), "earlier.zip")
    answer = refused(auditor.bundle(rewritten.files(), "--against", earlier))

    assert [(place.first, place.last) for place in answer.places] == [(300, 300)]


def test_earlier_checkpoints_tell_since_when_it_was_rewritten(
    register: Register, rewritten: Register, auditor: Auditor
) -> None:
    """Somebody changed an entry and every hash, but could not sign."""
    files = rewritten.files() | {"checkpoint": register.note()}
    files |= {f"checkpoints/{size}": register.note(size) for size in (100, 299, 310, 500)}
    answer = refused(auditor.bundle(files))

    assert [(place.first, place.last) for place in answer.places] == [(300, 310)]


def test_a_checkpoint_of_a_former_key_is_no_fault(register: Register, auditor: Auditor) -> None:
    former = Register(register.leaves, by=STRANGER)

    verified(auditor.bundle(register.files() | {"checkpoints/200": former.note(200)}))


def test_a_forged_earlier_checkpoint_is_named(register: Register, auditor: Auditor) -> None:
    other = Register([leaf(1, "other"), *register.leaves[1:]], by=STRANGER)
    answer = refused(auditor.bundle(register.files() | {"checkpoints/200": other.note(200)}))

    assert answer.places == (Place(200, 200, "the checkpoint that ends here is another one"),)


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


class TestOneAndMany:
    def test_one_entry_is_spoken_of_as_one(self, register: Register, auditor: Auditor) -> None:
        """The one is between the checkpoints of 5 and 6, and the many of 3 and 6."""
        leaves = list(register.leaves)
        leaves[5] = leaf(6, "changed")
        files = Register(leaves).files() | {"checkpoint": register.note()}
        files |= {f"checkpoints/{size}": register.note(size) for size in (3, 6)}
        several = refused(auditor.bundle(files))
        single = refused(auditor.bundle(files | {"checkpoints/5": register.note(5)}))

        assert [str(place) for place in (*several.places, *single.places)] == [
            "Entries 4 to 6: something in them was changed, and their hashes too.",
            "Entry 6: something in it was changed, and its hash too.",
        ]
        assert json.loads(as_json(single))["places"][0]["what"].startswith("something in it")

    def test_one_that_is_missing_is_one(self, auditor: Auditor) -> None:
        verified(auditor.bundle(first(2).files()))
        answer = refused(auditor.bundle(first(1).files()))

        assert [str(place) for place in answer.places] == ["Entry 2: it is missing."]
        assert answer.why.startswith("It ends at entry 1, and 2 signed entries were verified")

    def test_a_register_of_one_entry_is_verified_as_such(self, auditor: Auditor) -> None:
        said = " ".join(told(verified(auditor.bundle(first(1).files()))))

        assert "VERIFIED. The only entry is there, as it was signed." in said
        assert "Signed: 1 entry," in said
        assert "It goes on from the 1 entry" in " ".join(
            told(verified(auditor.bundle(first(2).files())))
        )


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


class TestHostileFiles:
    def test_two_files_of_one_name(self, register: Register, auditor: Auditor) -> None:
        file = auditor.zip(register.files())
        with zipfile.ZipFile(file, "a") as more, pytest.warns(UserWarning, match="Duplicate"):
            more.writestr(ENTRIES, b"other entries")

        assert "twice under one name" in refused(auditor.ask("bundle", file)).why

    def test_a_file_that_unpacks_to_very_much(self, register: Register, auditor: Auditor) -> None:
        files = register.files() | {ENTRIES: bytes(1 << 27)}
        file = written(files, auditor.folder / "bomb.zip", zipfile.ZIP_DEFLATED)

        assert refused(auditor.ask("bundle", file)).places[0].first == 1

    def test_a_signed_size_beyond_what_the_file_can_hold(
        self, register: Register, auditor: Auditor
    ) -> None:
        few = {"checkpoint": Register(map(leaf, range(1, 2_001))).note()}

        assert "cannot hold 2,000 entries" in refused(auditor.bundle(few)).why

    def test_entries_that_are_stored_as_one_longer_one(
        self, register: Register, auditor: Auditor
    ) -> None:
        files = register.files()
        two = b"".join(register.leaves[:2])
        joined = len(two).to_bytes(2, "big") + two
        rest = files[ENTRIES][4 + len(two) :]

        refused(auditor.bundle(files | {ENTRIES: joined + rest}))

    @pytest.mark.parametrize("more", [b"\0", b"\0\0", b"\0\1x"])
    def test_bytes_behind_the_last_entry(
        self, register: Register, auditor: Auditor, more: bytes
    ) -> None:
        files = register.files()
        answer = refused(auditor.bundle(files | {ENTRIES: files[ENTRIES] + more}))

        assert answer.places[-1].last == 256

    @pytest.mark.parametrize("content", [b"", b"PK", b"PK\5\6" + bytes(18), b"x" * 1000])
    def test_what_is_no_zip_file(self, auditor: Auditor, content: bytes) -> None:
        unsure(auditor.ask("bundle", auditor.file("register.zip", content)))


class TestForms:
    """`--full` looks at what is written in the entries, too: apart from whether it was signed."""

    @pytest.mark.parametrize(
        ("written_as", "what"),
        [
            (leaf(5).replace(b'"n":5', b'"n": 5'), "one spelling"),
            (leaf(5).replace(b'"n":5', b'"n":5.0'), "several spellings"),
            (leaf(5).replace(b'"n":5', b'"n":5,"n":6'), "stands in it twice"),
            (leaf(5, "\u0065\u0301"), "normal form C"),
            (leaf(5).replace(b"2026-11-23T", b"2025-11-23T"), "dated before"),
            (leaf(5).replace(b"T00:00:05.000000Z", b""), "when it was recorded"),
            (b"\xff\xfe", "no JSON"),
            (b"[" * 60_000, "no JSON"),
        ],
    )
    def test_an_entry_of_another_form_is_named(
        self, auditor: Auditor, written_as: bytes, what: str
    ) -> None:
        leaves = [leaf(position) for position in range(1, 9)]
        leaves[4] = written_as
        files = Register(leaves).files()

        verified(auditor.bundle(files))
        answer = refused(auditor.bundle(files, "--full"))
        assert answer.why.startswith("Every entry is what was signed")
        assert [place.first for place in answer.places] == [5]
        assert what in answer.places[0].what


def test_a_memory_that_is_damaged_is_not_taken_for_none(
    register: Register, auditor: Auditor
) -> None:
    verified(auditor.bundle(register.files()))
    next((auditor.folder / "state").rglob("checkpoint")).write_bytes(b"")

    assert "is damaged" in unsure(auditor.bundle(register.files())).why


def test_a_memory_that_cannot_be_written_is_told(register: Register, auditor: Auditor) -> None:
    (auditor.folder / "state").write_bytes(b"a file, no folder")

    assert "remember" in unsure(auditor.bundle(register.files())).why


def test_a_full_disk_leaves_the_memory_as_it_was(
    register: Register, auditor: Auditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    verified(auditor.bundle(register.files()))
    before = {path: path.read_bytes() for path in auditor.folder.rglob("state/*/*")}
    monkeypatch.setattr(os, "fsync", full)

    assert "No space left" in unsure(auditor.bundle(register.files())).why
    assert {path: path.read_bytes() for path in auditor.folder.rglob("state/*/*")} == before


def test_each_register_is_remembered_by_its_own_name(register: Register, auditor: Auditor) -> None:
    verified(auditor.bundle(register.files()))
    (remembered,) = (auditor.folder / "state").iterdir()

    assert remembered.name == ORIGIN.replace("/", "%2F")


@pytest.mark.parametrize("origin", [".", "..", "...", "a/../..", "\\", "x" * 4_000])
def test_no_name_of_a_register_leads_out_of_the_memory(auditor: Auditor, origin: str) -> None:
    """Else a policy that came with the files would be taken for one that is remembered."""
    auditor.file("policy", f"log {KEY}\nquorum none\n".encode())
    auditor.file("checkpoint", b"")
    auditor.trusts = ("--json",)
    note = f"{origin}\n1\n{base64.b64encode(bytes(32)).decode()}\n\n— {origin} AAAAAAA=\n"
    answer = auditor.bundle({"checkpoint": note.encode()})

    assert "You have named no key" in unsure(answer).why


def test_programs_get_json(
    register: Register, auditor: Auditor, capsys: pytest.CaptureFixture[str]
) -> None:
    state = ("--state", str(auditor.folder), "--key", KEY, "--json")
    assert main(["bundle", str(auditor.zip(register.files())), *state]) == 0
    assert json.loads(capsys.readouterr().out)["result"] == "verified"
    broken = register.files() | {ENTRIES: b""}
    assert main(["bundle", str(auditor.zip(broken)), *state]) == 1
    assert len(json.loads(capsys.readouterr().out)["places"]) == 256
