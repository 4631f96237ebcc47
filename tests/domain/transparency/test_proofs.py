"""A proof shows what it says, and nothing else."""

from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.transparency.errors import Malformed, NotProven, OutsideTree, WrongPath
from domain.transparency.proofs import (
    Node,
    Span,
    consistency_proof,
    hash_of,
    inclusion_proof,
    inclusion_spans,
    nodes_of,
    shows_other_beginning,
    verify_consistency,
    verify_inclusion,
)
from domain.transparency.tree import EMPTY_ROOT, leaf_hash, root_of
from tests.domain.transparency import published

LEAVES = [leaf_hash(b"leaf %d" % index) for index in range(70)]
ROOTS = [root_of(LEAVES[:size]) for size in range(71)]
sizes = st.integers(1, 70)


def flipped(data: bytes, bit: int) -> bytes:
    """`data` with one bit of it turned over."""
    changed = bytearray(data)
    changed[bit // 8 % len(data)] ^= 1 << bit % 8
    return bytes(changed)


@pytest.mark.parametrize(("index", "size"), published.INCLUSION)
def test_inclusion_proofs_are_the_published_ones(index: int, size: int) -> None:
    read = nodes_of([leaf_hash(leaf) for leaf in published.LEAVES])

    proof = inclusion_proof(index, size, read)

    assert [each.hex() for each in proof] == published.INCLUSION[index, size]


@pytest.mark.parametrize(("old", "new"), published.CONSISTENCY)
def test_consistency_proofs_are_the_published_ones(old: int, new: int) -> None:
    read = nodes_of([leaf_hash(leaf) for leaf in published.LEAVES])

    proof = consistency_proof(old, new, read)

    assert [each.hex() for each in proof] == published.CONSISTENCY[old, new]


def test_a_certificate_in_a_public_log_of_millions_is_proven() -> None:
    verify_inclusion(
        published.CT_LEAF,
        index=published.CT_INDEX,
        size=published.CT_SIZE,
        proof=published.CT_PROOF,
        root=published.CT_ROOT,
    )


def test_every_leaf_of_every_tree_is_proven() -> None:
    for size in range(1, 71):
        for index in range(size):
            proof = inclusion_proof(index, size, nodes_of(LEAVES))
            verify_inclusion(LEAVES[index], index=index, size=size, proof=proof, root=ROOTS[size])


def test_every_tree_is_proven_to_begin_with_every_earlier_one() -> None:
    for new in range(41):
        for old in range(new + 1):
            proof = consistency_proof(old, new, nodes_of(LEAVES))
            verify_consistency(
                old_size=old, old_root=ROOTS[old], new_size=new, new_root=ROOTS[new], proof=proof
            )


@given(st.data(), sizes, st.integers(0, 255))
def test_no_bit_of_leaf_root_or_proof_can_be_changed(
    data: st.DataObject, size: int, bit: int
) -> None:
    index = data.draw(st.integers(0, size - 1))
    parts = [LEAVES[index], ROOTS[size], *inclusion_proof(index, size, nodes_of(LEAVES))]
    place = data.draw(st.integers(0, len(parts) - 1))
    parts[place] = flipped(parts[place], bit)

    with pytest.raises(WrongPath):
        verify_inclusion(parts[0], index=index, size=size, proof=parts[2:], root=parts[1])


@given(st.data(), sizes)
def test_a_leaf_is_proven_at_its_own_place_only(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(-1, size + 1))
    assume(other != index)
    proof = inclusion_proof(index, size, nodes_of(LEAVES))

    with pytest.raises(NotProven):
        verify_inclusion(LEAVES[index], index=other, size=size, proof=proof, root=ROOTS[size])


@given(st.data(), sizes, sizes)
def test_another_size_is_refused_unless_its_path_has_the_same_turns(
    data: st.DataObject, size: int, claimed: int
) -> None:
    index = data.draw(st.integers(0, size - 1))
    assume(index >= claimed or _turns(index, claimed) != _turns(index, size))
    proof = inclusion_proof(index, size, nodes_of(LEAVES))

    with pytest.raises(NotProven):
        verify_inclusion(LEAVES[index], index=index, size=claimed, proof=proof, root=ROOTS[size])


@given(st.data(), sizes, st.integers(0, 255))
def test_no_bit_of_roots_or_consistency_proof_can_be_changed(
    data: st.DataObject, new: int, bit: int
) -> None:
    old = data.draw(st.integers(1, new))
    parts = [ROOTS[old], ROOTS[new], *consistency_proof(old, new, nodes_of(LEAVES))]
    place = data.draw(st.integers(0, len(parts) - 1))
    parts[place] = flipped(parts[place], bit)

    with pytest.raises(WrongPath):
        verify_consistency(
            old_size=old, old_root=parts[0], new_size=new, new_root=parts[1], proof=parts[2:]
        )


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(lambda proof: proof[:-1], id="last hash missing"),
        pytest.param(lambda proof: proof[1:], id="first hash missing"),
        pytest.param(lambda proof: [*proof, proof[-1]], id="a hash too many"),
        pytest.param(lambda proof: [proof[0], *proof], id="first hash twice"),
        pytest.param(lambda proof: proof[::-1], id="from the root down"),
        pytest.param(lambda _: [], id="empty"),
    ],
)
def test_a_proof_with_hashes_left_out_or_added_is_refused(
    changed: Callable[[list[bytes]], list[bytes]],
) -> None:
    inclusion = changed(list(inclusion_proof(5, 13, nodes_of(LEAVES))))
    consistency = changed(list(consistency_proof(6, 13, nodes_of(LEAVES))))

    with pytest.raises(WrongPath):
        verify_inclusion(LEAVES[5], index=5, size=13, proof=inclusion, root=ROOTS[13])
    with pytest.raises(WrongPath):
        verify_consistency(
            old_size=6, old_root=ROOTS[6], new_size=13, new_root=ROOTS[13], proof=consistency
        )


