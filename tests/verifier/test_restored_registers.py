"""A register goes on from what was verified before; set back or rewritten, it is told so."""

import base64
import errno
import os

import pytest

from api.verifier.twinledger_verify import Place
from tests.domain.transparency.log import ORIGIN, STRANGER
from tests.verifier.auditor import Auditor, refused, unsure, verified
from tests.verifier.register import ENTRIES, KEY, Register, first, leaf


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
