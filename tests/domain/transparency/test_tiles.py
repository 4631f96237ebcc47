"""The log as files, as other people's tools read them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.transparency.errors import Malformed, OutsideTree, WrongPath
from domain.transparency.proofs import (
    Node,
    Span,
    consistency_proof,
    hash_of,
    inclusion_proof,
    nodes_of,
    verify_inclusion,
)
from domain.transparency.tiles import (
    LARGEST_ENTRY,
    Bundle,
    Tile,
    bundle_data,
    completed_tiles,
    entries_of,
    in_tree,
    node_reader,
    parse_path,
    path_of,
    tile_data,
    tile_of,
    tiles_of,
)
from domain.transparency.tree import leaf_hash, root_of

SIZE = 70_000
LEAVES = [leaf_hash(b"%d" % index) for index in range(SIZE)]
resources = st.one_of(
    st.builds(Tile, st.integers(0, 63), st.integers(0, 10**15), st.integers(1, 256)),
    st.builds(Bundle, st.integers(0, 10**15), st.integers(1, 256)),
)


@pytest.fixture(scope="module")
def served() -> dict[Tile, bytes]:
    """All tiles of the tree, each made from the ones below it."""
    made: dict[Tile, bytes] = {}
    level = LEAVES
    for tile in tiles_of(SIZE):
        if tile.level and not tile.index:
            level = [root_of(level[at : at + 256]) for at in range(0, len(level) // 256 * 256, 256)]
        first = tile.index * 256
        made[tile] = b"".join(level[first : first + tile.width])
    return made


@pytest.mark.parametrize(
    ("resource", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),  # the index of C2SP tlog-tiles
        (Tile(0, 273, 112), "tile/0/273.p/112"),
        (Tile(2, 0, 1), "tile/2/000.p/1"),
        (Tile(63, 1000), "tile/63/x001/000"),
        (Bundle(1067), "tile/entries/x001/067"),
        (Bundle(5, 255), "tile/entries/005.p/255"),
    ],
)
def test_a_tile_has_the_path_of_the_specification(resource: Tile | Bundle, path: str) -> None:
    assert path_of(resource) == path
    assert parse_path(path) == resource


@given(resources)
def test_a_path_names_the_tile_that_it_was_made_for(resource: Tile | Bundle) -> None:
    assert parse_path(path_of(resource)) == resource


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0",
        "tile/0/67",
        "tile/0/x000/067",
        "tile/0/001/067",
        "tile/0/x001",
        "tile/00/067",
        "tile/64/067",
        "tile/-1/067",
        "tile/0/067.p/0",
        "tile/0/067.p/256",
        "tile/0/067.p/01",
        "tile/0/067.p",
        "tile/0/067/",
        "tile/0/067\n",
        "tile/0/٠٦٧",
        "/tile/0/067",
        "tile/0/../067",
        "tile/8/0/067",
        "tile/data/067",
        "tile/0/" + "x001/" * 30 + "067",
        "",
    ],
)
def test_any_other_spelling_of_a_path_is_refused(path: str) -> None:
    with pytest.raises(Malformed, match="no path of a tile"):
        parse_path(path)


@given(
    st.from_regex(
        r"tile/(entries|[0-9]{1,2})/(x[0-9]{3}/){0,2}[0-9]{2,3}(\.p/[0-9]{1,3})?", fullmatch=True
    )
)
def test_no_text_names_a_tile_whose_path_it_is_not(path: str) -> None:
    with suppress(Malformed):
        assert path_of(parse_path(path)) == path


def test_70000_leaves_have_the_tiles_that_the_specification_counts() -> None:
    tiles = list(tiles_of(SIZE))

    assert [tile for tile in tiles if tile.width < 256] == [
        Tile(0, 273, 112),
        Tile(1, 1, 17),
        Tile(2, 0, 1),
    ]
    assert [sum(tile.level == level for tile in tiles) for level in range(4)] == [274, 2, 1, 0]


def test_256_leaves_have_a_full_tile_and_one_hash_above_it() -> None:
    assert list(tiles_of(256)) == [Tile(0, 0), Tile(1, 0, 1)]
    assert list(tiles_of(0)) == []


@given(st.integers(0, 200_000), st.integers(0, 200_000))
def test_growing_completes_the_full_tiles_that_were_not_there(one: int, other: int) -> None:
    old, new = sorted((one, other))

    assert set(completed_tiles(old, new)) == {
        tile for tile in tiles_of(new) if tile.width == 256 and not in_tree(tile, old)
    }


def test_a_tree_has_its_tiles_and_no_others() -> None:
    assert all(in_tree(tile, SIZE) for tile in tiles_of(SIZE))
    assert not in_tree(Tile(0, 273, 113), SIZE)
    assert not in_tree(Tile(3, 0, 1), SIZE)
    assert in_tree(Bundle(273, 112), SIZE)
    assert not in_tree(Bundle(273), SIZE)


def test_proofs_from_tiles_are_the_proofs_from_leaves(served: dict[Tile, bytes]) -> None:
    root = root_of(LEAVES)
    read = node_reader(served.__getitem__, SIZE)

    assert hash_of(Span(0, SIZE), read) == root
    for index in (0, 255, 256, 65_535, 65_536, SIZE - 1):
        proof = inclusion_proof(index, SIZE, read)
        verify_inclusion(LEAVES[index], index=index, size=SIZE, proof=proof, root=root)
    assert consistency_proof(1_000, SIZE, read) == consistency_proof(1_000, SIZE, nodes_of(LEAVES))


def test_a_proof_reads_a_tile_of_each_level_and_the_last_ones(served: dict[Tile, bytes]) -> None:
    asked: list[Tile] = []

    def read(tile: Tile) -> bytes:
        asked.append(tile)
        return served[tile]

    inclusion_proof(12_345, SIZE, node_reader(read, SIZE))

    assert sorted(asked) == [Tile(0, 48), Tile(0, 273, 112), Tile(1, 0), Tile(1, 1, 17)]


def test_a_tile_is_made_from_nodes(served: dict[Tile, bytes]) -> None:
    read = nodes_of(LEAVES)

    assert tile_data(Tile(1, 1, 17), read) == served[Tile(1, 1, 17)]
    assert tile_data(Tile(0, 3), read) == served[Tile(0, 3)]


def test_a_lying_tile_gives_a_proof_that_leads_nowhere(served: dict[Tile, bytes]) -> None:
    lying = {**served, Tile(0, 48): bytes(8192)}
    proof = inclusion_proof(12_345, SIZE, node_reader(lying.__getitem__, SIZE))

    with pytest.raises(WrongPath):
        verify_inclusion(LEAVES[12_345], index=12_345, size=SIZE, proof=proof, root=root_of(LEAVES))


def test_a_tile_that_was_cut_is_refused(served: dict[Tile, bytes]) -> None:
    with pytest.raises(Malformed, match="tile/0/048: has 8191 bytes instead of 8192"):
        inclusion_proof(12_345, SIZE, node_reader(lambda tile: served[tile][:-1], SIZE))


@pytest.mark.parametrize("node", [Node(0, SIZE), Node(8, 273), Node(7, 546), Node(17, 0)])
def test_a_node_that_is_not_complete_has_no_tile(node: Node) -> None:
    with pytest.raises(OutsideTree):
        tile_of(node, SIZE)


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=20))
def test_a_bundle_gives_back_its_leaves(leaves: list[bytes]) -> None:
    assert entries_of(Bundle(0, len(leaves)), bundle_data(leaves)) == leaves


def test_a_bundle_is_lengths_and_leaves() -> None:
    assert bundle_data([b"", b"act"]) == b"\x00\x00\x00\x03act"
    assert len(bundle_data([bytes(LARGEST_ENTRY)])) == LARGEST_ENTRY + 2
    with pytest.raises(Malformed, match="too long"):
        bundle_data([bytes(LARGEST_ENTRY + 1)])


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x00\x03act", id="one leaf too few"),
        pytest.param(b"\x00\x03act\x00\x00\x00\x00", id="one too many"),
        pytest.param(b"\x00\x03act\x00\x02x", id="cut in a leaf"),
        pytest.param(b"\x00\x03act\x00", id="cut in a length"),
    ],
)
def test_a_bundle_that_was_cut_or_grew_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed, match="does not hold 2 whole entries"):
        entries_of(Bundle(0, 2), data)