def test_a_history_that_was_built_anew_does_not_begin_with_the_old_one() -> None:
    rebuilt = [*LEAVES[:3], leaf_hash(b"another act"), *LEAVES[4:20]]
    proof = consistency_proof(7, 20, nodes_of(rebuilt))

    with pytest.raises(WrongPath, match="does not begin with that of 7"):
        verify_consistency(
            old_size=7, old_root=ROOTS[7], new_size=20, new_root=root_of(rebuilt), proof=proof
        )


@pytest.mark.parametrize(
    ("old_size", "old_root", "new_size", "new_root", "proof"),
    [
        pytest.param(0, ROOTS[1], 5, ROOTS[5], [], id="nothing has another root"),
        pytest.param(0, EMPTY_ROOT, 5, ROOTS[5], [ROOTS[1]], id="from nothing, with a proof"),
        pytest.param(0, EMPTY_ROOT, 0, ROOTS[1], [], id="nothing became something"),
        pytest.param(5, ROOTS[5], 5, ROOTS[6], [], id="two roots of one size"),
        pytest.param(5, ROOTS[5], 5, ROOTS[5], [ROOTS[1]], id="same size, with a proof"),
        pytest.param(4, ROOTS[4], 8, ROOTS[8], [], id="nothing proven"),
    ],
)
def test_what_needs_no_proof_is_checked_all_the_same(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: list[bytes]
) -> None:
    with pytest.raises(WrongPath):
        verify_consistency(
            old_size=old_size,
            old_root=old_root,
            new_size=new_size,
            new_root=new_root,
            proof=proof,
        )


