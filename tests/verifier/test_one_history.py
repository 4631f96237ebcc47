"""Each signed checkpoint that somebody names is held against the one that they verified before."""

from collections.abc import Callable

import pytest

from api.verifier.twinledger_verify import NotVerified
from tests.verifier.auditor import Auditor, record_of, refused, unsure, verified
from tests.verifier.register import ENTRIES, Register, first

BEFORE = 400
Asked = Callable[[Auditor, Register], NotVerified]


def forked(auditor: Auditor, answer: NotVerified, *notes: bytes) -> None:
    """It is told as two histories, and both notes are kept."""
    evidence = b"".join(each.read_bytes() for each in auditor.folder.rglob("fork.evidence*"))

    assert "signed two histories" in answer.why
    assert all(note in evidence for note in notes)


@pytest.fixture
def knows(auditor: Auditor) -> Auditor:
    """Somebody who verified the register when it had 400 entries."""
    verified(auditor.bundle(first(BEFORE).files()))
    return auditor


def test_two_checkpoints_of_another_history_than_the_one_verified_before_are_refused(
    knows: Auditor, register: Register, rewritten: Register
) -> None:
    older = knows.file("older", rewritten.note(BEFORE))
    newer = knows.file("newer", rewritten.note())
    proof = knows.file("proof", rewritten.consistency(BEFORE))
    answer = refused(knows.ask("consistency", older, newer, "--proof", proof))

    forked(knows, answer, register.note(BEFORE), rewritten.note(BEFORE))


def test_it_is_refused_where_nothing_else_could_be_told_of_the_two(
    knows: Auditor, register: Register, rewritten: Register
) -> None:
    other, mine = (knows.file(f"{at}", rewritten.note(at)) for at in (BEFORE, 500))
    for pair in ((other, mine), (mine, other), (other, other)):
        answer = refused(knows.ask("consistency", *pair))
        forked(knows, answer, register.note(BEFORE), rewritten.note(BEFORE))


def test_who_goes_on_from_what_was_verified_before_is_verified(
    knows: Auditor, register: Register
) -> None:
    older = knows.file("older", register.note(BEFORE))
    newer = knows.file("newer", register.note())
    proof = knows.file("proof", register.consistency(BEFORE))

    verified(knows.ask("consistency", older, newer, "--proof", proof))


def an_altered_receipt(auditor: Auditor, other: Register) -> NotVerified:
    return refused(auditor.receipt(other, 1, b"altered besides"))


def a_record(auditor: Auditor, other: Register) -> NotVerified:
    return refused(auditor.record(record_of(other, "TL-3")))


def a_bundle_that_lacks_its_files(auditor: Auditor, other: Register) -> NotVerified:
    return refused(auditor.bundle({"checkpoint": other.note()}))


@pytest.mark.parametrize("asked", [an_altered_receipt, a_record, a_bundle_that_lacks_its_files])
def test_the_other_history_is_told_whatever_else_is_wrong(
    knows: Auditor, register: Register, rewritten: Register, asked: Asked
) -> None:
    other = Register(rewritten.leaves[:BEFORE])

    forked(knows, asked(knows, other), register.note(BEFORE), other.note())


@pytest.mark.parametrize("size", [300, 600])
def test_an_earlier_bundle_of_another_history_is_told_although_the_present_one_is_broken(
    knows: Auditor, register: Register, rewritten: Register, size: int
) -> None:
    other = Register(rewritten.leaves[:BEFORE])
    earlier = knows.zip(other.files(), "earlier.zip")
    present = first(size).files() | {ENTRIES: b""}
    answer = refused(knows.bundle(present, "--against", earlier))

    forked(knows, answer, register.note(BEFORE), other.note())


def test_an_earlier_bundle_that_is_broken_itself_is_still_another_history(
    knows: Auditor, register: Register, rewritten: Register
) -> None:
    other = Register(rewritten.leaves[:BEFORE])
    earlier = knows.zip(other.files() | {ENTRIES: b""}, "earlier.zip")
    answer = refused(knows.bundle(register.files(), "--against", earlier))
    forked(knows, answer, register.note(BEFORE), other.note())

    broken = knows.zip(first(BEFORE).files() | {ENTRIES: b""}, "earlier.zip")
    assert "no bundle" in unsure(knows.bundle(register.files(), "--against", broken)).why


def test_a_checkpoint_that_a_broken_bundle_keeps_is_held_against_it_too(
    knows: Auditor, register: Register, rewritten: Register
) -> None:
    kept = {f"checkpoints/{size}": rewritten.note(size) for size in (310, BEFORE)}
    answer = refused(knows.bundle(register.files() | kept | {ENTRIES: b""}))

    forked(knows, answer, register.note(BEFORE), rewritten.note(BEFORE))
