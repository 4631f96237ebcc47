"""The tree's root is the one that RFC 6962 defines, whatever the number of leaves."""

import hashlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.transparency.errors import Malformed, OutsideTree
from domain.transparency.tree import (
    EMPTY_ROOT,
    GrowingRoot,
    TreeState,
    index_of,
    leaf_hash,
    node_hash,
    position_of,
    root_of,
)
from tests.domain.transparency.published import LEAVES, ROOTS

hashes = st.lists(st.binary(max_size=8).map(leaf_hash), max_size=70)


def test_the_root_of_an_empty_ledger_is_the_hash_of_nothing() -> None:
    assert GrowingRoot().root() == root_of([]) == EMPTY_ROOT == hashlib.sha256().digest()


def test_the_roots_are_the_published_ones() -> None:
    tree, roots = GrowingRoot(), []
    for leaf in LEAVES:
        tree.add(leaf_hash(leaf))
        roots.append(tree.root().hex())

    assert roots == ROOTS


@given(hashes)
def test_growing_gives_the_root_of_the_recursive_definition(leaves: list[bytes]) -> None:
    assert root_of(leaves) == _recursive(leaves)


@given(hashes, st.integers(0, 70))
def test_a_tree_goes_on_growing_after_a_restart(leaves: list[bytes], stop: int) -> None:
    before = GrowingRoot()
    for leaf in leaves[:stop]:
        before.add(leaf)
    saved = msgspec.json.encode(before.state())

    after = GrowingRoot(msgspec.json.decode(saved, type=TreeState))
    for leaf in leaves[stop:]:
        after.add(leaf)

    assert (after.size, after.root()) == (len(leaves), root_of(leaves))


@pytest.mark.parametrize(
    ("size", "complete"),
    [(1, ()), (2, (EMPTY_ROOT, EMPTY_ROOT)), (1, (b"short",)), (-1, (EMPTY_ROOT,))],
)
def test_a_saved_tree_that_cannot_be_one_is_refused(size: int, complete: tuple[bytes, ...]) -> None:
    with pytest.raises(Malformed, match="saved tree"):
        TreeState(size, complete)


def test_position_1_of_the_ledger_is_leaf_0_of_the_tree() -> None:
    assert (index_of(1), position_of(0)) == (0, 1)
    with pytest.raises(OutsideTree):
        index_of(0)


def _recursive(hashes: list[bytes]) -> bytes:
    if len(hashes) <= 1:
        return hashes[0] if hashes else EMPTY_ROOT
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return node_hash(_recursive(hashes[:split]), _recursive(hashes[split:]))
