"""Another implementation of RFC 6962, written by others, sees the same trees.

pymerkle is under GPL-3.0: it is an oracle in this file, and nothing that is shipped imports it.
"""

import pytest
from pymerkle import (  # type: ignore[import-untyped]  # it ships no types
    InmemoryTree,
    verify_consistency,
)

from domain.transparency.proofs import inclusion_proof, nodes_of
from domain.transparency.tree import leaf_hash, root_of

ENTRIES = [b"entry %d" % place for place in range(130)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]


@pytest.fixture(scope="module")
def theirs() -> InmemoryTree:
    tree = InmemoryTree(algorithm="sha256")
    for entry in ENTRIES:
        tree.append_entry(entry)
    return tree


def test_the_roots_agree(theirs: InmemoryTree) -> None:
    for size in range(len(LEAVES) + 1):
        assert root_of(LEAVES[:size]) == theirs.get_root(size)


@pytest.mark.parametrize("size", [1, 2, 3, 63, 64, 65, 100, 130])
def test_the_inclusion_proofs_agree(theirs: InmemoryTree, size: int) -> None:
    for index in range(size):
        leaf, *path = theirs.prove_inclusion(index + 1, size).path  # they count from 1

        assert (leaf, tuple(path)) == (
            LEAVES[index],
            inclusion_proof(index, size, nodes_of(LEAVES)),
        )


@pytest.mark.parametrize("new", [1, 2, 7, 64, 65, 100])
def test_they_find_our_trees_consistent(theirs: InmemoryTree, new: int) -> None:
    for old in range(1, new + 1):
        proof = theirs.prove_consistency(old, new)

        verify_consistency(root_of(LEAVES[:old]), root_of(LEAVES[:new]), proof)
