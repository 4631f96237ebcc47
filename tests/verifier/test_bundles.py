"""A bundle is the register that was signed, or it is not, and then it is said where."""

import base64
import errno
import json
import os
import zipfile
from pathlib import Path

import pytest

from adapters.signing.ed25519 import Ed25519Signer
from api.verifier.twinledger_verify import Place, main, parse_policy
from domain.transparency.note import ED25519, format_vkey
from domain.transparency.policy import format_policy
from tests.domain.transparency.log import ORIGIN, STRANGER, WITNESSES, policy
from tests.verifier.auditor import Auditor, refused, unsure, verified
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