def test_a_path_that_goes_on_above_the_claimed_root_is_refused() -> None:
    # Every hash is right, for larger trees than those that are claimed.
    with pytest.raises(WrongPath, match="goes on above"):
        verify_inclusion(LEAVES[1], index=0, size=1, proof=[LEAVES[0]], root=ROOTS[2])
    proof = consistency_proof(7, 8, nodes_of(LEAVES))
    with pytest.raises(WrongPath, match="goes on above"):
        verify_consistency(
            old_size=3, old_root=ROOTS[7], new_size=4, new_root=ROOTS[8], proof=proof
        )


def test_a_path_that_ends_below_the_claimed_root_is_refused() -> None:
    with pytest.raises(WrongPath, match="ends below"):
        verify_inclusion(LEAVES[0], index=0, size=2, proof=[], root=LEAVES[0])
    proof = consistency_proof(3, 4, nodes_of(LEAVES))
    with pytest.raises(WrongPath, match="ends below"):
        verify_consistency(
            old_size=7, old_root=ROOTS[3], new_size=8, new_root=ROOTS[4], proof=proof
        )


def test_a_tree_cannot_shrink() -> None:
    with pytest.raises(OutsideTree):
        consistency_proof(5, 4, nodes_of(LEAVES))
    with pytest.raises(OutsideTree):
        verify_consistency(old_size=5, old_root=ROOTS[5], new_size=4, new_root=ROOTS[4], proof=[])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_a_leaf_that_the_tree_does_not_have_cannot_be_proven(index: int, size: int) -> None:
    with pytest.raises(OutsideTree):
        inclusion_proof(index, size, nodes_of(LEAVES))
    with pytest.raises(OutsideTree):
        verify_inclusion(LEAVES[0], index=index, size=size, proof=[], root=ROOTS[size])


def test_what_is_no_hash_is_refused_before_it_is_hashed() -> None:
    with pytest.raises(Malformed, match="32 bytes"):
        verify_inclusion(LEAVES[0], index=0, size=2, proof=[LEAVES[1] + b"\0"], root=ROOTS[2])


def test_a_proof_in_a_tree_of_a_billion_leaves_reads_few_nodes() -> None:
    asked: list[Node] = []

    def read(node: Node) -> bytes:
        asked.append(node)
        return EMPTY_ROOT

    inclusion_proof(123_456_789, 999_999_999, read)
    consistency_proof(123_456_789, 999_999_999, read)

    assert len(asked) < 4 * 30


@given(sizes)
def test_the_hash_over_all_leaves_is_the_root(size: int) -> None:
    assert hash_of(Span(0, size), nodes_of(LEAVES)) == ROOTS[size]


def _turns(index: int, size: int) -> list[bool]:
    """On which side the sibling stands at each step: all that a verifier learns from a size."""
    return [span.begin > index for span in inclusion_spans(index, size)]


@given(st.lists(st.integers(0, 70), min_size=3, max_size=3, unique=True).map(sorted))
def test_a_proof_of_another_history_shows_that_it_begins_otherwise(three: list[int]) -> None:
    changed, old, new = three
    other = [*LEAVES[:changed], leaf_hash(b"forged"), *LEAVES[changed + 1 :]]
    root = root_of(other[:new])
    proof = consistency_proof(old, new, nodes_of(other))

    complete = old & (old - 1) == 0  # then a proof leaves out the root of the old tree
    assert shows_other_beginning(
        old_size=old, old_root=ROOTS[old], new_size=new, new_root=root, proof=proof
    ) == (not complete)


@given(sizes, sizes, st.integers(0, 2**12), st.booleans())
def test_no_proof_shows_another_beginning_of_a_log_that_only_grew(
    old: int, new: int, bit: int, cut: bool
) -> None:
    assume(old < new)
    proof = consistency_proof(old, new, nodes_of(LEAVES))
    mangled = [
        flipped(each, bit) if place == bit % len(proof) else each
        for place, each in enumerate(proof)
    ]

    for sent in (proof, mangled, proof[:-1] if cut else (*proof, ROOTS[new])):
        assert not shows_other_beginning(
            old_size=old, old_root=ROOTS[old], new_size=new, new_root=ROOTS[new], proof=sent
        )
