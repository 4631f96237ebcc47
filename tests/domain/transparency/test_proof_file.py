"""A proof that is kept in a file shows years later, without any server, what it showed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from adapters.signing.ed25519 import verify
from domain.transparency.errors import Malformed, NotProven, TooFewWitnesses, Unsigned, WrongPath
from domain.transparency.policy import VerifiedCheckpoint
from domain.transparency.proof_file import ProofFile, format_proof, parse_proof, verify_proof
from domain.transparency.proofs import inclusion_proof, nodes_of
from tests.domain.transparency.log import LEAVES, STRANGER, checkpoint, policy, proof

FILE = format_proof(proof(4, 7))
hashes = st.lists(st.binary(min_size=32, max_size=32), max_size=63).map(tuple)


def verified(data: bytes, leaf: bytes = LEAVES[4], quorum: int = 2) -> VerifiedCheckpoint:
    return verify_proof(parse_proof(data), leaf, policy(quorum), verify)


def test_a_leaf_in_the_ledger_is_proven_with_its_witnesses() -> None:
    answer = verified(FILE)

    assert answer.checkpoint.size == 7
    assert [each.name for each in answer.witnesses] == [
        "city0.example/witness",
        "city1.example/witness",
    ]


def test_every_leaf_has_a_file_that_proves_it() -> None:
    note = checkpoint(40)
    for index in range(40):
        verified(format_proof(proof(index, 40, note)), LEAVES[index], quorum=0)


def test_the_file_is_that_of_the_specification() -> None:
    lines = FILE.decode().split("\n")

    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 4"]
    assert lines[5:8] == ["", "register.example/ledger/1", "7"]
    assert all(len(line) == 44 for line in lines[2:5])


@given(
    st.builds(
        ProofFile,
        st.integers(0, 2**63 - 1),
        hashes,
        st.just(checkpoint(7)),
        st.none() | st.binary(max_size=50),
    )
)
def test_a_proof_is_read_as_it_was_written(kept: ProofFile) -> None:
    assert parse_proof(format_proof(kept)) == kept


@given(st.integers(0, len(FILE) - 1), st.integers(0, 7))
def test_no_bit_of_the_file_can_be_changed(place: int, bit: int) -> None:
    data = bytearray(FILE)
    data[place] ^= 1 << bit

    with pytest.raises(NotProven):
        verified(bytes(data))


@given(st.integers(0, len(FILE) - 1))
def test_a_file_that_was_cut_proves_nothing(length: int) -> None:
    with pytest.raises(NotProven):
        verified(FILE[:length])


def test_another_leaf_is_not_proven() -> None:
    with pytest.raises(WrongPath, match="from leaf 4 to another root"):
        verified(FILE, LEAVES[5])


def test_the_same_path_at_another_index_is_not_proven() -> None:
    with pytest.raises(NotProven):
        verified(format_proof(replace(proof(4, 7), index=5)))


def test_a_path_in_an_earlier_tree_is_not_one_in_this() -> None:
    earlier = inclusion_proof(4, 6, nodes_of(LEAVES))

    with pytest.raises(WrongPath):
        verified(format_proof(replace(proof(4, 7), hashes=earlier)))


def test_the_log_alone_does_not_do_where_witnesses_are_asked_for() -> None:
    with pytest.raises(TooFewWitnesses):
        verified(format_proof(proof(4, 7, checkpoint(7))))


def test_a_stranger_with_the_logs_name_proves_nothing() -> None:
    with pytest.raises(Unsigned):
        verified(format_proof(proof(4, 7, checkpoint(7, by=STRANGER))), quorum=0)


def test_what_is_added_for_the_reader_changes_no_answer() -> None:
    with_extra = format_proof(replace(proof(4, 7), extra=b"position 5"))

    assert parse_proof(with_extra).extra == b"position 5"
    assert verified(with_extra) == verified(FILE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"c2sp.org/tlog-proof@v1\n", b""),
        (b"c2sp.org/tlog-proof@v1", b"c2sp.org/tlog-proof@v2"),
        (b"index 4\n", b""),
        (b"index 4", b"index 04"),
        (b"index 4", b"index 9223372036854775808"),
        (b"index 4", b"index  4"),
        (b"index 4", b"index -4"),
        (b"index 4\n", b"index 4\nextra AAAA\n"),
        (b"index 4\n", b"extra !\nindex 4\n"),
        (b"index 4\n", b"index 4\nAAAA\n"),
        (b"index 4\n", b"index 4\n" + b"A" * 43 + b"=\n" * 64),
        (b"\n", b"\r\n"),
        (b"\n\nregister", b"\nregister"),
    ],
)
def test_what_is_no_proof_is_refused(old: bytes, new: bytes) -> None:
    assert old in FILE

    with pytest.raises(Malformed):
        verified(FILE.replace(old, new))


def test_a_proof_without_a_checkpoint_is_refused() -> None:
    with pytest.raises(Malformed, match="up to a blank one"):
        parse_proof(b"c2sp.org/tlog-proof@v1\nindex 4")


def test_a_proof_of_too_many_hashes_is_refused() -> None:
    line = b"A" * 43 + b"=\n"

    with pytest.raises(Malformed, match="No proof has over 63"):
        verified(FILE.replace(b"index 4\n", b"index 4\n" + line * 61))
    with pytest.raises(Malformed):
        format_proof(replace(proof(4, 7), hashes=(bytes(32),) * 64))
