"""The tree's root is the one that RFC 6962 defines, whatever the number of leaves."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from domain.transparency.tree import EMPTY_ROOT, GrowingRoot, leaf_hash, node_hash

# The reference implementation's published inputs and roots.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def test_the_root_of_an_empty_ledger_is_the_hash_of_nothing() -> None:
    assert GrowingRoot().root() == EMPTY_ROOT == hashlib.sha256().digest()


def test_the_roots_are_the_published_ones() -> None:
    tree, roots = GrowingRoot(), []
    for leaf in LEAVES:
        tree.add(leaf_hash(leaf))
        roots.append(tree.root().hex())

    assert roots == ROOTS


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_growing_gives_the_root_of_the_recursive_definition(leaves: list[bytes]) -> None:
    tree = GrowingRoot()
    for leaf in leaves:
        tree.add(leaf_hash(leaf))

    assert tree.root() == _recursive([leaf_hash(leaf) for leaf in leaves])


def _recursive(hashes: list[bytes]) -> bytes:
    if len(hashes) <= 1:
        return hashes[0] if hashes else EMPTY_ROOT
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return node_hash(_recursive(hashes[:split]), _recursive(hashes[split:]))
