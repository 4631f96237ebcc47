r"""Inclusion and consistency proofs: RFC 6962 sections 2.1.1 and 2.1.2, RFC 9162 section 2.1.

A proof is a list of hashes, each over a *span* of consecutive leaves, and each span is made of
complete subtrees, its *nodes*. So a proof is made in two steps: the spans follow from the sizes
alone, and their hashes come from a reader of nodes, wherever these are kept. A tree of n leaves
needs fewer than 2 log2(n) of them. Six leaves, and a node as (level, index):

                 root = span 0-6
                /               \
         span 0-4 = (2, 0)    span 4-6 = (1, 2)
            /        \           /        \
         (1, 0)    (1, 1)     (0, 4)    (0, 5)
         /    \    /    \
     (0, 0) (0, 1) (0, 2) (0, 3)

A path is bound to the tree's size only through the root, for trees of several sizes have paths of
one shape. So the size is signed together with the root, in a checkpoint.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from msgspec import Struct

from domain.transparency.errors import Malformed, OutsideTree, WrongPath
from domain.transparency.tree import EMPTY_ROOT, HASH_SIZE, node_hash, root_of, root_of_complete


class Node(Struct, frozen=True, order=True):
    """The complete subtree over the 2^level leaves from index * 2^level on."""

    level: int
    index: int


class Span(Struct, frozen=True, order=True):
    """The leaves from `begin` up to, not including, `end`, as the RFC's D[begin:end]."""

    begin: int
    end: int

    def nodes(self) -> list[Node]:
        """Its complete subtrees from left to right, the largest first."""
        length, begin, nodes = self.end - self.begin, self.begin, []
        for level in reversed(range(length.bit_length())):
            if length >> level & 1:
                nodes.append(Node(level, begin >> level))
                begin += 1 << level
        return nodes


NodeReader: TypeAlias = Callable[[Node], bytes]


def inclusion_spans(index: int, size: int) -> list[Span]:
    """The spans whose hashes prove that leaf `index` is in a tree of `size` leaves.

    From the leaf's sibling up to the child of the root: PATH of RFC 6962 section 2.1.1.
    """
    if not 0 <= index < size:
        raise OutsideTree(index=index, size=size)
    begin, end, spans = 0, size, []
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(begin, middle))
            begin = middle
    return spans[::-1]


def consistency_spans(old: int, new: int) -> list[Span]:
    """The spans whose hashes prove that the tree of `old` leaves is the beginning of that of `new`.

    PROOF of RFC 6962 section 2.1.2; none where `old` is 0 or `new`.
    """
    if not 0 <= old <= new:
        raise OutsideTree(index=old, size=new)
    begin, end, spans = 0, new, []
    while old and end != old:
        middle = begin + _split(end - begin)
        if old <= middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(begin, middle))
            begin = middle
    # The span from the first leaf on is the old tree itself, whose root the verifier has.
    if begin:
        spans.append(Span(begin, end))
    return spans[::-1]


def hash_of(span: Span, read: NodeReader) -> bytes:
    """The Merkle tree hash over a span; with the span of all leaves, the root."""
    return root_of_complete([read(node) for node in span.nodes()])


def inclusion_proof(index: int, size: int, read: NodeReader) -> tuple[bytes, ...]:
    """The proof that leaf `index` is in the tree of `size` leaves."""
    return tuple(hash_of(span, read) for span in inclusion_spans(index, size))


def consistency_proof(old: int, new: int, read: NodeReader) -> tuple[bytes, ...]:
    """The proof that the tree of `old` leaves is the beginning of that of `new`."""
    return tuple(hash_of(span, read) for span in consistency_spans(old, new))


def nodes_of(leaves: Sequence[bytes]) -> NodeReader:
    """A reader over leaf hashes in memory; it hashes whole subtrees, so for short lists."""
    return lambda node: root_of(leaves[node.index << node.level : (node.index + 1) << node.level])


def verify_inclusion(
    leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Raise unless the leaf hash stands at `index` of the tree: RFC 9162 section 2.1.3.2."""
    if not 0 <= index < size:
        raise OutsideTree(index=index, size=size)
    _require_hashes(leaf, root, *proof)
    place, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise WrongPath("The proof goes on above the root.")
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            place, last = _climb_while_left(place, last)
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise WrongPath("The proof ends below the root.")
    if found != root:
        raise WrongPath(f"The proof leads from leaf {index} to another root.")


def verify_consistency(
    *, old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raise unless the new tree begins with the old one: RFC 9162 section 2.1.4.2."""
    if not 0 <= old_size <= new_size:
        raise OutsideTree(index=old_size, size=new_size)
    _require_hashes(old_root, new_root, *proof)
    if old_size in (0, new_size):
        _require_trivial(old_size, old_root, new_size, new_root, proof)
        return
    old_found, new_found = _roots(old_size, old_root, new_size, proof)
    if old_found != old_root:
        raise WrongPath(f"The tree of {new_size} leaves does not begin with that of {old_size}.")
    if new_found != new_root:
        raise WrongPath(f"The proof leads to another root of the tree of {new_size} leaves.")


def shows_other_beginning(
    *, old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the proof shows that the new tree begins with another tree than the old one.

    It does where it leads to the new root, and to another old one: hashes that lead to the new root
    are those of its own tree, so nobody can make such a proof against a log that only grew. Where
    the old tree is one complete subtree (1, 2, 4, 8 ... leaves) a proof leaves out its root, and
    can never show this. False, too, for what is no proof at all.
    """
    _require_hashes(old_root, new_root, *proof)
    if not 0 < old_size < new_size:
        return False
    try:
        old_found, new_found = _roots(old_size, old_root, new_size, proof)
    except WrongPath:
        return False
    return new_found == new_root and old_found != old_root


def _roots(
    old_size: int, old_root: bytes, new_size: int, proof: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """The roots of the old and of the new tree to which a proof leads."""
    # Where the old tree is one complete subtree, the proof leaves out its root.
    complete = old_size & (old_size - 1) == 0
    path = [old_root, *proof] if complete else list(proof)
    if not path:
        raise WrongPath("The proof is empty.")
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old_found = new_found = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise WrongPath("The proof goes on above the root.")
        if place & 1 or place == last:
            old_found = node_hash(sibling, old_found)
            new_found = node_hash(sibling, new_found)
            place, last = _climb_while_left(place, last)
        else:
            new_found = node_hash(new_found, sibling)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise WrongPath("The proof ends below the root.")
    return old_found, new_found


def _split(size: int) -> int:
    """The largest power of two below `size`, where the definition divides a tree."""
    return 1 << (size - 1).bit_length() - 1


def _climb_while_left(place: int, last: int) -> tuple[int, int]:
    """On the right edge, skip the levels where a lone node is carried up unhashed."""
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last


def _require_trivial(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Nothing is the beginning of everything, and a tree of itself: no hash may be needed."""
    if proof:
        raise WrongPath(f"From {old_size} to {new_size} leaves there is nothing to prove.")
    if old_root != (EMPTY_ROOT if old_size == 0 else new_root):
        raise WrongPath(f"There are two roots for a tree of {old_size} leaves.")
    if new_size == 0 and new_root != EMPTY_ROOT:
        raise WrongPath("There are two roots for a tree of 0 leaves.")


def _require_hashes(*hashes: bytes) -> None:
    if any(len(each) != HASH_SIZE for each in hashes):
        raise Malformed("proof", "holds what is no hash", "A SHA-256 hash has 32 bytes.")
