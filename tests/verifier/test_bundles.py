"""A bundle is the register that was signed, or it is not, and then it is said where."""

import json
import os
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from adapters.bundles import MOST_CHECKPOINTS
from adapters.signing.ed25519 import Ed25519Signer
from api.verifier import twinledger_verify as standalone
from api.verifier.twinledger_verify import Place, as_json, main, told
from domain.transparency.note import ED25519, format_vkey
from tests.domain.transparency.log import STRANGER
from tests.verifier.auditor import Auditor, refused, unsure, verified
from tests.verifier.register import ENTRIES, KEY, Register, first, leaf, written


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

    @pytest.mark.parametrize("offset", [2**32 - 2, 2**62, 2**63, 2**64 - 1])
    def test_a_file_that_should_stand_far_behind_the_end_is_one_that_cannot_be_read(
        self, register: Register, auditor: Auditor, offset: int
    ) -> None:
        file = auditor.zip(register.files())
        file.write_bytes(first_file_at(offset, file.read_bytes()))

        assert "It holds no signed checkpoint" in unsure(auditor.ask("bundle", file)).why

    @pytest.mark.parametrize("name", ["checkpoint", "policy", "checkpoints/300", ENTRIES])
    def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(
        self, register: Register, auditor: Auditor, name: str
    ) -> None:
        folder = auditor.folder / "unpacked"
        with zipfile.ZipFile(auditor.zip(register.files(checkpoints=[300]))) as packed:
            packed.extractall(folder)
        (folder / name).unlink()
        os.mkfifo(folder / name)
        done = in_ten_seconds(auditor, folder)

        assert done.returncode == {"checkpoint": 2, "policy": 0}.get(name, 1), done.stdout
        assert "fault of its own" not in done.stdout

    def test_a_pipe_or_a_device_is_no_bundle(self, auditor: Auditor) -> None:
        os.mkfifo(auditor.folder / "pipe")
        for file in (auditor.folder / "pipe", Path("/dev/zero")):
            assert "is neither a file nor a folder" in in_ten_seconds(auditor, file).stdout

    @pytest.mark.parametrize("content", [b"", b"PK", b"PK\5\6" + bytes(18), b"x" * 1000])
    def test_what_is_no_zip_file(self, auditor: Auditor, content: bytes) -> None:
        unsure(auditor.ask("bundle", auditor.file("register.zip", content)))


def first_file_at(offset: int, packed: bytes) -> bytes:
    """The zip file, whose list says that its first file begins there."""
    end = packed.rindex(b"PK\5\6")
    size, begin = struct.unpack("<LL", packed[end + 12 : end + 20])
    name, extra = struct.unpack("<HH", packed[begin + 28 : begin + 32])
    more = struct.pack("<HHQ", 1, 8, offset)
    behind = begin + 46 + name + extra
    return b"".join(
        (
            packed[: begin + 30],
            struct.pack("<H", extra + len(more)),
            packed[begin + 32 : begin + 42],
            b"\xff" * 4,
            packed[begin + 46 : behind],
            more,
            packed[behind : end + 12],
            struct.pack("<L", size + len(more)),
            packed[end + 16 :],
        )
    )


def in_ten_seconds(auditor: Auditor, file: Path) -> "subprocess.CompletedProcess[str]":
    words = ["bundle", str(file), "--key", KEY, "--state", str(auditor.folder / "state")]
    command = [sys.executable, standalone.__file__, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)


class TestManyEarlierCheckpoints:
    """They tell where a register was changed; nobody has to wait for what they do not tell."""

    def test_as_many_are_looked_at_as_a_register_hands_out(self) -> None:
        assert standalone.MOST_KEPT == MOST_CHECKPOINTS

    def test_more_than_a_register_hands_out_are_told_and_not_looked_at(
        self, register: Register, auditor: Auditor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(standalone, "MOST_KEPT", 10)
        files = register.files(checkpoints=range(1, 11))
        verified(auditor.bundle(files))
        forged = {f"checkpoints/{size}": b"forged" for size in range(11, 31)}
        answer = refused(auditor.bundle(files | forged))
        assert answer.why == (
            "It keeps 30 earlier checkpoints, and a register hands out 10 at most: "
            "the others were not looked at"
        )
        assert answer.places == ()

        changed = refused(auditor.bundle(files | forged | {ENTRIES: b""}))
        assert changed.why.startswith("This is not the register that was signed. It keeps 30")

    def test_those_behind_the_first_that_differs_are_not_checked_one_by_one(
        self, register: Register, auditor: Auditor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        checked: list[bytes] = []

        def counted(public: bytes, message: bytes, signature: bytes) -> bool:
            checked.append(message)
            return genuine(public, message, signature)

        genuine = standalone.ed25519_verifies
        monkeypatch.setattr(standalone, "ed25519_verifies", counted)
        files = register.files(checkpoints=range(1, 301))
        refused(auditor.bundle(files | {ENTRIES: b""}))

        assert len(checked) < 5

    def test_a_signature_that_stands_there_many_times_is_checked_once(
        self, register: Register, auditor: Auditor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        checked: list[bytes] = []

        def counted(_public: bytes, message: bytes, _signature: bytes) -> bool:
            checked.append(message)
            return True

        monkeypatch.setattr(standalone, "ed25519_verifies", counted)
        text, blank, line = register.note().rpartition(b"\n\n")
        verified(auditor.bundle(register.files() | {"checkpoint": text + blank + line * 99}))

        assert len(checked) == 1


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


def test_programs_get_json(
    register: Register, auditor: Auditor, capsys: pytest.CaptureFixture[str]
) -> None:
    state = ("--state", str(auditor.folder), "--key", KEY, "--json")
    assert main(["bundle", str(auditor.zip(register.files())), *state]) == 0
    assert json.loads(capsys.readouterr().out)["result"] == "verified"
    broken = register.files() | {ENTRIES: b""}
    assert main(["bundle", str(auditor.zip(broken)), *state]) == 1
    assert len(json.loads(capsys.readouterr().out)["places"]) == 256
