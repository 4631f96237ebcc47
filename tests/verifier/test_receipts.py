"""A receipt: one entry, its proof, and the signed checkpoint over both."""

import pytest

from api.verifier.twinledger_verify import Place
from tests.verifier.auditor import Auditor, proof_of, refused, unsure, verified
from tests.verifier.register import Register, leaf


@pytest.mark.parametrize("position", [1, 2, 255, 256, 257, 512, 513, 600])
def test_an_entry_is_verified_at_its_place(
    register: Register, auditor: Auditor, position: int
) -> None:
    answer = verified(auditor.receipt(register, position))

    assert answer.what == f"This is entry {position} of the register, unchanged"


def test_every_entry_of_small_registers_is_verified_and_at_no_other_place(
    auditor: Auditor,
) -> None:
    for size in range(1, 8):
        register = Register(leaf(position) for position in range(1, size + 1))
        auditor.folder = auditor.file(f"{size}", b"").with_suffix(".d")
        auditor.folder.mkdir()
        for position in range(1, size + 1):
            verified(auditor.receipt(register, position))
            for other in set(range(1, size + 1)) - {position}:
                refused(auditor.receipt(register, position, register.leaves[other - 1]))


def test_a_changed_entry_is_named(register: Register, auditor: Auditor) -> None:
    answer = refused(auditor.receipt(register, 300, leaf(300, "changed")))

    what = "the proof does not lead from it to the signed root"
    assert answer.places == (Place(300, 300, what),)


def test_the_hash_of_two_entries_is_no_entry(register: Register, auditor: Auditor) -> None:
    """RFC 6962 section 2.1: leaves and inner nodes are told apart by their first byte."""
    inner = register.levels[0][0] + register.levels[0][1]
    proof = proof_of(register, 1).decode().split("\n")
    shorter = "\n".join([*proof[:2], *proof[3:]]).encode()
    file, entry = auditor.file("p", shorter), auditor.file("e", inner)

    refused(auditor.ask("receipt", file, entry))


@pytest.mark.parametrize("change", ["longer", "shorter", "another index", "beyond", "swapped"])
def test_a_proof_that_is_not_the_one_is_refused(
    register: Register, auditor: Auditor, change: str
) -> None:
    lines = proof_of(register, 300).decode().split("\n")
    match change:
        case "longer":
            lines.insert(3, lines[3])
        case "shorter":
            del lines[2]
        case "another index":
            lines[1] = "index 300"
        case "beyond":
            lines[1] = "index 9223372036854775807"
        case _:
            lines[2], lines[3] = lines[3], lines[2]
    proof = auditor.file("a.proof", "\n".join(lines).encode())

    refused(auditor.ask("receipt", proof, auditor.file("e", register.leaves[299])))


def test_a_hash_has_one_spelling(register: Register, auditor: Auditor) -> None:
    lines = proof_of(register, 300).decode().split("\n")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = alphabet.index(lines[2][-2])
    lines[2] = f"{lines[2][:-2]}{alphabet[last ^ 1]}="  # a bit that decoding leaves out
    file = auditor.file("p", "\n".join(lines).encode())

    refused(auditor.ask("receipt", file, auditor.file("e", register.leaves[299])))


def test_a_proof_of_a_hundred_thousand_hashes_is_refused(
    register: Register, auditor: Auditor
) -> None:
    lines = proof_of(register, 300).decode().split("\n")
    proof = "\n".join([*lines[:3], *[lines[2]] * 100_000, *lines[3:]]).encode()

    refused(auditor.ask("receipt", auditor.file("p", proof), auditor.file("e", leaf(300))))


def test_a_receipt_of_another_history_is_refused_once_the_register_is_known(
    register: Register, rewritten: Register, auditor: Auditor
) -> None:
    verified(auditor.receipt(register, 1))

    assert "signed two histories" in refused(auditor.receipt(rewritten, 1)).why


def test_a_receipt_of_another_time_says_what_it_does_not_show(
    register: Register, auditor: Auditor
) -> None:
    verified(auditor.receipt(register, 1))
    later = Register([*register.leaves, leaf(601)])

    assert "Not shown" in verified(auditor.receipt(later, 601)).notes[0]


def test_a_bundle_shows_that_an_older_receipt_is_of_the_same_history(
    register: Register, rewritten: Register, auditor: Auditor
) -> None:
    later = auditor.zip(Register([*register.leaves, leaf(601)]).files())
    entry = auditor.file("e", register.leaves[0])
    right, wrong = (auditor.file("p", proof_of(one, 1)) for one in (register, rewritten))

    auditor.file("p", proof_of(register, 1))
    verified(auditor.ask("receipt", right, entry, "--bundle", later))
    beyond = proof_of(Register([*register.leaves, leaf(601), leaf(602)]), 1)
    newer = auditor.ask("receipt", auditor.file("p", beyond), entry, "--bundle", later)
    assert "The bundle ends at entry 601" in unsure(newer).why
    auditor.file("p", proof_of(rewritten, 1))
    assert "two histories" in refused(auditor.ask("receipt", wrong, entry, "--bundle", later)).why


def test_two_checkpoints_are_consistent_by_a_proof_or_a_bundle(
    register: Register, auditor: Auditor
) -> None:
    bundle = auditor.zip(register.files())
    older, newer = (auditor.file(f"c{size}", register.note(size)) for size in (300, 600))

    assert "alone do not show" in unsure(auditor.ask("consistency", older, newer)).why
    verified(auditor.ask("consistency", older, newer, "--bundle", bundle))
    proof = auditor.file("proof", register.consistency(300))
    verified(auditor.ask("consistency", older, newer, "--proof", proof))
    refused(auditor.ask("consistency", newer, older))


def test_an_older_checkpoint_of_another_history_than_the_one_remembered_is_a_fork(
    register: Register, rewritten: Register, auditor: Auditor
) -> None:
    """Its newer one goes on from it, and yet both are of a history that was never shown before."""
    same = auditor.file("same", register.note(400))
    verified(auditor.ask("consistency", same, same))
    older = auditor.file("older", rewritten.note(400))
    newer = auditor.file("newer", rewritten.note(600))
    proof = auditor.file("proof", rewritten.consistency(400))

    answer = refused(auditor.ask("consistency", older, newer, "--proof", proof))

    assert "two histories" in answer.why
    assert "The proof is kept in" in answer.why


def test_every_pair_of_small_trees_is_consistent_and_no_proof_fits_another_pair(
    auditor: Auditor,
) -> None:
    register = Register(leaf(position) for position in range(1, 10))
    newer = auditor.file("newer", register.note(9))
    for old in range(1, 9):
        older = auditor.file("older", register.note(old))
        for other in range(1, 9):
            proof = auditor.file("proof", register.consistency(other))
            answer = auditor.ask("consistency", older, newer, "--proof", proof)
            verified(answer) if other == old else refused(answer)


def test_a_rewritten_register_is_not_consistent(
    register: Register, rewritten: Register, auditor: Auditor
) -> None:
    older = auditor.file("older", register.note(400))
    newer = auditor.file("newer", rewritten.note())
    proof = auditor.file("proof", rewritten.consistency(400))

    refused(auditor.ask("consistency", older, newer, "--proof", proof))
    bundle = auditor.zip(rewritten.files())
    answer = refused(auditor.ask("consistency", older, newer, "--bundle", bundle))
    assert "two histories" in answer.why
